"""TensorArray: a list of tensors of one dtype and shape, under TensorFlow's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError, OutOfRangeError
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.ops._axes import ints
from tapefit.types import DType, TensorShape, as_dtype


class TensorArray:
    """A list of tensors that a loop writes and reads; gradients flow through it.

    Parameters
    ----------
    dtype
        Of the elements.
    size
        How many there are.
    dynamic_size
        Grow where an index is too large.
    clear_after_read
        Forget an element once it was read.
    element_shape
        Of the elements; by default that of the first one written.
    infer_shape
        Whether all elements must have one shape.
    tensor_array_name, handle, flow, colocate_with_first_write_call
        Accepted for TensorFlow's sake; they change nothing.

    Raises
    ------
    ValueError
        If there is no size.

    Examples
    --------
    >>> import tapefit as tf
    >>> squares = tf.TensorArray(tf.int32, size=3)
    >>> for i in range(3):
    ...     squares = squares.write(i, i * i)
    >>> squares.stack()
    <tf.Tensor: shape=(3,), dtype=int32, numpy=array([0, 1, 4], dtype=int32)>
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if size is None:
            raise ValueError("TensorArray expects a size, got None; pass size=0, dynamic_size=True for one that grows.")
        self._dtype = as_dtype(dtype)
        self._dynamic = bool(dynamic_size)
        self._clear = clear_after_read is not False
        self._one_shape = infer_shape
        self._shape = None if element_shape is None else TensorShape(element_shape)
        self._values: list[Tensor | None] = [None] * int(size)
        self._read: set[int] = set()

    @property
    def dtype(self) -> DType:
        """The elements' dtype."""
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        """Whether it grows."""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape | None:
        """The elements' shape, None as long as it is not known."""
        return self._shape

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements, an int32 scalar."""
        return Tensor(np.array(len(self._values), np.int32))

    def identity(self) -> TensorArray:
        """Itself."""
        return self

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Set the element at `index`, and return the array.

        Raises
        ------
        OutOfRangeError
            If `index` is negative, or too large and the array does not grow.
        InvalidArgumentError
            If `value` has another dtype or shape than the elements.
        """
        place = int(index)
        if place < 0:
            raise OutOfRangeError(f"Writing to negative indices (index {place}) is not allowed; count from 0.")
        if place >= len(self._values):
            if not self._dynamic:
                raise OutOfRangeError(
                    f"Tried to write to index {place} but array is not resizeable and size is: {len(self._values)}; "
                    "make it with dynamic_size=True."
                )
            self._values.extend([None] * (place + 1 - len(self._values)))
        self._values[place] = self._element(value)
        return self

    def _element(self, value: Any) -> Tensor:
        x = tensor_of(value) if isinstance(value, (Tensor, Variable)) else convert(value, self._dtype)
        if x.dtype is not self._dtype:
            raise InvalidArgumentError(
                f"TensorArray dtype is {self._dtype.name} but the value written is {x.dtype.name}; cast it."
            )
        if self._shape is not None and self._one_shape and x.shape != self._shape:
            raise InvalidArgumentError(
                f"Incompatible shape for value ({tuple(x.shape)}), expected ({tuple(self._shape)}); reshape it, or "
                "make the array with infer_shape=False."
            )
        self._shape = x.shape if self._one_shape else None
        return x

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The element at `index`; zeros where none was written.

        Raises
        ------
        OutOfRangeError
            If there is no such index.
        InvalidArgumentError
            If it was read before and `clear_after_read` is not False.
        """
        place = int(index)
        if not 0 <= place < len(self._values):
            raise OutOfRangeError(f"Tried to read from index {place} but array size is: {len(self._values)}.")
        if place in self._read and self._values[place] is None:
            raise InvalidArgumentError(
                f"Could not read index {place} twice because it was cleared after a previous read; make the array "
                "with clear_after_read=False."
            )
        value = self._or_zeros(place)
        if self._clear:
            self._values[place] = None
            self._read.add(place)
        return value

    def _or_zeros(self, place: int) -> Tensor:
        value = self._values[place]
        if value is not None:
            return value
        if self._shape is None:
            raise ValueError(
                f"The element at index {place} was never written and its shape is not known; pass element_shape."
            )
        return Tensor(np.zeros(self._shape, self._dtype.numpy_dtype))

    def stack(self, name: str | None = None) -> Tensor:
        """The elements along a new first axis."""
        return self._stacked(range(len(self._values)))

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements at `indices` along a new first axis."""
        return self._stacked(ints(indices, "gather"))

    def _stacked(self, places: Sequence[int]) -> Tensor:
        from tapefit.tape.ops._array import stack

        if not len(places):
            return Tensor(np.zeros((0, *(self._shape or ())), self._dtype.numpy_dtype))
        return stack([self._or_zeros(place) for place in places])

    def concat(self, name: str | None = None) -> Tensor:
        """The elements joined along their first axis."""
        from tapefit.tape.ops._array import concat

        return concat([self._or_zeros(place) for place in range(len(self._values))], 0)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Set the elements to the slices of `value` along its first axis."""
        from tapefit.tape.ops._array import unstack

        return self._filled(unstack(convert(value, None if _has_dtype(value) else self._dtype)))

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Set the elements to pieces of `value` along its first axis, of the lengths given."""
        from tapefit.tape.ops._array import split

        return self._filled(split(convert(value, None if _has_dtype(value) else self._dtype), lengths))

    def _filled(self, parts: list[Tensor]) -> TensorArray:
        if len(parts) > len(self._values) and not self._dynamic:
            raise InvalidArgumentError(
                f"TensorArray has {len(self._values)} elements but {len(parts)} values came; make it with "
                "dynamic_size=True."
            )
        for place, part in enumerate(parts):
            self.write(place, part)
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Set the elements at `indices` to the slices of `value` along its first axis."""
        from tapefit.tape.ops._array import unstack

        parts = unstack(convert(value, None if _has_dtype(value) else self._dtype))
        for place, part in zip(ints(indices, "scatter"), parts, strict=True):
            self.write(place, part)
        return self

    def __repr__(self) -> str:
        return f"<TensorArray: dtype={self._dtype.name}, size={len(self._values)}, element_shape={self._shape}>"


def _has_dtype(value: Any) -> bool:
    return isinstance(value, (Tensor, Variable, np.ndarray))
