"""TensorSpec: the shape and dtype that a tensor shall have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tapefit.types._dtypes import DType, as_dtype, float32
from tapefit.types._shape import TensorShape


class TensorSpec:
    """A shape, of which dimensions may be open, and a dtype.

    Parameters
    ----------
    shape
        Dimensions; None for one that may have any length. None instead of a shape for any shape.
    dtype
        The dtype or its name.
    name
        Shown in its repr.

    Examples
    --------
    >>> import tapefit as tf
    >>> spec = tf.TensorSpec([None, 2], tf.float32)
    >>> spec.is_compatible_with(tf.zeros((5, 2)))
    True
    """

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape: Iterable[int | None] | None, dtype: Any = float32, name: str | None = None) -> None:
        self._shape = None if shape is None else tuple(None if d is None else int(d) for d in shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The shape and dtype of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    @property
    def shape(self) -> Any:
        """A TensorShape; a tuple where dimensions are open, None where all are."""
        known = self._shape is not None and None not in self._shape
        return TensorShape(self._shape) if known else self._shape

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name."""
        return self._name

    def is_compatible_with(self, other: Any) -> bool:
        """True if a tensor or spec has this dtype and a shape that fits."""
        if other.dtype is not self._dtype:
            return False
        if self._shape is None or other.shape is None:
            return True
        dims = tuple(other.shape)
        return len(dims) == len(self._shape) and all(
            a is None or b is None or a == b for a, b in zip(self._shape, dims, strict=True)
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorSpec):
            return NotImplemented
        return (self._shape, self._dtype, self._name) == (other._shape, other._dtype, other._name)

    def __hash__(self) -> int:
        return hash((self._shape, self._dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"
