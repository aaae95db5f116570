"""Comparisons, logic and rounding: recorded, and without a derivative."""

import operator
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive


def _binary(name: str, fn: Any) -> Primitive:
    return primitive(name, fn, None, None, broadcasts=True)


def _unary(name: str, fn: Any) -> Primitive:
    return primitive(name, fn, None)


equal = _binary("equal", operator.eq)
not_equal = _binary("not_equal", operator.ne)
less = _binary("less", operator.lt)
less_equal = _binary("less_equal", operator.le)
greater = _binary("greater", operator.gt)
greater_equal = _binary("greater_equal", operator.ge)
logical_and = _binary("logical_and", np.logical_and)
logical_or = _binary("logical_or", np.logical_or)
logical_xor = _binary("logical_xor", np.logical_xor)
logical_not = _unary("logical_not", np.logical_not)
is_nan = _unary("is_nan", np.isnan)
is_inf = _unary("is_inf", np.isinf)
is_finite = _unary("is_finite", np.isfinite)
floor = _unary("floor", np.floor)
ceil = _unary("ceil", np.ceil)
round_half_even = _unary("round", np.rint)
argmax = primitive("argmax", lambda x, *, axis, dtype: np.argmax(x, axis).astype(dtype), None)
argmin = primitive("argmin", lambda x, *, axis, dtype: np.argmin(x, axis).astype(dtype), None)
reduce_any = primitive("reduce_any", lambda x, *, axis, keepdims: np.any(x, axis, keepdims=keepdims), None)
reduce_all = primitive("reduce_all", lambda x, *, axis, keepdims: np.all(x, axis, keepdims=keepdims), None)
