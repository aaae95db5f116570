"""Sums and means of the slices that share a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, tensor_of
from tapefit.tape._operators import divide, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import reshape


def numbers_of(segment_ids: Any, x: Tensor, *, ordered: bool) -> Any:
    """The numbers of the slices as an array, checked against their shape."""
    ids = np.asarray(segment_ids)
    if not ids.size:
        ids = ids.astype(np.int64)  # NumPy takes an empty list for floats
    if ids.dtype.kind not in "iu":
        raise TypeError(f"segment_ids must be whole numbers, got dtype {ids.dtype}; cast them to tf.int32.")
    if ids.shape != x._array.shape[: ids.ndim] or (ordered and ids.ndim != 1):
        raise InvalidArgumentError(
            f"segment_ids of shape {list(ids.shape)} do not number the slices of shape {list(x.shape)}; pass one a row."
        )
    if ordered and ids.size and (np.any(np.diff(ids) < 0) or ids[0] < 0):
        raise InvalidArgumentError("segment ids are not increasing; sort them, or use tf.math.unsorted_segment_sum.")
    return ids


def segments_in(ids: Any) -> int:
    """How many segments there are up to the largest number."""
    return int(ids.max(initial=-1)) + 1


def _sums(x: Tensor, ids: Any, n: int) -> Tensor:
    kept = (ids >= 0).ravel()
    rows = reshape(x, [ids.size, *x._array.shape[ids.ndim :]])
    if not kept.all():  # negative numbers are dropped, as in TensorFlow
        rows = p.getitem.record((rows,), {"key": (kept,)})
    flat = Tensor(ids.ravel()[kept])
    if flat._array.size and flat._array.max() >= n:
        raise InvalidArgumentError(f"segment id {int(flat._array.max())} is not in [0, {n}); raise num_segments.")
    return p.add_at.record((rows, flat), {"axis": 0, "shape": (n, *rows._array.shape[1:])})


def _counts(x: Tensor, ids: Any, n: int) -> Tensor:
    """How many slices have each number, shaped to divide by, and 1 for none."""
    counts = np.bincount(ids.ravel()[(ids >= 0).ravel()], minlength=n)[:n]
    shape = (n, *[1] * (x._array.ndim - ids.ndim))
    return Tensor(np.maximum(counts, 1).reshape(shape).astype(x._array.dtype))


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The sum of the rows of each segment; `segment_ids` (rows,) are sorted.

    Raises
    ------
    InvalidArgumentError
        If they are not sorted, or not one a row.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=True)
    return _sums(x, ids, segments_in(ids))


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The mean of the rows of each segment; `segment_ids` (rows,) are sorted.

    Raises
    ------
    InvalidArgumentError
        If they are not sorted, or not one a row.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=True)
    n = segments_in(ids)
    return divide(_sums(x, ids, n), _counts(x, ids, n))


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sum of the slices with each number; negative numbers are left out."""
    x = tensor_of(data)
    return _sums(x, numbers_of(segment_ids, x, ordered=False), int(num_segments))


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The mean of the slices with each number, 0 where there are none; negative numbers are left out."""
    x = tensor_of(data)
    ids, n = numbers_of(segment_ids, x, ordered=False), int(num_segments)
    return divide(_sums(x, ids, n), _counts(x, ids, n))


def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sum of the slices with each number, divided by the root of how many there are."""
    x = tensor_of(data)
    ids, n = numbers_of(segment_ids, x, ordered=False), int(num_segments)
    return multiply(_sums(x, ids, n), like(1 / np.sqrt(_counts(x, ids, n)._array), x))
