"""Python's operators on tensors and variables."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.errors import OperatorNotAllowedInGraphError, ShapeWarning
from tapefit.tape import primitives as p
from tapefit.tape._convert import beside, like, pair, tensor_of
from tapefit.tape._indexed_slices import IndexedSlices
from tapefit.tape._primitive import Primitive, answered
from tapefit.tape._request import UNITS
from tapefit.tape._slicing import item
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape._variable_slice import item_of_variable

Op = Callable[..., Tensor]
_blank = object.__new__


def binary(primitive: Primitive) -> Op:
    """The op of two operands that a primitive makes: convert, compute, tell the tapes."""
    fn, name, quiet = primitive.fn, primitive.name, primitive.quiet
    plain = not quiet

    def op(x: Any, y: Any) -> Tensor:
        if type(x) is Tensor and type(y) is Tensor:
            a, b = x._array, y._array
            if a.dtype is not b.dtype:
                pair(x, y, name)
        elif type(y) is float and type(x) is Tensor:
            if plain and type(x._array) in UNITS and not stack.tapes:
                answer = _blank(Tensor)  # NumPy gives a Python float the scalar's dtype, as `like` does
                answer._array, answer._uid = fn(x._array, y), 0
                return answer
            y = like(y, x)
            a, b = x._array, y._array
        else:
            x, y = _operands(x, y, name)
            a, b = x._array, y._array
        if quiet or a.ndim + b.ndim == 3:
            return answered(primitive, (x, y), _careful(primitive, a, b), None)
        try:
            answer = fn(a, b)
        except ValueError:
            answer = primitive.compute([a, b], {})  # for its message
        return answered(primitive, (x, y), answer, None)

    return op


def _operands(x: Any, y: Any, name: str) -> tuple[Tensor, Tensor]:
    """Both as tensors of one dtype, where one of them is no tensor."""
    if type(x) is Variable:
        x = x._value_for_op()
    if type(y) is Variable:
        y = y._value_for_op()
    if type(x) is Tensor:
        if type(y) is not Tensor:
            return x, beside(y, x)
        if x._array.dtype is y._array.dtype:
            return x, y
    return pair(x, y, name)


def _careful(primitive: Primitive, a: Any, b: Any) -> Any:
    """Compute, and warn where (n, 1) meets (n,): that makes (n, n), which is hardly ever meant."""
    if a.ndim + b.ndim == 3 and a.ndim and b.ndim:
        column, row = (a, b) if a.ndim == 2 else (b, a)
        if column.shape == (row.shape[0], 1) and row.shape[0] > 1:
            warnings.warn(
                f"{primitive.name} of shapes {a.shape} and {b.shape} broadcasts to {(row.shape[0],) * 2}: every row "
                "meets every other; reshape one of them if rows were meant to meet one by one.",
                ShapeWarning,
                stacklevel=4,
            )
    return primitive.compute([a, b], {})


def unary(primitive: Primitive) -> Op:
    """The op of one operand that a primitive makes."""

    fn, quiet = primitive.fn, primitive.quiet

    def op(x: Any) -> Tensor:
        if type(x) is not Tensor:
            x = tensor_of(x)
        return answered(primitive, (x,), primitive.compute([x._array], {}) if quiet else fn(x._array), None)

    return op


add, subtract, multiply = binary(p.add), binary(p.subtract), binary(p.multiply)
floordiv, floormod = binary(p.floordiv), binary(p.floormod)
_divide, _power = binary(p.divide), binary(p.power)
less, less_equal = binary(p.less), binary(p.less_equal)
greater, greater_equal = binary(p.greater), binary(p.greater_equal)
equal, not_equal = binary(p.equal), binary(p.not_equal)
logical_and, logical_or, logical_xor = binary(p.logical_and), binary(p.logical_or), binary(p.logical_xor)
negative, square, absolute = unary(p.negative), unary(p.square), unary(p.absolute)
logical_not = unary(p.logical_not)
_squared = p.square.fn


def divide(x: Any, y: Any) -> Tensor:
    """True division; integers become floats first, as in Python."""
    if type(x) is Tensor and type(y) is Tensor and x._array.dtype.kind == "f":
        return _divide(x, y)
    x, y = pair(x, y, "divide")
    if x._array.dtype.kind in "iu":
        wide = np.dtype(np.float32 if x._array.dtype.itemsize <= 2 else np.float64)
        x, y = (p.cast.record((v,), {"dtype": wide}) for v in (x, y))
    return _divide(x, y)


def power(x: Any, y: Any) -> Tensor:
    """x to the power y; the exponent 2 is a square."""
    if (type(y) is int or type(y) is float) and y == 2:
        if type(x) is not Tensor:
            x = tensor_of(x)
        array = x._array
        if array.dtype.kind in "fc":
            return answered(p.square, (x,), _squared(array), None)
    return _power(x, y)


def matmul(a: Any, b: Any) -> Tensor:
    """The product of matrices, or of stacks of them; both operands need at least two dimensions."""
    from tapefit.tape.ops._linalg import matmul as op

    return op(a, b)


def _swapped(op: Op) -> Op:
    return lambda y, x: op(x, y)


def _equality(op: Op, otherwise: bool) -> Callable[[Any, Any], Any]:
    def compare(x: Any, y: Any) -> Any:
        if y is None:
            return otherwise
        try:
            return op(x, y)
        except OperatorNotAllowedInGraphError:
            raise
        except (TypeError, ValueError):
            return otherwise

    return compare


_PROTOCOL: dict[str, Any] = {
    "__add__": add,
    "__radd__": _swapped(add),
    "__sub__": subtract,
    "__rsub__": _swapped(subtract),
    "__mul__": multiply,
    "__rmul__": _swapped(multiply),
    "__truediv__": divide,
    "__rtruediv__": _swapped(divide),
    "__floordiv__": floordiv,
    "__rfloordiv__": _swapped(floordiv),
    "__mod__": floormod,
    "__rmod__": _swapped(floormod),
    "__pow__": power,
    "__rpow__": _swapped(_power),
    "__matmul__": matmul,
    "__rmatmul__": _swapped(matmul),
    "__neg__": negative,
    "__pos__": tensor_of,
    "__abs__": absolute,
    "__invert__": logical_not,
    "__and__": logical_and,
    "__rand__": _swapped(logical_and),
    "__or__": logical_or,
    "__ror__": _swapped(logical_or),
    "__xor__": logical_xor,
    "__rxor__": _swapped(logical_xor),
    "__lt__": less,
    "__le__": less_equal,
    "__gt__": greater,
    "__ge__": greater_equal,
    "__eq__": _equality(equal, False),
    "__ne__": _equality(not_equal, True),
    "__getitem__": item,
}


_OWN: dict[type, dict[str, Any]] = {Variable: {"__getitem__": item_of_variable}}


def attach() -> None:
    """Give `Tensor`, `Variable` and `IndexedSlices` their operators; called once, when the package is imported."""
    for cls in (Tensor, Variable, IndexedSlices):
        for name, op in {**_PROTOCOL, **_OWN.get(cls, {})}.items():
            setattr(cls, name, op)
