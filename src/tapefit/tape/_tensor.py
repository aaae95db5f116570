"""Tensor: an immutable array that a tape can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from tapefit.tape._place import note_exit
from tapefit.tape._stack import stack
from tapefit.types import DType, TensorShape, dtype_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Tensor:
    """An immutable array of one dtype.

    Made by `tapefit.constant`, by ops and by tapes. Arithmetic works as in TensorFlow: the other operand of
    an operator, a number or a NumPy array on either side, takes this tensor's dtype; two tensors must agree
    in dtype. The array inside is never changed and never handed out: `numpy` returns a copy.
    """

    __slots__ = ("__weakref__", "_array", "_uid")

    # NumPy asks the right operand first where this is higher than an ndarray's 0.
    __array_priority__ = 100

    _array: NDArray[Any]
    _uid: int

    def __init__(self, array: Any, uid: int = 0) -> None:
        self._array = array  # an ndarray, or a NumPy scalar where an op returned one
        self._uid = uid

    @property
    def shape(self) -> TensorShape:
        """The dimensions."""
        return tuple.__new__(TensorShape, self._array.shape)  # of ints already

    @property
    def dtype(self) -> DType:
        """The element type."""
        return dtype_of(self._array)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._array.ndim

    @property
    def device(self) -> str:
        """Where the array lives: always the CPU."""
        return "CPU:0"

    def get_shape(self) -> TensorShape:
        """The dimensions; the older name of `shape`."""
        return self.shape

    def numpy(self) -> Any:
        """A copy of the values: a NumPy array, or a NumPy scalar for shape ()."""
        if stack.tapes:
            _leaves(self, "numpy()")
        return self._array.copy() if self._array.ndim else self._array[()]

    def ref(self) -> Reference:
        """A hashable stand-in for this tensor, for sets and dict keys."""
        return Reference(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError(
                "A tensor cannot share its memory with an array; drop copy=False, or call .numpy() for a copy."
            )
        if stack.tapes:
            _leaves(self, "a NumPy array")
        return np.array(self._array, dtype=dtype)

    def __repr__(self) -> str:
        return f"<tf.Tensor: shape={tuple(self._array.shape)}, dtype={self.dtype.name}, numpy={self._body()}>"

    def __str__(self) -> str:
        return f"tf.Tensor({self._array}, shape={tuple(self._array.shape)}, dtype={self.dtype.name})"

    def _body(self) -> str:
        return repr(self._array) if self._array.ndim else str(self._array)

    def __format__(self, spec: str) -> str:
        return format(self._array[()] if not self._array.ndim else self._array, spec)

    def __bool__(self) -> bool:
        if stack.recorder is not None:
            stack.recorder.refuse(self, "a condition")
        return bool(self._array)

    def __float__(self) -> float:
        if stack.tapes:
            _leaves(self, "float()")
        return float(self._array)

    def __int__(self) -> int:
        if stack.tapes:
            _leaves(self, "int()")
        return int(self._array)

    def __complex__(self) -> complex:
        if stack.recorder is not None:
            stack.recorder.refuse(self, "complex()")
        return complex(self._array)

    def __index__(self) -> int:
        if stack.recorder is not None:
            stack.recorder.refuse(self, "an index")
        return self._array[()].__index__() if not self._array.ndim else self._array.__index__()

    def __round__(self, ndigits: int | None = None) -> Any:
        if stack.recorder is not None:
            stack.recorder.refuse(self, "round()")
        return round(self._array.item(), ndigits)

    def __len__(self) -> int:
        if not self._array.ndim:
            raise TypeError("Scalar tensor has no len(); a tensor with at least one dimension has.")
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._array.ndim:
            raise TypeError("Cannot iterate over a scalar tensor; wrap it in a list or reshape it to [-1].")
        return (self[i] for i in range(len(self._array)))

    def __hash__(self) -> int:
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise TypeError("'Tensor' object does not support item assignment; use a tf.Variable and its assign methods.")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("assign"):
            from tapefit.tape._variable_slice import assignment

            found = assignment(self, name)
            if found is not None:
                return found
        raise AttributeError(_missing(name))

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: object) -> Tensor:
        return self  # it never changes

    def __reduce__(self) -> tuple[Any, ...]:
        if stack.tapes:
            _leaves(self, "a pickle")
        return Tensor, (self._array,)

    if TYPE_CHECKING:  # attached by _operators.py, which needs the primitives, which need this class

        def __getitem__(self, key: Any) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...


def _leaves(tensor: Tensor, how: str) -> None:
    """Tell the listeners that a value goes where they do not see it."""
    if stack.recorder is not None:
        stack.recorder.refuse(tensor, how)
    note_exit("numpy", tensor._uid, 0, stack.tapes)


def values_of(tensor: Tensor, op: str) -> NDArray[Any]:
    """The values of a tensor that an op needs to know, not only to compute with.

    Raises
    ------
    OperatorNotAllowedInGraphError
        If tf.function records, and they may be others in another call.
    """
    if stack.recorder is not None:
        stack.recorder.refuse(tensor, op)
    return tensor._array


class Reference:
    """A hashable stand-in for a tensor or variable: equal if it is the same object."""

    __slots__ = ("_target",)

    def __init__(self, target: Any) -> None:
        self._target = target

    def deref(self) -> Any:
        """The tensor or variable itself."""
        return self._target

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._target is other._target

    def __hash__(self) -> int:
        return id(self._target)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._target!r}>"


_INSTEAD = {
    "T": "tf.transpose(x)",
    "sum": "tf.reduce_sum(x)",
    "mean": "tf.reduce_mean(x)",
    "max": "tf.reduce_max(x)",
    "min": "tf.reduce_min(x)",
    "std": "tf.math.reduce_std(x)",
    "var": "tf.math.reduce_variance(x)",
    "reshape": "tf.reshape(x, shape)",
    "astype": "tf.cast(x, dtype)",
    "item": "x.numpy().item()",
    "tolist": "x.numpy().tolist()",
    "size": "tf.size(x)",
    "assign": "a tf.Variable, which has assign, assign_add and assign_sub",
    "assign_add": "a tf.Variable, which has assign, assign_add and assign_sub",
    "assign_sub": "a tf.Variable, which has assign, assign_add and assign_sub",
    "backward": "tape.gradient(loss, x) of a tf.GradientTape",
    "grad": "tape.gradient(loss, x) of a tf.GradientTape",
}


def _missing(name: str) -> str:
    """The sentence for an attribute that a tensor does not have."""
    instead = _INSTEAD.get(name)
    return f"'Tensor' object has no attribute {name!r}" + (f"; use {instead}." if instead else ".")
