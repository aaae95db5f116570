"""Choosing by a condition, and the constants that rules need."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape._tensor import Tensor


def array_in(x: Any) -> Any:
    """The bare array of a tensor, or the array itself: for its dtype and shape, which are no values."""
    return x._array if type(x) is Tensor else x


def constant_like(value: float, x: Any) -> Any:
    """A 0-d array of `value` in the dtype of `x`."""
    return np.array(value, array_in(x).dtype)


def zeros_for(x: Any) -> Any:
    """A 0-d zero in the dtype of `x`."""
    return np.zeros((), array_in(x).dtype)


where: Primitive = primitive(
    "where",
    np.where,
    None,
    lambda g, ans, condition, x, y: where(condition, g, zeros_for(g)),
    lambda g, ans, condition, x, y: where(condition, zeros_for(g), g),
    broadcasts=True,
    reads="args",
)
