"""Products, maxima and minima of the slices that share a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import concat, reshape
from tapefit.tape.ops._cumulative import reduce_prod
from tapefit.tape.ops._segments import numbers_of, segments_in
from tapefit.tape.primitives import _scatter


def _rows(x: Tensor, ids: Any, n: int) -> tuple[Tensor, Any]:
    """The slices in one row each with the number of each; negative numbers are dropped."""
    flat = ids.ravel()
    if flat.size and flat.max() >= n:
        raise InvalidArgumentError(f"segment id {int(flat.max())} is not in [0, {n}); raise num_segments.")
    rows = reshape(x, [flat.size, *x._array.shape[ids.ndim :]])
    kept = flat >= 0
    return (rows if kept.all() else p.getitem.record((rows,), {"key": (kept,)})), flat[kept]


def _limit(dtype: np.dtype[Any], sign: int, finite: bool) -> Any:
    """The number that no maximum (`sign` -1) or minimum (1) is beyond."""
    if dtype.kind == "f":
        return dtype.type(sign * (np.finfo(dtype).max if finite else np.inf))
    return np.iinfo(dtype).max if sign > 0 else np.iinfo(dtype).min


def _extreme(x: Tensor, ids: Any, n: int, row: Primitive, sign: int, empty: Any) -> Tensor:
    """The extreme of the slices with each number, and `empty` (by default the largest or smallest) where none is."""
    rows, flat = _rows(x, ids, n)
    dtype, rest = x._array.dtype, rows._array.shape[1:]
    start = np.full((n, *rest), _limit(dtype, sign, finite=False), dtype)
    start[np.bincount(flat, minlength=n)[:n] == 0] = _limit(dtype, sign, finite=True) if empty is None else empty
    return row.record((Tensor(start), rows, Tensor(flat[:, None])), {})


def _products(x: Tensor, ids: Any, n: int) -> Tensor:
    """The product of the slices with each number, 1 where there are none.

    Segments of like length, to a factor of two, are filled up with ones to a block and multiplied along it.
    """
    rows, flat = _rows(x, ids, n)
    one = Tensor(np.ones((1, *rows._array.shape[1:]), x._array.dtype))
    padded = concat([rows, one], 0)
    last = p.getitem.record((padded,), {"key": (slice(-1, None),)})  # ones, connected with x even where all is dropped
    blocks, order = [last], [np.flatnonzero(np.bincount(flat, minlength=n)[:n] == 0)]
    empties = len(order[0])
    for segments, places in _blocks(flat, n):
        taken = p.take.record((padded, Tensor(places)), {"axis": 0})
        blocks.append(reduce_prod(taken, axis=1))
        order.append(segments)
    where_from = np.zeros(n, np.int64)
    where_from[np.concatenate(order)[empties:]] = 1 + np.arange(n - empties)
    return p.take.record((concat(blocks, 0), Tensor(where_from)), {"axis": 0})


def _blocks(flat: Any, n: int) -> Iterator[tuple[Any, Any]]:
    """The segments of like length, and the places of their rows (segments, length); len(flat) fills up."""
    counts = np.bincount(flat, minlength=n)[:n]
    sorted_places = np.append(np.argsort(flat, kind="stable"), len(flat))
    starts = np.cumsum(counts) - counts
    size = np.ceil(np.log2(np.maximum(counts, 1))).astype(int)
    for k in np.unique(size[counts > 0]):
        segments = np.flatnonzero((size == k) & (counts > 0))
        steps = np.arange(counts[segments].max())
        inside = steps < counts[segments, None]
        yield segments, sorted_places[np.where(inside, starts[segments, None] + steps, len(flat))]


def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The product of the rows of each segment, 1 where there are none; `segment_ids` (rows,) are sorted.

    Raises
    ------
    InvalidArgumentError
        If they are not sorted, or not one a row.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=True)
    return _products(x, ids, segments_in(ids))


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The largest elements of the rows of each segment, 0 where there are none; `segment_ids` (rows,) are sorted.

    Equal ones share the gradient.

    Raises
    ------
    InvalidArgumentError
        If they are not sorted, or not one a row.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=True)
    return _extreme(x, ids, segments_in(ids), _scatter.scatter_max, -1, 0)


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The smallest elements of the rows of each segment, 0 where there are none; `segment_ids` (rows,) are sorted.

    Equal ones share the gradient.

    Raises
    ------
    InvalidArgumentError
        If they are not sorted, or not one a row.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=True)
    return _extreme(x, ids, segments_in(ids), _scatter.scatter_min, 1, 0)


def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The product of the slices with each number, 1 where there are none; negative numbers are left out."""
    x = tensor_of(data)
    return _products(x, numbers_of(segment_ids, x, ordered=False), int(num_segments))


def unsorted_segment_max(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The largest elements of the slices with each number; negative numbers are left out.

    Where there are none, the smallest number of the dtype. Equal ones share the gradient.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=False)
    return _extreme(x, ids, int(num_segments), _scatter.scatter_max, -1, None)


def unsorted_segment_min(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The smallest elements of the slices with each number; negative numbers are left out.

    Where there are none, the largest number of the dtype. Equal ones share the gradient.
    """
    x = tensor_of(data)
    ids = numbers_of(segment_ids, x, ordered=False)
    return _extreme(x, ids, int(num_segments), _scatter.scatter_min, 1, None)
