"""Ops that reverse, roll, repeat, pad, slice and scatter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as t
from tapefit.tape._convert import array_of, like, pair, tensor_of
from tapefit.tape._operators import add
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape._whole import as_check, as_step
from tapefit.tape.ops._array import broadcast_to, concat, gather, reshape
from tapefit.tape.ops._axes import ints, one_axis, several_axes
from tapefit.tape.ops._gather_batches import batch_axes, own_coordinates
from tapefit.tape.ops._math import where
from tapefit.tape.primitives import _indices as p
from tapefit.tape.primitives import _scatter


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements along the axes named in reverse order."""
    x = tensor_of(tensor)
    axes = several_axes(axis, x._array.ndim, "reverse") or ()
    back, all_of = slice(None, None, -1), slice(None)
    return t.getitem.record((x,), {"key": tuple(back if i in axes else all_of for i in range(x._array.ndim))})


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements moved along the axes named; what leaves at the end comes back at the front."""
    x = tensor_of(input)
    for by, ax in zip(ints(shift, "roll"), ints(axis, "roll"), strict=True):
        place = one_axis(ax, x._array.ndim, "roll")
        n = x._array.shape[place]
        x = gather(x, (np.arange(n) - by) % max(n, 1), axis=place)
    return x


def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Each element along an axis (by default of the flat tensor) repeated in place."""
    x = tensor_of(input)
    if axis is None:
        x, axis = reshape(x, [-1]), 0
    place = one_axis(axis, x._array.ndim, "repeat")
    times = np.asarray(repeats)
    n = x._array.shape[place]
    if times.ndim and times.size not in (1, n):
        raise InvalidArgumentError(f"repeat expects one number, or one for each of {n} slices, got {times.size}.")
    return gather(x, np.repeat(np.arange(n), times if times.size != 1 else int(times.ravel()[0])), axis=place)


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None
) -> Tensor:
    """The tensor with elements added around it.

    Parameters
    ----------
    tensor
        Of any shape.
    paddings
        A pair (before, after) an axis.
    mode
        ``"CONSTANT"``, ``"REFLECT"`` (without the edge) or ``"SYMMETRIC"`` (with it).
    constant_values
        What ``"CONSTANT"`` adds.

    Raises
    ------
    ValueError
        For another mode.
    InvalidArgumentError
        If there is not one pair an axis.
    """
    x = tensor_of(tensor)
    widths = np.asarray(paddings).reshape(-1, 2).astype(int)
    if len(widths) != x._array.ndim:
        raise InvalidArgumentError(f"pad expects {x._array.ndim} pairs, one an axis, got {len(widths)}; pass as many.")
    kind = mode.upper()
    if kind not in ("CONSTANT", "REFLECT", "SYMMETRIC"):
        raise ValueError(f"Unknown padding mode {mode!r}; use CONSTANT, REFLECT or SYMMETRIC.")
    if kind != "CONSTANT":
        for axis, width in enumerate(widths):
            x = gather(x, np.pad(np.arange(x._array.shape[axis]), width, mode=kind.lower()), axis=axis)  # type: ignore[call-overload]
        return x
    shape = x._array.shape
    inside = tuple(slice(a, a + n) for (a, _), n in zip(widths, shape, strict=True))
    full = tuple(int(n + a + b) for (a, b), n in zip(widths, shape, strict=True))
    padded = t.put.record((x,), {"key": inside, "shape": full})
    if isinstance(constant_values, (int, float)) and not constant_values:
        return padded
    mask = np.zeros(full, bool)
    mask[inside] = True
    return where(Tensor(mask), padded, constant_values)


def slice_of(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The block that starts at `begin` and has `size` elements an axis; -1 for all that remain."""
    x = tensor_of(input_)
    starts, sizes = ints(begin, "slice"), ints(size, "slice")
    ends = [n if k < 0 else a + k for a, k, n in zip(starts, sizes, x._array.shape, strict=True)]
    if any(b > n for b, n in zip(ends, x._array.shape, strict=True)):
        raise InvalidArgumentError(f"slice from {starts} of size {sizes} leaves the shape {list(x.shape)}.")
    return t.getitem.record((x,), {"key": tuple(slice(a, b) for a, b in zip(starts, ends, strict=True))})


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Tensor]:
    """Each vector spread over the grid that all of them span.

    Raises
    ------
    ValueError
        If `indexing` is neither ``"xy"`` nor ``"ij"``.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing should be 'xy' or 'ij', got {indexing!r}; use one of them.")
    vectors = [reshape(a, [-1]) for a in args]
    n = len(vectors)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    shape = [vectors[i]._array.size for i in order]
    return [
        broadcast_to(reshape(v, [v._array.size if order[j] == i else 1 for j in range(n)]), shape)
        for i, v in enumerate(vectors)
    ]


# -- by coordinates ----------------------------------------------------------------------------


def _places(indices: Any, shape: tuple[int, ...]) -> Tensor:
    """Coordinates, one set along the last axis, checked against the shape that they index."""
    places = tensor_of(indices)
    array = places._array
    if array.dtype.kind not in "iu":
        raise TypeError(f"Expected whole numbers as indices, got dtype {places.dtype.name}; cast them to tf.int32.")
    depth = array.shape[-1]
    if depth > len(shape):
        raise InvalidArgumentError(f"indices have {depth} coordinates but the tensor {len(shape)} axes; drop some.")
    _must_be_inside(places, shape[:depth], shape)
    return places


@as_check
def _must_be_inside(places: Tensor, sizes: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Refuse coordinates outside of the axes that they index."""
    array = places._array
    wrong = np.argwhere(((array < 0) | (array >= np.array(sizes, int))).any(axis=-1))
    if len(wrong):
        at = tuple(int(i) for i in wrong[0])
        raise InvalidArgumentError(f"indices{list(at)} = {array[at].tolist()} does not index into shape {list(shape)}.")


def gather_nd(params: Any, indices: Any, batch_dims: int = 0, name: str | None = None) -> Tensor:
    """The slices of `params` at the coordinates along the last axis of `indices`.

    Parameters
    ----------
    params
        A tensor.
    indices
        Whole numbers, of shape (..., coordinates).
    batch_dims
        How many first axes both have in common: coordinates are within their own batch.

    Raises
    ------
    InvalidArgumentError
        If a coordinate lies outside, or the batches differ.
    """
    x = tensor_of(params)
    if batch_dims:
        places = np.asarray(tensor_of(indices))
        indices = own_coordinates(places, batch_axes(x, places, int(batch_dims), "gather_nd"))
    return p.gather_nd.record((x, _places(indices, x._array.shape)), {"lead": 0})


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros of `shape` with `updates` added at coordinates; duplicates add up.

    Raises
    ------
    InvalidArgumentError
        If a coordinate lies outside.
    """
    dims = ints(shape, "scatter_nd")
    return p.scatter_nd.record((tensor_of(updates), _places(indices, dims)), {"shape": dims, "lead": 0})


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` added at coordinates; duplicates add up."""
    x, new = pair(tensor, updates, "tensor_scatter_nd_add")
    return add(x, scatter_nd(indices, new, x._array.shape))


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` subtracted at coordinates; duplicates add up."""
    x, new = pair(tensor, updates, "tensor_scatter_nd_sub")
    return add(x, scatter_nd(indices, -new, x._array.shape))


def tensor_scatter_nd_max(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with the larger of each element and of the `updates` there; equal ones share the gradient."""
    return _scatter_extreme(_scatter.scatter_max, "tensor_scatter_nd_max", tensor, indices, updates)


def tensor_scatter_nd_min(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with the smaller of each element and of the `updates` there; equal ones share the gradient."""
    return _scatter_extreme(_scatter.scatter_min, "tensor_scatter_nd_min", tensor, indices, updates)


def _scatter_extreme(row: Primitive, op: str, tensor: Any, indices: Any, updates: Any) -> Tensor:
    x, new = pair(tensor, updates, op)
    return row.record((x, new, _places(indices, x._array.shape)), {})


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` in place of the elements at coordinates; of duplicates the last one counts."""
    x, new = pair(tensor, updates, "tensor_scatter_nd_update")
    shape = x._array.shape
    places = _places(indices, shape)
    depth = places._array.shape[-1]
    rows = values_of(places, "indices of tensor_scatter_nd_update").reshape(-1, depth)
    flat = np.ravel_multi_index(tuple(rows.T), shape[:depth]) if depth else np.zeros(len(rows), int)
    last = len(flat) - 1 - np.unique(flat[::-1], return_index=True)[1]
    chosen = gather(reshape(new, [len(rows), *shape[depth:]]), np.sort(last))
    kept = rows[np.sort(last)]
    mask = np.zeros(shape, bool)
    mask[tuple(kept.T)] = True
    return where(Tensor(mask), scatter_nd(kept, chosen, shape), x)


# -- parts of the first axes --------------------------------------------------------------------


def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> list[Tensor]:
    """The slices of `data`, dealt out by the number that `partitions` gives each."""
    x, numbers = tensor_of(data), np.asarray(partitions)
    return [t.getitem.record((x,), {"key": (numbers == i,)}) for i in range(num_partitions)]


def dynamic_stitch(indices: Sequence[Any], data: Sequence[Any], name: str | None = None) -> Tensor:
    """The slices of all `data`, put where `indices` say; where two meet, the last one counts."""
    places = [np.asarray(i) for i in indices]
    parts = [tensor_of(d) for d in data]
    rest = parts[0]._array.shape[places[0].ndim :]
    rows = concat([reshape(d, [math.prod(i.shape), *rest]) for d, i in zip(parts, places, strict=True)], 0)
    flat = np.concatenate([i.ravel() for i in places])
    source = np.zeros(int(flat.max(initial=-1)) + 1, int)
    source[flat] = np.arange(len(flat))
    return gather(rows, source)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool, name: str | None = None) -> Tensor:
    """True in the first `lengths` places of each row."""
    counts = np.asarray(lengths)
    n = int(counts.max(initial=0)) if maxlen is None else int(maxlen)
    return Tensor((np.arange(n) < counts[..., None]).astype(np.dtype(getattr(dtype, "numpy_dtype", dtype))))


@as_step
def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = np.int32, name: str | None = None
) -> Tensor:
    """Where each value would go in a sorted sequence; both may have the same leading axes."""
    rows, wanted = array_of(sorted_sequence), tensor_of(like(values, tensor_of(sorted_sequence)))._array
    flat = [
        np.searchsorted(a, b, side)  # type: ignore[call-overload]
        for a, b in zip(rows.reshape(-1, rows.shape[-1]), wanted.reshape(-1, wanted.shape[-1]), strict=True)
    ]
    return Tensor(np.array(flat).reshape(wanted.shape).astype(np.dtype(getattr(out_type, "numpy_dtype", out_type))))
