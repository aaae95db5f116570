"""Sorting."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_step
from tapefit.tape.ops._axes import one_axis
from tapefit.tape.primitives import _indices as p
from tapefit.tape.primitives import cast


class TopKV2(NamedTuple):
    """The largest elements and where they were."""

    values: Tensor
    indices: Tensor


@as_step
def _ranks(x: Tensor, axis: int, direction: str) -> Tensor:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction should be 'ASCENDING' or 'DESCENDING', got {direction!r}; use one of them.")
    if direction == "ASCENDING":
        return Tensor(np.argsort(x._array, axis, kind="stable"))
    # equal elements keep their order: sort from the back, then turn both round
    back = np.flip(np.argsort(np.flip(x._array, axis), axis, kind="stable"), axis)
    return Tensor(x._array.shape[axis] - 1 - back)


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """The elements in order along an axis; the gradient goes back where each element came from.

    Raises
    ------
    ValueError
        If `direction` is neither ``"ASCENDING"`` nor ``"DESCENDING"``.
    """
    x = tensor_of(values)
    place = one_axis(axis, x._array.ndim, "sort") - x._array.ndim
    return p.take_along.record((x, _ranks(x, place, direction)), {"axis": place})


def argsort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """Where the elements in order along an axis come from, as int32; equal elements keep their order.

    Raises
    ------
    ValueError
        If `direction` is neither ``"ASCENDING"`` nor ``"DESCENDING"``.
    """
    x = tensor_of(values)
    place = one_axis(axis, x._array.ndim, "argsort") - x._array.ndim
    return cast.record((_ranks(x, place, direction),), {"dtype": np.dtype(np.int32)})


def top_k(input: Any, k: int = 1, sorted: bool = True, index_type: Any = np.int32, name: str | None = None) -> TopKV2:
    """The `k` largest elements along the last axis, largest first, and their indices.

    Raises
    ------
    InvalidArgumentError
        If the axis has fewer than `k` elements.
    """
    x = tensor_of(input)
    if not x._array.ndim or x._array.shape[-1] < k:
        raise InvalidArgumentError(f"input must have at least k={k} columns, got shape {list(x.shape)}; lower k.")
    places = _ranks(x, -1, "DESCENDING")[..., :k]
    indices = cast.record((places,), {"dtype": np.dtype(np.int32)})
    return TopKV2(p.take_along.record((x, places), {"axis": -1}), indices)


@as_step
def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The permutation that undoes another: ``y[x[i]] = i``.

    Raises
    ------
    InvalidArgumentError
        If `x` does not have each of 0, 1, ... once.
    """
    order = np.asarray(tensor_of(x))
    if order.ndim != 1 or not np.array_equal(np.sort(order), np.arange(len(order))):
        raise InvalidArgumentError(
            f"invert_permutation expects each number from 0 to {order.size - 1} once, got {order.tolist()}."
        )
    return Tensor(np.argsort(order).astype(order.dtype))
