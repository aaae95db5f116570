"""Elementwise mathematics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, pair, tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor, values_of
from tapefit.types import as_dtype

_ELEMENTWISE = """{what}

    Parameters
    ----------
    {x}
    name
        Accepted for TensorFlow's sake.

    Returns
    -------
    Tensor
        {returns}
    """


def _unary(primitive: Primitive, what: str, returns: str = "Of the shape and dtype of `x`.") -> Callable[..., Tensor]:
    """A public op of one operand."""

    def op(x: Any, name: str | None = None) -> Tensor:
        return primitive.record((tensor_of(x),), {})

    return _named(op, primitive.name, what, "x\n        Tensor, variable or array, of any shape.", returns)


def _binary(op_of: Callable[[Any, Any], Tensor], called: str, what: str, returns: str) -> Callable[..., Tensor]:
    """A public op of two operands."""

    def op(x: Any, y: Any, name: str | None = None) -> Tensor:
        return op_of(x, y)

    both = "x, y\n        Tensors of one dtype that broadcast; a number or array takes the other's dtype."
    return _named(op, called, what, both, returns)


def _named(op: Any, called: str, what: str, x: str, returns: str) -> Callable[..., Tensor]:
    op.__name__ = op.__qualname__ = called
    op.__doc__ = _ELEMENTWISE.format(what=what, x=x, returns=returns)
    return op  # type: ignore[no-any-return]


_SAME = "Of the broadcast shape and the operands' dtype."
_TRUTH = "Boolean, of the broadcast shape."

add = _binary(o.add, "add", "x + y.", _SAME)
subtract = _binary(o.subtract, "subtract", "x - y.", _SAME)
multiply = _binary(o.multiply, "multiply", "x * y.", _SAME)
divide = _binary(o.divide, "divide", "x / y; integers become floats first.", _SAME)
pow = _binary(o.power, "pow", "x to the power y. The derivative of x**0 is 0, also at x = 0.", _SAME)
floordiv = _binary(o.floordiv, "floordiv", "x / y rounded down; not differentiable.", _SAME)
floormod = _binary(o.floormod, "floormod", "The remainder of `floordiv`, with the sign of y.", _SAME)
maximum = _binary(o.binary(p.maximum), "maximum", "The larger one; at a tie the gradient goes to x.", _SAME)
minimum = _binary(o.binary(p.minimum), "minimum", "The smaller one; at a tie the gradient goes to x.", _SAME)
squared_difference = _binary(o.binary(p.squared_difference), "squared_difference", "(x - y)**2.", _SAME)
divide_no_nan = _binary(o.binary(p.divide_no_nan), "divide_no_nan", "x / y, and 0 where y is 0.", _SAME)
equal = _binary(o.equal, "equal", "x == y, element by element.", _TRUTH)
not_equal = _binary(o.not_equal, "not_equal", "x != y, element by element.", _TRUTH)
less = _binary(o.less, "less", "x < y, element by element.", _TRUTH)
less_equal = _binary(o.less_equal, "less_equal", "x <= y, element by element.", _TRUTH)
greater = _binary(o.greater, "greater", "x > y, element by element.", _TRUTH)
greater_equal = _binary(o.greater_equal, "greater_equal", "x >= y, element by element.", _TRUTH)
logical_and = _binary(o.logical_and, "logical_and", "x and y, element by element.", _TRUTH)
logical_or = _binary(o.logical_or, "logical_or", "x or y, element by element.", _TRUTH)
logical_xor = _binary(o.logical_xor, "logical_xor", "Either x or y, element by element.", _TRUTH)

logical_not = _unary(p.logical_not, "Not x.", "Boolean, of the shape of `x`.")
is_nan = _unary(p.is_nan, "True where x is NaN.", "Boolean, of the shape of `x`.")
is_inf = _unary(p.is_inf, "True where x is infinite.", "Boolean, of the shape of `x`.")
is_finite = _unary(p.is_finite, "True where x is neither NaN nor infinite.", "Boolean, of the shape of `x`.")
abs = _unary(p.absolute, "The absolute value; its derivative at 0 is 0.", "Of the shape of `x`, real.")
ceil = _unary(p.ceil, "Rounded up; not differentiable.")
cos = _unary(p.cos, "The cosine of x in radians.")
exp = _unary(p.exp, "e to the power x.")
expm1 = _unary(p.expm1, "exp(x) - 1, exact for small x.")
floor = _unary(p.floor, "Rounded down; not differentiable.")
log = _unary(p.log, "The natural logarithm.")
log1p = _unary(p.log1p, "log(1 + x), exact for small x.")
negative = _unary(p.negative, "-x.")
relu = _unary(p.relu, "max(x, 0); its derivative at 0 is 0.")
round = _unary(p.round_half_even, "Rounded to the nearest whole number, halves to even; not differentiable.")
sigmoid = _unary(p.sigmoid, "1 / (1 + exp(-x)).")
sign = _unary(p.sign, "-1, 0 or 1; its derivative is 0.")
sin = _unary(p.sin, "The sine of x in radians.")
softplus = _unary(p.softplus, "log(1 + exp(x)), without overflow.")
sqrt = _unary(p.sqrt, "The square root.")
square = _unary(p.square, "x times x.")
tanh = _unary(p.tanh, "The hyperbolic tangent.")
conj = _unary(p.conj, "The complex conjugate; a real x as it is.")


def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """`x` in another dtype; differentiable between floating and complex dtypes.

    Parameters
    ----------
    x
        Tensor, variable or array, of any shape.
    dtype
        The dtype or its name.

    Returns
    -------
    Tensor
        Of the shape of `x`.
    """
    x = tensor_of(x)
    to = as_dtype(dtype).numpy_dtype
    return x if x._array.dtype == to else p.cast.record((x,), {"dtype": to})


def add_n(inputs: Sequence[Any], name: str | None = None) -> Tensor:
    """The sum of tensors of one shape.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not isinstance(inputs, (list, tuple)):
        inputs = [inputs]
    if not inputs:
        raise ValueError("add_n expects at least one tensor, got an empty list; pass one.")
    return reduce(o.add, inputs[1:], tensor_of(inputs[0]))


def accumulate_n(inputs: Sequence[Any], shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape: the older name of `add_n`."""
    return add_n(inputs)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Tensor:
    """`t` held between two bounds; the derivative at a bound is 1.

    Parameters
    ----------
    t
        Tensor, variable or array, of any shape.
    clip_value_min, clip_value_max
        Bounds that broadcast against `t`.
    """
    t, low = pair(t, clip_value_min, "clip_by_value")
    t, high = pair(t, clip_value_max, "clip_by_value")
    return p.clip_by_value.record((t, low, high), {})


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Elements of `x` where the condition holds, else of `y`; with one argument, the places where it holds.

    Parameters
    ----------
    condition
        Boolean, of a shape that broadcasts against `x` and `y`.
    x, y
        Tensors of one dtype that broadcast.

    Returns
    -------
    Tensor
        Of the broadcast shape; with one argument int64 of shape (places, condition's dimensions).

    Raises
    ------
    ValueError
        If only one of `x` and `y` is given.
    """
    condition = tensor_of(condition)
    if x is None and y is None:
        return Tensor(np.argwhere(values_of(condition, "tf.where with one argument, whose result has no fixed shape")))
    if x is None or y is None:
        raise ValueError("where expects both x and y or neither, got one of them; pass the other, too.")
    x, y = pair(x, y, "where")
    if condition._array.dtype.kind != "b":
        condition = p.not_equal.record((condition, like(0, condition)), {})
    return p.where.record((condition, x, y), {})
