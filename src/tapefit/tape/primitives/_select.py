"""Choosing by a condition, and the constants that rules need."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor


def array_in(x: Any) -> Any:
    """The bare array of a tensor, or the array itself: for its dtype and shape, which are no values."""
    return x._array if type(x) is Tensor else x


def known(fn: Callable[..., Any], *xs: Any) -> Any:
    """What a function of bare arrays gives, a constant to derivatives; a program computes it anew each time."""
    arrays = [array_in(x) for x in xs]
    if stack.recorder is None:
        return fn(*arrays)
    tensors = tuple(x if type(x) is Tensor else Tensor(x) for x in xs)
    answer = Tensor(fn(*arrays))
    stack.recorder._hear(Primitive(fn.__name__.strip("_"), fn, (None,) * len(xs)), tensors, answer, None, None)
    return answer


def written_down(x: Any) -> bool:
    """Whether tf.function writes down a program in which `x` may have other values next time."""
    return stack.recorder is not None and type(x) is Tensor and stack.recorder.is_live(x)


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
