"""Axes as the caller writes them, and as the primitives take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError


def one_axis(axis: Any, ndim: int, op: str) -> int:
    """An axis as a non-negative int.

    Raises
    ------
    InvalidArgumentError
        If the tensor has no such axis.
    """
    i = int(axis)
    if not -ndim <= i < ndim:
        raise InvalidArgumentError(
            f"{op} expects an axis from {-ndim} to {ndim - 1}, got {i} for a tensor of {ndim} dimensions; "
            "choose one of these."
        )
    return i % ndim


def several_axes(axis: Any, ndim: int, op: str) -> tuple[int, ...] | None:
    """Axes as a sorted tuple of non-negative ints; None for all."""
    if axis is None:
        return None
    flat = np.atleast_1d(np.asarray(axis)).ravel()
    return tuple(sorted({one_axis(i, ndim, op) for i in flat}))


def ints(shape: Any, op: str) -> tuple[int, ...]:
    """A shape argument (ints, lists, arrays, tensors) as a tuple of ints.

    Raises
    ------
    TypeError
        If a dimension is not a whole number.
    """
    array = np.atleast_1d(np.asarray(shape))
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{op} expects whole numbers as shape, got {shape!r}; convert the dimensions with int().")
    return tuple(int(d) for d in array.ravel())
