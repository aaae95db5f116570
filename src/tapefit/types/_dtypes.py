"""DType: the element type of a tensor."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np


class DType:
    """The element type of a tensor, such as ``tf.float32``.

    Compares equal to its name and to the NumPy type that it stands for, as in TensorFlow:
    ``tf.float32 == "float32" == np.float32``.
    """

    __slots__ = ("_name", "_numpy")

    def __init__(self, name: str, numpy_type: type[Any]) -> None:
        self._name = name
        self._numpy = np.dtype(numpy_type)

    @property
    def name(self) -> str:
        """The plain name, such as ``"float32"``."""
        return self._name

    @property
    def as_numpy_dtype(self) -> type[Any]:
        """The NumPy scalar type with the same elements."""
        return self._numpy.type

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The NumPy dtype with the same elements."""
        return self._numpy

    @property
    def is_floating(self) -> builtins.bool:
        """True for real floating-point types."""
        return self._numpy.kind == "f"

    @property
    def is_complex(self) -> builtins.bool:
        """True for complex types."""
        return self._numpy.kind == "c"

    @property
    def is_integer(self) -> builtins.bool:
        """True for signed and unsigned integer types."""
        return self._numpy.kind in "iu"

    @property
    def is_bool(self) -> builtins.bool:
        """True for the Boolean type."""
        return self._numpy.kind == "b"

    @property
    def size(self) -> int:
        """Bytes an element takes."""
        return self._numpy.itemsize

    @property
    def max(self) -> Any:
        """The largest value that an element can hold."""
        return self._limits().max

    @property
    def min(self) -> Any:
        """The smallest value that an element can hold."""
        return self._limits().min

    def _limits(self) -> Any:
        return np.iinfo(self._numpy) if self.is_integer else np.finfo(self._numpy)

    @property
    def base_dtype(self) -> DType:
        """The dtype itself; TensorFlow keeps references apart, we have none."""
        return self

    def __eq__(self, other: object) -> builtins.bool:
        if isinstance(other, DType):
            return self is other
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self._name)

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self._name,)

    def __repr__(self) -> str:
        return f"tf.{self._name}"

    def __str__(self) -> str:
        return f"<dtype: {self._name!r}>"


float16 = DType("float16", np.float16)
float32 = DType("float32", np.float32)
float64 = DType("float64", np.float64)
complex64 = DType("complex64", np.complex64)
complex128 = DType("complex128", np.complex128)
int8 = DType("int8", np.int8)
int16 = DType("int16", np.int16)
int32 = DType("int32", np.int32)
int64 = DType("int64", np.int64)
uint8 = DType("uint8", np.uint8)
uint16 = DType("uint16", np.uint16)
uint32 = DType("uint32", np.uint32)
uint64 = DType("uint64", np.uint64)
bool = DType("bool", np.bool_)
string = DType("string", np.object_)

_ALL = (
    float16, float32, float64, complex64, complex128, int8, int16, int32, int64,
    uint8, uint16, uint32, uint64, bool, string,
)  # fmt: skip
_BY_NAME = {d.name: d for d in _ALL} | {"half": float16, "float": float32, "double": float64}
_BY_NUMPY = {d.numpy_dtype: d for d in _ALL}


def dtype_of(array: Any) -> DType:
    """The DType of a NumPy array or scalar; text of any length is ``tf.string``."""
    found = _BY_NUMPY.get(array.dtype)
    if found is not None:
        return found
    if array.dtype.kind in "SUO":
        return string
    raise TypeError(
        f"Expected a numeric, Boolean or text dtype, got {array.dtype}; convert the array to one of "
        f"{', '.join(sorted(d.name for d in _ALL))}."
    )


def as_dtype(value: object) -> DType:
    """The DType that a name, NumPy type, Python type or DType stands for.

    Raises
    ------
    TypeError
        If no dtype of ours has these elements.
    """
    if isinstance(value, DType):
        return value
    if isinstance(value, str) and value in _BY_NAME:
        return _BY_NAME[value]
    if value is builtins.float:
        return float32
    if value is builtins.int:
        return int32
    if isinstance(value, (str, type, np.dtype)):
        try:
            return _BY_NUMPY[np.dtype(value)]
        except (KeyError, TypeError):
            pass
    raise TypeError(f"Cannot convert {value!r} to a DType; use one of {', '.join(sorted(d.name for d in _ALL))}.")
