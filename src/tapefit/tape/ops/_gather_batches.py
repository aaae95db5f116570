"""Gathers whose indices belong to one batch each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import reshape, transpose


def batch_axes(x: Tensor, indices: Any, batch_dims: int, op: str) -> int:
    """How many first axes are batches, a number that is not negative; both operands must agree in them.

    Raises
    ------
    InvalidArgumentError
        If there are not so many axes, or they differ.
    """
    most = min(x.ndim, indices.ndim)
    b = batch_dims + indices.ndim if batch_dims < 0 else batch_dims
    if not 0 <= b <= most:
        raise InvalidArgumentError(f"{op} expects batch_dims from {-indices.ndim} to {most}, got {batch_dims}.")
    if x._array.shape[:b] != indices.shape[:b]:
        raise InvalidArgumentError(
            f"{op} with batch_dims={b} expects params and indices that agree in their first {b} axes, got "
            f"{list(x._array.shape[:b])} and {list(indices.shape[:b])}; reshape one of them."
        )
    return b


def gather_in_batches(x: Tensor, indices: Any, axis: int, b: int) -> Tensor:
    """The slices along an axis, for each of the batches by its own indices.

    Parameters
    ----------
    x
        Of shape (*batch, *outer, n, *rest).
    indices
        An array of shape (*batch, *places), each in [0, n).
    axis
        That of n, at least `b`.
    b
        How many axes the batch has.

    Returns
    -------
    Tensor
        Of shape (*batch, *outer, *places, *rest).
    """
    shape, places = x._array.shape, indices.shape[b:]
    outer = axis - b
    first = transpose(x, [*range(b), axis, *range(b, axis), *range(axis + 1, x.ndim)])
    batches, n = math.prod(shape[:b]), shape[axis]
    flat = reshape(first, [batches * n, *shape[b:axis], *shape[axis + 1 :]])
    own = indices.reshape(batches, -1) + n * np.arange(batches)[:, None]
    taken = p.take.record((flat, Tensor(own.reshape(indices.shape))), {"axis": 0})  # batch, places, outer, rest
    k = b + len(places)
    return transpose(taken, [*range(b), *range(k, k + outer), *range(b, k), *range(k + outer, taken.ndim)])


def own_coordinates(indices: Any, b: int) -> Any:
    """Coordinates (*batch, *places, d) with those of their batch before them, (*batch, *places, b + d)."""
    own = np.indices(indices.shape[:-1])[:b]
    return np.concatenate([np.moveaxis(own, 0, -1), indices], axis=-1)
