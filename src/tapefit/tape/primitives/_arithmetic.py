"""The arithmetic of two operands."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._primitive import Primitive, primitive, through
from tapefit.tape.primitives._compare import (
    equal,
    greater,
    greater_equal,
    is_nan,
    less,
    less_equal,
    logical_or,
    not_equal,
)
from tapefit.tape.primitives._elementwise import is_complex, log
from tapefit.tape.primitives._ratio import product, ratio
from tapefit.tape.primitives._select import constant_like, where, zeros_for


def _nonzero(y: Any) -> Any:
    """`y` with ones for its zeros."""
    return where(equal(y, zeros_for(y)), constant_like(1, y), y)


def _log_of_positive(x: Any) -> Any:
    """log(x) where a real x is positive or a complex x is not 0, and 0 elsewhere."""
    inside = not_equal(x, zeros_for(x)) if is_complex(x) else greater(x, zeros_for(x))
    return log(where(inside, x, constant_like(1, x)))


def _at_edges(g: Any, slope: Any, x: Any) -> Any:
    """g times the slope, where 0 times the slope is 0 at the pole x = 0 and outside of the domain.

    Overflow elsewhere stays loud: 0 times inf is NaN.
    """
    edge = logical_or(equal(x, zeros_for(x)), is_nan(slope))
    return where(edge, product(g, slope), g * slope)


def _of_whole_numbers(fn: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`fn`, refusing to divide integers by 0, for which they have no inf or nan."""

    def checked(x: Any, y: Any) -> Any:
        if y.dtype.kind in "iu" and not np.all(y):
            raise InvalidArgumentError("Integer division by zero; cast to a floating dtype for inf or nan.")
        return fn(x, y)

    return checked


add = primitive(
    "add",
    operator.add,
    through,
    through,
    broadcasts=True,
    reads="shapes",
)
subtract = primitive(
    "subtract",
    operator.sub,
    through,
    lambda g, ans, x, y: -g,
    broadcasts=True,
    reads="shapes",
)
multiply = primitive(
    "multiply",
    operator.mul,
    lambda g, ans, x, y: g * y,
    lambda g, ans, x, y: g * x,
    broadcasts=True,
    reads="args",
    scales=(1, 0),
)
divide = primitive(
    "divide",
    operator.truediv,
    lambda g, ans, x, y: ratio(g, y),
    lambda g, ans, x, y: -ratio(ratio(product(g, x), y), y),
    broadcasts=True,
    quiet=True,
    reads="args",
)
divide_no_nan: Primitive = primitive(
    "divide_no_nan",
    lambda x, y: np.where(y == 0, np.zeros((), np.result_type(x, y)), np.divide(x, y)),
    lambda g, ans, x, y: divide_no_nan(g, y),
    lambda g, ans, x, y: -divide_no_nan(g * ans, y),
    broadcasts=True,
    quiet=True,
)
power: Primitive = primitive(
    "pow",
    operator.pow,
    lambda g, ans, x, y: _at_edges(g, y * power(x, _nonzero(y) - constant_like(1, y)), x),
    lambda g, ans, x, y: _at_edges(g, ans * _log_of_positive(x), x),
    broadcasts=True,
    quiet=True,
)
maximum = primitive(
    "maximum",
    np.maximum,
    lambda g, ans, x, y: where(greater_equal(x, y), g, zeros_for(g)),
    lambda g, ans, x, y: where(greater_equal(x, y), zeros_for(g), g),
    broadcasts=True,
    reads="args",
)
minimum = primitive(
    "minimum",
    np.minimum,
    lambda g, ans, x, y: where(less_equal(x, y), g, zeros_for(g)),
    lambda g, ans, x, y: where(less_equal(x, y), zeros_for(g), g),
    broadcasts=True,
    reads="args",
)
squared_difference = primitive(
    "squared_difference",
    lambda x, y: np.square(x - y),
    lambda g, ans, x, y: 2 * g * (x - y),
    lambda g, ans, x, y: -2 * g * (x - y),
    broadcasts=True,
    reads="args",
)
clip_by_value = primitive(
    "clip_by_value",
    lambda x, low, high: np.minimum(np.maximum(x, low), high),
    lambda g, ans, x, low, high: where(logical_or(less(x, low), greater(x, high)), zeros_for(g), g),
    lambda g, ans, x, low, high: where(less(x, low), g, zeros_for(g)),
    lambda g, ans, x, low, high: where(greater(x, high), g, zeros_for(g)),
    broadcasts=True,
    reads="args",
)
floordiv = primitive("floordiv", _of_whole_numbers(operator.floordiv), None, None, broadcasts=True, quiet=True)
floormod = primitive(
    "floormod",
    _of_whole_numbers(operator.mod),
    through,
    lambda g, ans, x, y: product(-g, floordiv(x, y)),
    broadcasts=True,
    quiet=True,
    reads="args",
)
