"""Elements of a dataset: tensors, and tuples and dicts of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit import nest
from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import convert
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape.ops._array import stack
from tapefit.types import TensorSpec, as_dtype

Arrays = list[NDArray[Any]]


def element(value: Any, *, lists: bool = False) -> Any:
    """`value` with tensors as the leaves of its tuples and dicts; a list is one tensor, or with `lists` a tuple."""
    if value is None:
        raise InvalidArgumentError(
            "An element of a dataset must not be None; use a tensor, or a tuple or dict of them."
        )
    if isinstance(value, Mapping):
        parts = {k: element(v, lists=lists) for k, v in value.items()}
        return parts if type(value) is dict else type(value)(parts)  # type: ignore[call-arg]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(element(v, lists=lists) for v in value))
    if isinstance(value, tuple) or (lists and isinstance(value, list)):
        return tuple(element(v, lists=lists) for v in value)
    return value if type(value) is Tensor else convert(value)


def call(function: Callable[..., Any], value: Any) -> Any:
    """`function` of an element: of the parts of a tuple, one argument each."""
    return function(*value) if type(value) is tuple else function(value)


def rows_of(value: Any) -> tuple[Any, Arrays]:
    """The structure of a value, and its leaves as arrays with a first axis of one length.

    Raises
    ------
    ValueError
        If a leaf is a scalar, or the lengths differ.
    """
    form = element(value)
    arrays = [np.asarray(values_of(t, "a dataset")) for t in nest.flatten(form)]
    if not arrays:
        raise ValueError("from_tensor_slices expects a tensor or a structure of them, got none; pass one.")
    if any(not a.ndim for a in arrays):
        raise ValueError("from_tensor_slices takes slices along the first axis, got a scalar; use from_tensors.")
    lengths = sorted({len(a) for a in arrays})
    if len(lengths) > 1:
        raise ValueError(f"from_tensor_slices expects arrays of one length, got lengths {lengths}; cut the longer one.")
    return form, arrays


def decoder(form: Any, arrays: Arrays) -> Callable[[Any], Any]:
    """The function from row numbers, one or a list, to the element that they make."""
    if not nest.is_nested(form):
        (array,) = arrays
        return lambda key: Tensor(array[key])
    return lambda key: nest.pack_sequence_as(form, [Tensor(a[key]) for a in arrays])


def collater(form: Any, arrays: Arrays) -> Callable[[list[int]], Any]:
    """`decoder` for lists; a run of consecutive rows is a slice, which copies nothing."""
    decode = decoder(form, arrays)

    def collate(keys: list[int]) -> Any:
        first, n = keys[0], len(keys)
        return decode(slice(first, first + n) if keys == list(range(first, first + n)) else keys)

    return collate


def stacked(elements: Sequence[Any]) -> Any:
    """Elements of one structure as one element with a first axis more.

    Raises
    ------
    InvalidArgumentError
        If their shapes or dtypes differ.
    """
    columns = zip(*(nest.flatten(e) for e in elements), strict=True)
    try:
        return nest.pack_sequence_as(elements[0], [stack(column) for column in columns])
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"Cannot batch elements of different shapes or dtypes: {error}") from None


def spec(value: Any, varying: int | None = None) -> Any:
    """The TensorSpecs of an element; a first axis of length `varying` is open."""

    def of(x: Tensor) -> TensorSpec:
        shape: list[int | None] = list(x.shape)
        if varying is not None and shape and shape[0] == varying:
            shape[0] = None
        return TensorSpec(shape, x.dtype)

    return nest.map_structure(of, value)


def of_signature(value: Any, signature: Any) -> Any:
    """What a generator yielded, as tensors of the dtypes of a signature.

    Raises
    ------
    InvalidArgumentError
        If it has another structure, dtype or shape.
    """
    if isinstance(signature, Mapping):
        if not isinstance(value, Mapping) or sorted(value) != sorted(signature):
            raise InvalidArgumentError(f"The generator yielded {value!r}; its signature asks for {sorted(signature)}.")
        return {k: of_signature(value[k], signature[k]) for k in signature}
    if isinstance(signature, (tuple, list)):
        if not isinstance(value, (tuple, list)) or len(value) != len(signature):
            raise InvalidArgumentError(
                f"The generator yielded {value!r}; its signature asks for a tuple of {len(signature)}."
            )
        return tuple(of_signature(v, s) for v, s in zip(value, signature, strict=True))
    return _cast(value, signature)


def _cast(value: Any, wanted: Any) -> Tensor:
    dtype = as_dtype(getattr(wanted, "dtype", wanted))
    try:
        x = convert(value, dtype)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"The generator yielded {value!r}, which is no {dtype.name}: {error}") from None
    if isinstance(wanted, TensorSpec) and not wanted.is_compatible_with(x):
        raise InvalidArgumentError(f"The generator yielded shape {tuple(x.shape)} where its signature says {wanted}.")
    return x
