"""IndexedSlices: the gradient of a gather, as the slices that it touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from tapefit.tape._convert import convert
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import add_at
from tapefit.types import DType, TensorShape

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape


class IndexedSlices:
    """Slices of a tensor that is zero elsewhere; slices of one index add up.

    The gradient of `tapefit.gather` and of an embedding look-up along the first axis comes in this form, as in
    TensorFlow. Unlike there it also behaves as the dense tensor: in arithmetic, with NumPy, and in ``assign_sub``.

    Parameters
    ----------
    values
        Of shape ``(n, ...)``.
    indices
        Whole numbers, of shape ``(n,)``; duplicates may occur.
    dense_shape
        The shape of the dense tensor.

    Examples
    --------
    >>> import tapefit as tf
    >>> table = tf.Variable([[1.0], [2.0], [3.0]])
    >>> with tf.GradientTape() as tape:
    ...     y = tf.gather(table, [0, 2, 0])
    >>> g = tape.gradient(y, table)
    >>> g.indices.numpy().tolist(), g.values.numpy().tolist()
    ([0, 2, 0], [[1.0], [1.0], [1.0]])
    >>> (0.5 * g).numpy().tolist()
    [[1.0], [0.0], [0.5]]
    """

    __slots__ = ("__weakref__", "_dense_shape", "_indices", "_values")
    __array_priority__ = 100

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values, self._indices = convert(values), convert(indices)
        self._dense_shape = None if dense_shape is None else tuple(int(d) for d in np.asarray(dense_shape))

    @property
    def values(self) -> Tensor:
        """The slices, of shape ``(n, ...)``."""
        return self._values

    @property
    def indices(self) -> Tensor:
        """Where each slice belongs, of shape ``(n,)``."""
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        """The shape of the dense tensor, as a tensor."""
        return None if self._dense_shape is None else Tensor(np.array(self._dense_shape, np.int32))

    @property
    def shape(self) -> TensorShape:
        """The dimensions of the dense tensor."""
        return TensorShape(self._must_know_shape())

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._values.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions of the dense tensor."""
        return self._values.ndim

    @property
    def device(self) -> str:
        """Where the arrays live: always the CPU."""
        return "CPU:0"

    def get_shape(self) -> TensorShape:
        """The dimensions of the dense tensor; the older name of `shape`."""
        return self.shape

    def numpy(self) -> Any:
        """The dense tensor as a NumPy array."""
        return self._value_for_op().numpy()

    def _value_for_op(self) -> Tensor:
        """The dense tensor, recorded."""
        shape = self._must_know_shape()
        return add_at.record((self._values, self._indices), {"axis": 0, "shape": shape})

    def _read_tensor(self) -> Tensor:
        return self._value_for_op()

    @property
    def _array(self) -> Any:
        return self._value_for_op()._array

    def _must_know_shape(self) -> tuple[int, ...]:
        if self._dense_shape is None:
            raise ValueError(
                "Tensor conversion requested for IndexedSlices without dense_shape; make it with its dense_shape."
            )
        return self._dense_shape

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._value_for_op().__array__(dtype, copy)

    def __len__(self) -> int:
        return len(self._value_for_op())

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self._value_for_op())

    def __hash__(self) -> NoReturn:
        raise TypeError("IndexedSlices is unhashable; keep it in a list.")

    def __repr__(self) -> str:
        return f"IndexedSlices(indices={self.indices!r}, values={self.values!r}, dense_shape={self.dense_shape!r})"


def dense_heard_by(tape: GradientTape, slices: IndexedSlices) -> Tensor:
    """The dense tensor, whose making the tape records even after its block, as it has recorded the values."""
    if tape._recording:
        return slices._value_for_op()
    before, stack.tapes = stack.tapes, [*stack.tapes, tape]
    try:
        return slices._value_for_op()
    finally:
        stack.tapes = before
