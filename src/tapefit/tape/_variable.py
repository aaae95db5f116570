"""Variable: the one thing on a tape that changes, and only through its assign methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from tapefit.tape._convert import convert, like
from tapefit.tape._place import note_exit
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Reference, Tensor
from tapefit.types import DType, TensorShape, as_dtype, dtype_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


_array = np.asarray
_blank = object.__new__


class Variable:
    """A value that can be assigned anew; tapes follow it without being told to.

    Parameters
    ----------
    initial_value
        A number, list, array or tensor, or a function without arguments that returns one.
    trainable
        Whether tapes follow it of themselves.
    name
        Shown in its repr.
    dtype
        The element type; by default what `tapefit.constant` would choose.
    constraint
        Kept for optimizers: a function that projects the value after an update.

    Examples
    --------
    >>> import tapefit as tf
    >>> w = tf.Variable(2.0)
    >>> w.assign_sub(0.5)
    <tf.Variable 'Variable:0' shape=() dtype=float32, numpy=1.5>
    """

    __slots__ = ("__weakref__", "_floats", "_name", "_uid", "_value", "constraint", "trainable")
    __array_priority__ = 100

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool = True,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Callable[[Tensor], Any] | None = None,
        **options: Any,
    ) -> None:
        if initial_value is None:
            raise ValueError("The `initial_value` arg to `tf.Variable` must be specified; pass a number or array.")
        value = convert(initial_value() if callable(initial_value) else initial_value)
        if dtype is not None and as_dtype(dtype) is not value.dtype:
            value = convert(value._array, dtype)
        self._uid = next_uid()
        if value._uid:
            note_exit("copy", value._uid, self._uid, stack.tapes)
        self._value = Tensor(np.array(value._array), self._uid)
        self._floats = value._array.dtype.kind in "fc"  # it never changes
        if stack.recorder is not None:
            stack.recorder.created.append(self)
        self._name = name or "Variable"
        self.trainable = trainable
        self.constraint = constraint

    # -- reading -------------------------------------------------------------------------------

    def _value_for_op(self) -> Tensor:
        """The value now, carrying the variable's own uid; tapes that watch accesses note the reading.

        Every snapshot has the same uid, so that the parts of a gradient that flow to the value before and
        after an assignment meet in the variable.
        """
        tapes = stack.tapes
        if tapes:
            for tape in tapes if self.trainable else (stack.recorder,):
                if tape is not None and tape._watch_accessed and self._uid not in tape._variables:
                    tape._watch_variable(self)
        return self._value

    def _read_tensor(self) -> Tensor:
        """The value as a tensor of its own, recorded as a copy of the variable."""
        from tapefit.tape.primitives import identity

        return identity.record((self._value_for_op(),), {})

    def read_value(self) -> Tensor:
        """The value now, as a tensor."""
        return self._read_tensor()

    def value(self) -> Tensor:
        """The value now, as a tensor."""
        return self._read_tensor()

    def numpy(self) -> Any:
        """A copy of the values: a NumPy array, or a NumPy scalar for shape ()."""
        return self._value_for_op().numpy()

    @property
    def shape(self) -> TensorShape:
        """The dimensions."""
        return TensorShape(self._value._array.shape)

    def get_shape(self) -> TensorShape:
        """The dimensions; the older name of `shape`."""
        return self.shape

    @property
    def dtype(self) -> DType:
        """The element type."""
        return dtype_of(self._value._array)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self._value._array.ndim

    @property
    def name(self) -> str:
        """The name with TensorFlow's output number, such as ``"w:0"``."""
        return f"{self._name}:0"

    @property
    def device(self) -> str:
        """Where the array lives: always the CPU."""
        return "CPU:0"

    def ref(self) -> Reference:
        """A hashable stand-in for this variable, for sets and dict keys."""
        return Reference(self)

    # -- writing -------------------------------------------------------------------------------

    def assign(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Variable:
        """Set the value.

        Raises
        ------
        ValueError
            If `value` has another shape, or is a tensor of another dtype, or None.
        """
        if stack.tapes:
            return self._assign_heard(self._operand(value))
        return self._set(np.array(self._operand(value)._array))

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Variable:
        """Add `delta` to the value."""
        if stack.tapes:
            return self._assign_heard(self._operand(delta), "add")
        value = self._value._array[()]  # a scalar, for shape ()
        if type(delta) is not Tensor or type(delta._array) is not type(value) or type(value) is np.ndarray:
            delta = self._operand(delta)
        return self._set(value + delta._array)

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Variable:
        """Subtract `delta` from the value."""
        if stack.tapes:
            return self._assign_heard(self._operand(delta), "subtract")
        value = self._value._array[()]  # a scalar, for shape ()
        if type(delta) is not Tensor or type(delta._array) is not type(value) or type(value) is np.ndarray:
            delta = self._operand(delta)
        return self._set(value - delta._array)

    def _assign_heard(self, operand: Tensor, op: str = "") -> Variable:
        """Assign while somebody listens: to tapes an assignment is an access, and tf.function notes it."""
        from tapefit.tape import primitives

        before = self._value_for_op()
        note_exit("assign", operand._uid, self._uid, stack.tapes)
        if stack.recorder is None:
            change = getattr(np, op)(before._array, operand._array) if op else np.array(operand._array)
            return self._set(change)
        value = getattr(primitives, op).record((before, operand), {}) if op else operand
        self._set(np.array(value._array))
        stack.recorder.assigned(self, value)
        return self

    def _operand(self, value: Any) -> Tensor:
        if type(value) is Tensor and value._array.dtype is self._value._array.dtype:
            return value
        if hasattr(value, "_value_for_op") or isinstance(value, Tensor):
            return convert(value, self.dtype)
        return like(value, self._value)

    def _set(self, new: Any) -> Variable:
        old = self._value._array
        if type(new) is not np.ndarray:
            new = _array(new)
        elif new.shape != old.shape:
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': the variable has shape {old.shape} and the "
                f"assigned value shape {new.shape}; reshape the value, or make a new variable."
            )
        self._value = value = _blank(Tensor)  # Tensor(new, self._uid), without a call of Python's
        value._array, value._uid = new, self._uid
        return self

    # -- Python's protocols --------------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self._value_for_op().__array__(dtype, copy)

    def __repr__(self) -> str:
        value = self._value
        return f"<tf.Variable {self.name!r} shape={value._array.shape} dtype={value.dtype.name}, numpy={value._body()}>"

    def __bool__(self) -> bool:
        return bool(self._value_for_op())

    def __float__(self) -> float:
        return float(self._value_for_op())

    def __int__(self) -> int:
        return int(self._value_for_op())

    def __complex__(self) -> complex:
        return complex(self._value_for_op())

    def __index__(self) -> int:
        return self._value_for_op().__index__()

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self._value_for_op(), ndigits)

    def __len__(self) -> int:
        return len(self._value_for_op())

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self._value_for_op())

    def __hash__(self) -> int:
        raise TypeError(f"Variable is unhashable. Instead, use variable.ref() as the key. (Variable: {self!r})")

    def __iadd__(self, other: object) -> NoReturn:
        raise RuntimeError(_IN_PLACE.format(op="+", method="assign_add"))

    def __isub__(self, other: object) -> NoReturn:
        raise RuntimeError(_IN_PLACE.format(op="-", method="assign_sub"))

    def __imul__(self, other: object) -> NoReturn:
        raise RuntimeError(_IN_PLACE.format(op="*", method="assign(variable * value)"))

    def __itruediv__(self, other: object) -> NoReturn:
        raise RuntimeError(_IN_PLACE.format(op="/", method="assign(variable / value)"))

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise TypeError(
            "'Variable' object does not support item assignment; build the new value and call assign with it."
        )

    def __copy__(self) -> Variable:
        return self

    def __deepcopy__(self, memo: object) -> Variable:
        return Variable(self._value._array, trainable=self.trainable, name=self._name, constraint=self.constraint)

    def __reduce__(self) -> tuple[Any, ...]:
        return Variable, (self._value._array, self.trainable, True, None, self._name)


_IN_PLACE = (
    "`variable {op}= value` with `tf.Variable`s is not supported. Use `variable.{method}` to modify the variable, "
    "or `out = variable {op} value` to get a new tensor."
)
