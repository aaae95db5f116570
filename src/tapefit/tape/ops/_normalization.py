"""Moments, norms and what is scaled by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape._convert import like, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import gather, reshape
from tapefit.tape.ops._linalg import norm
from tapefit.tape.ops._linalg_norms import global_norm
from tapefit.tape.ops._math import maximum, minimum, where
from tapefit.tape.ops._no_nan import rsqrt
from tapefit.tape.ops._random import uniform
from tapefit.tape.ops._reduce import reduce_mean, reduce_sum, reduce_variance


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None) -> Tensor:
    """x / sqrt(max(sum(x**2), epsilon))."""
    x = tensor_of(x)
    total = reduce_sum(o.square(x), axis, keepdims=True)
    return o.multiply(x, rsqrt(maximum(total, epsilon)))


def moments(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance along axes."""
    x = tensor_of(x)
    return reduce_mean(x, axes, keepdims), reduce_variance(x, axes, keepdims)


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float, name: str | None = None
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset; scale and offset may be None."""
    x = tensor_of(x)
    factor = rsqrt(o.add(variance if isinstance(variance, Tensor) else like(variance, x), variance_epsilon))
    if scale is not None:
        factor = o.multiply(factor, scale)
    out = o.multiply(o.subtract(x, mean), factor)
    return out if offset is None else o.add(out, offset)


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`bias` (channels,) added along the last axis, or along the second for ``data_format="NC..."``."""
    x = tensor_of(value)
    if data_format is None or not data_format.startswith("NC"):
        return o.add(x, bias)
    return o.add(x, reshape(bias, [1, -1, *[1] * (x._array.ndim - 2)]))


def embedding_lookup(params: Any, ids: Any, max_norm: float | None = None, name: str | None = None) -> Tensor:
    """The rows of `params` with the numbers `ids`, scaled down to `max_norm` where they are longer."""
    rows = gather(params, ids)
    if max_norm is None:
        return rows
    return clip_by_norm(rows, max_norm, axes=list(range(np.ndim(ids), rows._array.ndim)))


def dropout(x: Any, rate: float, noise_shape: Any = None, seed: int | None = None, name: str | None = None) -> Tensor:
    """Elements set to 0 with probability `rate`, the others divided by 1 - rate.

    Raises
    ------
    ValueError
        If `rate` is not in [0, 1).
    """
    x = tensor_of(x)
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be in the range [0, 1), got {rate}; it is the share that is dropped.")
    shape = tuple(x.shape) if noise_shape is None else noise_shape
    kept = o.greater_equal(uniform(shape, dtype=x.dtype, seed=seed), like(rate, x))
    return where(kept, o.multiply(x, 1 / (1 - rate)), like(0.0, x))


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """`t` scaled down to the norm `clip_norm` where it is longer."""
    t = tensor_of(t)
    size = norm(t, axis=axes, keepdims=True)
    return o.divide(o.multiply(t, clip_norm), maximum(size, clip_norm))


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """The tensors, scaled down together to the global norm `clip_norm`, and the norm that they had."""
    size = global_norm(t_list) if use_norm is None else tensor_of(use_norm)
    factor = minimum(o.divide(like(clip_norm, size), size), like(1.0, size))
    return [None if t is None else o.multiply(t, factor) for t in t_list], size
