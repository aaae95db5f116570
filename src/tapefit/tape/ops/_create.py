"""Tensors made from nothing: zeros, ranges, identity matrices, one-hot codes; and what a tensor's size is."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from tapefit.tape._convert import convert, pair, tensor_of
from tapefit.tape._indexed_slices import IndexedSlices
from tapefit.tape._operators import add, multiply
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape._variable import Variable
from tapefit.tape._whole import as_step
from tapefit.tape.ops._axes import ints, one_axis
from tapefit.types import as_dtype, float32, int32


def zeros(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of zeros."""
    return Tensor(np.zeros(ints(shape, "zeros"), as_dtype(dtype).numpy_dtype))


def ones(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of ones."""
    return Tensor(np.ones(ints(shape, "ones"), as_dtype(dtype).numpy_dtype))


def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of the shape `dims` with one value everywhere; differentiable in the value."""
    from tapefit.tape.ops._array import broadcast_to

    return broadcast_to(value, ints(dims, "fill"))


def zeros_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Tensor:
    """Zeros of the shape and, unless another is given, the dtype of `input`."""
    return _filled_like(np.zeros, input, dtype)


def ones_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Tensor:
    """Ones of the shape and, unless another is given, the dtype of `input`."""
    return _filled_like(np.ones, input, dtype)


def _filled_like(make: Any, x: Any, dtype: Any) -> Tensor:
    array = tensor_of(x)._array
    return Tensor(make(array.shape, array.dtype if dtype is None else as_dtype(dtype).numpy_dtype))


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """The identity matrix, or a stack of them."""
    one = np.eye(int(num_rows), None if num_columns is None else int(num_columns), dtype=as_dtype(dtype).numpy_dtype)
    batch = () if batch_shape is None else ints(batch_shape, "eye")
    return Tensor(np.tile(one, (*batch, 1, 1)))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """Numbers from `start` (0 if only one argument is given) in steps of `delta`, up to and without `limit`.

    Raises
    ------
    ValueError
        If `delta` is 0.
    """
    if limit is None:
        start, limit = 0, start
    parts = [values_of(convert(v), "a bound of tf.range") for v in (start, limit, delta)]
    if not parts[2]:
        raise ValueError("range expects a step other than 0, got 0; pass a delta.")
    kinds = [a.dtype for a in parts]
    # bare Python numbers follow the widest kind, as TensorFlow's inference does
    to = as_dtype(dtype).numpy_dtype if dtype is not None else _range_dtype(kinds)
    first, end, step = (a.astype(to).item() for a in parts)
    return Tensor(np.arange(first, end, step, dtype=to))


def _range_dtype(kinds: list[np.dtype[Any]]) -> np.dtype[Any]:
    order = ["int32", "int64", "float32", "float64"]
    return np.dtype(max((k.name for k in kinds), key=lambda name: order.index(name) if name in order else -1))


def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: int = 0) -> Tensor:
    """`num` evenly spaced numbers from `start` to `stop`, both included; differentiable in both."""
    from tapefit.tape.ops._array import expand_dims
    from tapefit.tape.ops._math import cast

    first, last = pair(start, stop, "linspace")
    if first._array.dtype.kind not in "fc":
        first, last = cast(first, "float64"), cast(last, "float64")
    n = int(num)
    place = one_axis(axis, first._array.ndim + 1, "linspace")
    share = np.linspace(0, 1, n).astype(first._array.dtype)
    along = Tensor(share.reshape([n if i == place else 1 for i in builtins.range(first._array.ndim + 1)]))
    first, last = expand_dims(first, place), expand_dims(last, place)
    # weighted so that both ends come out exactly
    return add(multiply(first, Tensor(1 - along._array)), multiply(last, along))


@as_step
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """`on_value` at the index and `off_value` elsewhere, on a new axis of length `depth`; not differentiable.

    An index outside of the axis gives `off_value` everywhere.
    """
    places = np.asarray(tensor_of(indices)._array)
    given = next((v for v in (on_value, off_value) if v is not None), None)
    to = (
        as_dtype(dtype).numpy_dtype
        if dtype is not None
        else float32.numpy_dtype
        if given is None
        else convert(given)._array.dtype
    )
    on, off = (1 if on_value is None else on_value), (0 if off_value is None else off_value)
    hot = places[..., None] == np.arange(int(depth))
    codes = np.where(hot, np.asarray(on, to), np.asarray(off, to))
    place = places.ndim if axis is None else one_axis(axis, places.ndim + 1, "one_hot")
    return Tensor(np.moveaxis(codes, -1, place))


def shape(input: Any, out_type: Any = int32, name: str | None = None) -> Tensor:
    """The shape as an integer tensor."""
    return Tensor(np.array(np.shape(_bare(input)), as_dtype(out_type).numpy_dtype))


def size(input: Any, out_type: Any = int32, name: str | None = None) -> Tensor:
    """The number of elements as an integer tensor."""
    return Tensor(np.array(np.size(_bare(input)), as_dtype(out_type).numpy_dtype))


def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of dimensions as an integer tensor."""
    return Tensor(np.array(np.ndim(_bare(input)), np.int32))


def _bare(x: Any) -> Any:
    if isinstance(x, Variable):
        return x._value._array
    return x._array if isinstance(x, Tensor) else convert(x)._array


def is_tensor(x: object) -> bool:
    """True for a tensor or a variable."""
    return isinstance(x, (Tensor, Variable, IndexedSlices))
