"""Making tensors: from Python numbers, lists, NumPy arrays and anything else that becomes an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from tapefit.errors import InvalidArgumentError
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.types import DType, as_dtype, dtype_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INT32 = np.iinfo(np.int32)
_CACHE_SIZE = 512
_constants: dict[tuple[type, Any, Any], Tensor] = {}


def convert(value: Any, dtype: Any = None, *, into: type[Tensor] = Tensor) -> Tensor:
    """`value` as a tensor; a variable gives its value, recorded.

    Python floats become float32, ints int32 (int64 where they need it), complex numbers complex128;
    NumPy arrays keep their dtype and are copied, so that a later change of the array changes nothing here.

    Raises
    ------
    TypeError
        If a number cannot be held by `dtype`.
    ValueError
        If `value` is None or ragged, or a tensor of another dtype.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(value, Tensor):
        return _same_dtype(value, wanted)
    reader = getattr(value, "_read_tensor", None)  # a Variable
    if reader is not None:
        return _same_dtype(reader(), wanted)
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        return _stack_of(value, wanted)
    return Tensor(array_of(value, wanted))


def _same_dtype(tensor: Tensor, wanted: DType | None) -> Tensor:
    if wanted is None or tensor._array.dtype == wanted.numpy_dtype:
        return tensor
    raise ValueError(
        f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {tensor.dtype.name}: "
        f"{tensor!r}; use tf.cast to change a tensor's dtype."
    )


def _holds_tensors(values: Any) -> bool:
    return any(
        isinstance(v, Tensor) or hasattr(v, "_read_tensor") or (isinstance(v, (list, tuple)) and _holds_tensors(v))
        for v in values
    )


def _stack_of(values: Any, wanted: DType | None) -> Tensor:
    """A list that holds tensors, stacked on a new first axis and recorded."""
    from tapefit.tape.ops._array import stack as stack_op

    return stack_op([convert(v) if not isinstance(v, (int, float)) else v for v in values], dtype=wanted)


def array_of(value: Any, wanted: DType | None = None) -> NDArray[Any]:
    """`value`, which holds no tensor, as a fresh NumPy array of the dtype that TensorFlow would give it."""
    if value is None:
        raise ValueError(
            "Attempt to convert a value (None) to a Tensor; pass a number, list or array "
            "(a gradient that came back as None is a common cause)."
        )
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError(
            "Can't convert non-rectangular Python sequence to Tensor; pass rows of equal length."
        ) from error
    if array.dtype == object and any(v is None for v in array.ravel()):
        raise ValueError("Attempt to convert a value (None) to a Tensor; replace the None by a number.")
    dtype_of(array)  # raises for dtypes that we do not have
    if wanted is not None:
        return _cast_value(array, wanted, value)
    return array.astype(_natural_dtype(array, value), copy=False)


def _natural_dtype(array: NDArray[Any], value: Any) -> np.dtype[Any]:
    """The dtype of a value that asked for none: NumPy's own, and 32 bits for bare Python numbers."""
    if isinstance(value, (np.ndarray, np.generic)) or hasattr(value, "__array__"):
        return array.dtype
    if isinstance(value, (list, tuple)):
        numpy_leaf = _first_numpy_leaf(value)
        if numpy_leaf is not None:
            return array.dtype
    if array.dtype == np.float64:
        return stack.float_dtype
    if array.dtype == np.int64 and (not array.size or (array.min() >= _INT32.min and array.max() <= _INT32.max)):
        return np.dtype(np.int32)
    return array.dtype


def _first_numpy_leaf(values: Any) -> Any:
    for v in values:
        if isinstance(v, (np.ndarray, np.generic)):
            return v
        if isinstance(v, (list, tuple)):
            found = _first_numpy_leaf(v)
            if found is not None:
                return found
    return None


def _cast_value(array: NDArray[Any], wanted: DType, value: Any) -> NDArray[Any]:
    """`array` in the dtype asked for, unless that would lose what was written."""
    kind, to = array.dtype.kind, wanted.numpy_dtype
    loses = (
        (kind == "f" and to.kind in "iub")
        or (kind == "c" and to.kind in "fiub")
        or (kind in "SUO") != (to.kind == "O")
        or (kind == "b" and to.kind != "b")
        or (kind in "iuf" and to.kind == "b")
    )
    from_numpy = isinstance(value, (np.ndarray, np.generic))
    if loses and not (from_numpy and kind in "iufb" and to.kind in "iuf"):
        raise TypeError(f"Cannot convert {value!r} to a Tensor of dtype {wanted.name}; use tf.cast to force it.")
    return array.astype(to)


def like(value: Any, tensor: Tensor) -> Tensor:
    """`value`, the other operand, in the dtype of `tensor`: TensorFlow's rule for numbers and NumPy arrays."""
    array = tensor._array
    kind = type(value)
    if kind is float or kind is int:
        scalar = type(array)  # a scalar meets a scalar: NumPy works fastest on two of a kind
        key = (kind, value, array.dtype if scalar is ndarray else scalar)
        found = _constants.get(key)
        # 0.0 and -0.0 are equal keys and different numbers
        if found is not None and value:
            return found
        if array.dtype.kind != "f":
            _must_hold(value, array.dtype)
        made = Tensor(np.array(value, array.dtype) if scalar is ndarray else array.dtype.type(value))
        if len(_constants) >= _CACHE_SIZE:
            _constants.clear()
        _constants[key] = made
        return made
    if kind is np.ndarray and value.dtype.kind in "fiub" and array.dtype.kind in "fc":
        # A tape may read the operand later: keep what it was now.
        return Tensor(value.astype(array.dtype, copy=bool(stack.tapes)))
    return convert(value, dtype_of(array))


def _must_hold(value: float, dtype: np.dtype[Any]) -> None:
    """Raise TypeError unless an element of this dtype can be this number."""
    if dtype.kind in "iu" and not isinstance(value, int):
        raise TypeError(
            f"Cannot convert {value!r} to a Tensor of dtype {dtype.name}; cast the tensor with tf.cast(x, tf.float32)."
        )
    if dtype.kind not in "iuc":
        raise TypeError(f"Cannot convert {value!r} to a Tensor of dtype {dtype.name}; use a value of that type.")


def beside(value: Any, tensor: Tensor) -> Tensor:
    """`like`, for anything that is not a tensor yet: a variable or a list that holds tensors keeps its own dtype."""
    kind = type(value)
    if kind is float or kind is int or kind is np.ndarray:
        return like(value, tensor)
    reader = getattr(value, "_value_for_op", None)
    if reader is not None:
        return reader()  # type: ignore[no-any-return]
    return convert(value) if isinstance(value, (list, tuple)) and _holds_tensors(value) else like(value, tensor)


def pair(x: Any, y: Any, op: str) -> tuple[Tensor, Tensor]:
    """Both operands as tensors of one dtype.

    Raises
    ------
    InvalidArgumentError
        If both are tensors and their dtypes differ: nothing is promoted silently.
    """
    x, y = (v if isinstance(v, Tensor) else getattr(v, "_value_for_op", lambda v=v: v)() for v in (x, y))
    if not isinstance(x, Tensor):
        x = beside(x, y) if isinstance(y, Tensor) else convert(x)
    if not isinstance(y, Tensor):
        y = beside(y, x)
    if x._array.dtype != y._array.dtype:
        raise InvalidArgumentError(
            f"cannot compute {op}: its first operand is a {x.dtype.name} tensor and its second a {y.dtype.name} "
            f"tensor; cast one of them, as in tf.cast(y, tf.{x.dtype.name})."
        )
    return x, y


def tensor_of(value: Any) -> Tensor:
    """`value` as the operand of an op: a tensor as it is, a variable's value, else `convert`."""
    if type(value) is Tensor:
        return value
    reader = getattr(value, "_value_for_op", None)
    return convert(value) if reader is None else reader()
