"""Division that rounds towards zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import pair
from tapefit.tape._operators import multiply, subtract
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_check


@as_check
def _quotient(x: Tensor, y: Tensor, op: str) -> Tensor:
    a, b = x._array, y._array
    if a.dtype.kind in "iu":
        if np.any(b == 0):
            raise InvalidArgumentError(f"{op}: integer division by zero; use floating numbers, or mask the zeros.")
        return Tensor((np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype))
    with np.errstate(all="ignore"):
        return Tensor(np.trunc(a / b))


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded towards zero; not differentiable.

    Raises
    ------
    InvalidArgumentError
        If a whole number is divided by 0.
    """
    return _quotient(*pair(x, y, "truncatediv"), "truncatediv")


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of `truncatediv`, with the sign of x; differentiable in both.

    Raises
    ------
    InvalidArgumentError
        If a whole number is divided by 0.
    """
    a, b = pair(x, y, "truncatemod")
    return subtract(a, multiply(b, _quotient(a, b, "truncatemod")))
