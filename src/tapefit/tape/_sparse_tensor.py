"""SparseTensor: the places of a tensor that are not zero, and what stands there."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import convert
from tapefit.tape._operators import divide, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import _indices
from tapefit.types import DType, TensorShape


class SparseTensor:
    """A tensor of which only the elements at some places are kept; the others are 0.

    Parameters
    ----------
    indices
        Whole numbers of shape (n, axes): the places.
    values
        Of shape (n,): the elements there; tapes follow them.
    dense_shape
        The shape of the whole.

    Examples
    --------
    >>> import tapefit as tf
    >>> a = tf.sparse.SparseTensor([[0, 1], [2, 0]], [3.0, 5.0], [3, 2])
    >>> tf.sparse.to_dense(a).numpy().tolist()
    [[0.0, 3.0], [0.0, 0.0], [5.0, 0.0]]
    """

    __slots__ = ("__weakref__", "_dense_shape", "_indices", "_values")
    __array_priority__ = 100

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._dense_shape = tuple(int(d) for d in np.asarray(dense_shape))
        self._indices = np.array(indices, np.int64).reshape(-1, len(self._dense_shape))
        self._values = convert(values)
        if self._values._array.shape != (len(self._indices),):
            raise ValueError(
                f"SparseTensor expects one value for each of {len(self._indices)} places, got values of shape "
                f"{list(self._values.shape)}; pass as many."
            )

    @property
    def indices(self) -> Tensor:
        """The places, int64 of shape (n, axes)."""
        return Tensor(self._indices)

    @property
    def values(self) -> Tensor:
        """The elements at the places, of shape (n,)."""
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        """The shape of the whole, as a tensor."""
        return Tensor(np.array(self._dense_shape, np.int64))

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole."""
        return TensorShape(self._dense_shape)

    def get_shape(self) -> TensorShape:
        """The shape of the whole; the older name of `shape`."""
        return self.shape

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._values.dtype

    def with_values(self, new_values: Any) -> SparseTensor:
        """Other elements at the same places."""
        return SparseTensor(self._indices, new_values, self._dense_shape)

    def _met_with(self, other: Any) -> Tensor:
        """The elements of a dense operand at the places, after broadcasting."""
        dense = convert(other, self.dtype)
        try:
            fits = np.broadcast_shapes(dense._array.shape, self._dense_shape) == self._dense_shape
        except ValueError:
            fits = False
        if not fits:
            raise InvalidArgumentError(
                f"A dense operand of shape {list(dense.shape)} does not broadcast to the sparse one's "
                f"{list(self._dense_shape)}; reshape it."
            )
        n = dense.ndim
        own = self._indices[:, len(self._dense_shape) - n :]
        own = np.where(np.array(dense._array.shape, int) == 1, 0, own)
        return _indices.gather_nd.record((dense, Tensor(own)), {"lead": 0})

    def __mul__(self, other: Any) -> SparseTensor:
        return self.with_values(multiply(self._values, self._met_with(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> SparseTensor:
        return self.with_values(divide(self._values, self._met_with(other)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise TypeError("A SparseTensor is no array; make it dense with tf.sparse.to_dense(x) first.")

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices!r}, values={self.values!r}, shape={self.dense_shape!r})"
