"""Means and variances from weights, and from sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._operators import add, divide, multiply, subtract
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import broadcast_to
from tapefit.tape.ops._axes import several_axes
from tapefit.tape.ops._math import square, squared_difference
from tapefit.tape.ops._reduce import reduce_sum


def weighted_moments(
    x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance over axes, where elements count by their weights.

    Parameters
    ----------
    x
        A floating tensor.
    axes
        The axes to reduce.
    frequency_weights
        Weights that broadcast against `x`.
    """
    x, w = pair(x, frequency_weights, "weighted_moments")
    w = broadcast_to(w, np.broadcast_shapes(x._array.shape, w._array.shape))
    total = reduce_sum(w, axes, True)
    mean = divide(reduce_sum(multiply(w, x), axes, True), total)
    spread = divide(reduce_sum(multiply(w, squared_difference(x, mean)), axes, True), total)
    if keepdims:
        return mean, spread
    return reduce_sum(mean, axes), reduce_sum(spread, axes)


def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """How many elements, their sum, the sum of their squares, and the shift that was taken off first."""
    x = tensor_of(x)
    gone = several_axes(axes, x.ndim, "sufficient_statistics")
    count = np.prod([x._array.shape[i] for i in gone] if gone is not None else x._array.shape)
    moved = x if shift is None else subtract(x, shift)
    squares = square(x) if shift is None else squared_difference(x, shift)
    return (
        Tensor(np.asarray(count, x._array.dtype)),
        reduce_sum(moved, axes, keepdims),
        reduce_sum(squares, axes, keepdims),
        None if shift is None else tensor_of(shift),
    )


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance from what `sufficient_statistics` gives."""
    mean = divide(mean_ss, counts)
    variance = subtract(divide(variance_ss, counts), square(mean))
    return (mean if shift is None else add(mean, shift)), variance
