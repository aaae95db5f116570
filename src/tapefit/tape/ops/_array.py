"""Ops that rearrange elements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._stack import mark_gather
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_check
from tapefit.tape.ops._axes import ints, one_axis


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Tensor:
    """`value` as a tensor; a tensor as it is, a variable's value recorded, an array copied.

    Raises
    ------
    ValueError
        If `value` is None, ragged, or a tensor of another dtype.
    TypeError
        If `dtype` cannot hold the value.
    """
    return convert(value, dtype)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor of the values given.

    Parameters
    ----------
    value
        A number, nested list, or array. Python floats become float32, ints int32; arrays keep their dtype.
    dtype
        The element type, where another is wanted.
    shape
        The shape; a single value is repeated to fill it.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.constant([1.0, 2.5])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1. , 2.5], dtype=float32)>
    """
    x = convert(value, dtype)
    if shape is None:
        return x
    wanted = ints(shape, "constant")
    return broadcast_to(x, wanted) if x._array.size == 1 else reshape(x, wanted)


def identity(input: Any, name: str | None = None) -> Tensor:
    """The same values as a new tensor, recorded."""
    return p.identity.record((tensor_of(input),), {})


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """The same values, through which no gradient flows."""
    return p.stop_gradient.record((tensor_of(input),), {})


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The elements in another shape, in row-major order; one dimension may be -1.

    Raises
    ------
    InvalidArgumentError
        If the number of elements does not fit.
    """
    x = tensor_of(tensor)
    wanted = ints(shape, "reshape")
    known = math.prod(d for d in wanted if d >= 0)
    size = x._array.size
    free = sum(d < 0 for d in wanted)
    if free > 1 or (free and (known == 0 or size % known)) or (not free and known != size):
        raise InvalidArgumentError(
            f"Input to reshape is a tensor with {size} values, but the requested shape {list(wanted)} has "
            f"{'a multiple of ' if free else ''}{known}; choose a shape with as many places."
        )
    return p.reshape.record((x,), {"shape": tuple(size // known if d < 0 else d for d in wanted)})


def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """The tensor without its axes of length 1, or without those named.

    Raises
    ------
    InvalidArgumentError
        If an axis named is not of length 1.
    """
    x = tensor_of(input)
    shape = x._array.shape
    if axis is None:
        gone = {i for i, d in enumerate(shape) if d == 1}
    else:
        gone = {one_axis(i, len(shape), "squeeze") for i in ints(axis, "squeeze")}
    for i in gone:
        if shape[i] != 1:
            raise InvalidArgumentError(
                f"Can not squeeze dim[{i}], expected a dimension of 1, got {shape[i]}; leave it out."
            )
    return reshape(x, [d for i, d in enumerate(shape) if i not in gone])


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Tensor:
    """The tensor with a new axis of length 1 at `axis`."""
    x = tensor_of(input)
    place = one_axis(axis, x._array.ndim + 1, "expand_dims")
    shape = list(x._array.shape)
    return reshape(x, [*shape[:place], 1, *shape[place:]])


def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str | None = None) -> Tensor:
    """The axes in another order, by default reversed.

    Raises
    ------
    InvalidArgumentError
        If `perm` is not a permutation of the axes.
    """
    x = tensor_of(a)
    n = x._array.ndim
    axes = (
        tuple(range(n - 1, -1, -1))
        if perm is None
        else tuple(one_axis(i, n, "transpose") for i in ints(perm, "transpose"))
    )
    if sorted(axes) != list(range(n)):
        raise InvalidArgumentError(
            f"transpose expects a permutation of {n} axes, got {list(axes)}; name each axis once."
        )
    turned = p.transpose.record((x,), {"axes": axes})
    return p.conj.record((turned,), {}) if conjugate else turned


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """The tensor repeated to fill a shape."""
    return p.broadcast_to.record((tensor_of(input),), {"shape": ints(shape, "broadcast_to")})


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """The tensor repeated whole, `multiples` times along each axis."""
    x = tensor_of(input)
    times, shape = ints(multiples, "tile"), x._array.shape
    if len(times) != len(shape):
        raise InvalidArgumentError(f"tile expects {len(shape)} multiples, one an axis, got {len(times)}; pass as many.")
    apart = reshape(x, [d for n in shape for d in (1, n)])
    full = broadcast_to(apart, [d for m, n in zip(times, shape, strict=True) for d in (m, n)])
    return reshape(full, [m * n for m, n in zip(times, shape, strict=True)])


def concat(values: Sequence[Any], axis: Any, name: str | None = None) -> Tensor:
    """Tensors joined along an axis that they have.

    Raises
    ------
    InvalidArgumentError
        If they differ in dtype, rank, or in another axis than the one named.
    """
    parts = _parts(values, "concat")
    place = one_axis(axis, parts[0]._array.ndim, "concat")
    first = parts[0]._array.shape
    for i, part in enumerate(parts):
        shape = part._array.shape
        if len(shape) != len(first) or any(
            a != b for j, (a, b) in enumerate(zip(first, shape, strict=True)) if j != place
        ):
            raise InvalidArgumentError(
                f"concat expects shapes that agree in all axes but {place}: shape[0] = {list(first)}, "
                f"shape[{i}] = {list(shape)}; reshape one of them."
            )
    return p.concat.record(tuple(parts), {"axis": place})


def stack(values: Sequence[Any], axis: Any = 0, name: str | None = None, *, dtype: Any = None) -> Tensor:
    """Tensors of one shape joined along a new axis.

    Raises
    ------
    InvalidArgumentError
        If their shapes or dtypes differ.
    """
    parts = _parts(values, "stack", dtype)
    for i, part in enumerate(parts):
        if part._array.shape != parts[0]._array.shape:
            raise InvalidArgumentError(
                f"Shapes of all inputs must match: values[0].shape = {list(parts[0]._array.shape)} != "
                f"values[{i}].shape = {list(part._array.shape)}; reshape one of them."
            )
    return p.stack.record(tuple(parts), {"axis": one_axis(axis, parts[0]._array.ndim + 1, "stack")})


def _parts(values: Any, op: str, dtype: Any = None) -> list[Tensor]:
    """The operands as tensors of the dtype of the first one that is a tensor."""
    values = list(values) if not isinstance(values, Tensor) else [values]
    if not values:
        raise ValueError(f"{op} expects at least one tensor, got an empty list; pass one.")
    if dtype is None:
        dtype = next((v.dtype for v in values if isinstance(v, Tensor) or hasattr(v, "_value_for_op")), None)
    parts = [
        tensor_of(v) if isinstance(v, Tensor) or hasattr(v, "_value_for_op") else convert(v, dtype) for v in values
    ]
    for i, part in enumerate(parts):
        if part._array.dtype != parts[0]._array.dtype:
            raise InvalidArgumentError(
                f"cannot compute {op}: values[0] is a {parts[0].dtype.name} tensor and values[{i}] a {part.dtype.name} "
                "tensor; cast one of them."
            )
    return parts


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Tensor]:
    """The slices along an axis, without that axis.

    Raises
    ------
    ValueError
        If there are not `num` of them.
    """
    x = tensor_of(value)
    place = one_axis(axis, x._array.ndim, "unstack")
    if num is not None and num != x._array.shape[place]:
        raise ValueError(
            f"unstack expects {num} slices, got {x._array.shape[place]} along axis {place}; pass num=None."
        )
    return list(p.unstack.record_all((x,), {"axis": place}))


def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split") -> list[Tensor]:
    """The tensor in pieces along an axis: a number of equal ones, or one of each size given.

    Raises
    ------
    InvalidArgumentError
        If the pieces do not make up the axis.
    """
    x = tensor_of(value)
    place = one_axis(axis, x._array.ndim, "split")
    length = x._array.shape[place]
    if np.ndim(num_or_size_splits) == 0:
        n = int(num_or_size_splits)
        if n < 1 or length % n:
            raise InvalidArgumentError(
                f"split cannot cut an axis of {length} into {n} equal pieces; pass the sizes instead."
            )
        sizes = [length // n] * n
    else:
        sizes = list(ints(num_or_size_splits, "split"))
        if -1 in sizes:
            sizes[sizes.index(-1)] = length - sum(s for s in sizes if s >= 0)
    if sum(sizes) != length or min(sizes) < 0:
        raise InvalidArgumentError(f"split expects sizes that add up to {length}, got {sizes}; change them.")
    ends = np.cumsum([0, *sizes])
    before = (slice(None),) * place
    return [x[(*before, slice(int(a), int(b)))] for a, b in pairwise(ends)]


@as_check
def _must_be_inside(places: Tensor, length: int) -> None:
    """Refuse indices that are not in [0, length)."""
    flat = places._array
    wrong = np.argwhere((flat < 0) | (flat >= length))
    if len(wrong):
        where = tuple(int(i) for i in wrong[0])
        raise InvalidArgumentError(
            f"indices{list(where)} = {int(flat[where])} is not in [0, {length}); count from the front of the axis."
        )


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Tensor:
    """The slices of `params` at `indices` along an axis, by default the first after the batches.

    Parameters
    ----------
    params
        A tensor with the axis.
    indices
        Whole numbers, of any shape.
    axis
        The axis that the indices choose from; not one of the batches.
    batch_dims
        How many first axes both have in common: each batch is chosen from by indices of its own.

    Returns
    -------
    Tensor
        ``params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:]``.

    Raises
    ------
    InvalidArgumentError
        If an index is negative or too large, or the batches differ.
    """
    from tapefit.tape.ops._gather_batches import batch_axes, gather_in_batches

    x, places = tensor_of(params), tensor_of(indices)
    flat = places._array
    batches = batch_axes(x, flat, int(batch_dims), "gather") if batch_dims else 0
    place = one_axis(batches if axis is None else axis, x._array.ndim, "gather")
    if place < batches:
        raise InvalidArgumentError(f"gather expects an axis behind the {batches} batch axes, got {place}.")
    if flat.dtype.kind not in "iu":
        raise TypeError(
            f"gather expects whole numbers as indices, got dtype {places.dtype.name}; cast them to tf.int32."
        )
    _must_be_inside(places, x._array.shape[place])
    if batches:
        return gather_in_batches(x, np.asarray(places), place, batches)
    mark_gather()
    return p.take.record((x, places), {"axis": place})


def boolean_mask(tensor: Any, mask: Any, axis: int | None = None, name: str = "boolean_mask") -> Tensor:
    """The slices of `tensor` where `mask` is true.

    Raises
    ------
    ValueError
        If the mask does not fit the axes from `axis` on.
    """
    x, chosen = tensor_of(tensor), np.asarray(mask)
    place = 0 if axis is None else one_axis(axis, x._array.ndim, "boolean_mask")
    if x._array.shape[place : place + chosen.ndim] != chosen.shape or not chosen.ndim:
        raise ValueError(
            f"Shapes {x._array.shape[place : place + chosen.ndim]} and {chosen.shape} are incompatible: "
            "the mask needs the shape of the axes that it masks."
        )
    return p.getitem.record((x,), {"key": (*[slice(None)] * place, chosen.astype(bool))})
