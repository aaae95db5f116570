"""Functions of one operand, element by element."""

import operator
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive, through
from tapefit.tape.primitives._ratio import ratio
from tapefit.tape.primitives._select import array_in, zeros_for


def is_complex(x: Any) -> bool:
    """True if the elements are complex."""
    return bool(array_in(x).dtype.kind == "c")


def _cast_rule(g: Any, ans: Any, x: Any, *, dtype: np.dtype[Any]) -> Any:
    back = array_in(x).dtype
    return cast(g, dtype=back) if back.kind in "fc" and dtype.kind in "fc" else None


def _cast(x: Any, *, dtype: np.dtype[Any]) -> Any:
    real = x.real if x.dtype.kind == "c" and dtype.kind != "c" else x
    return real.astype(dtype)


def _sign(x: Any) -> Any:
    return _ratio_to_abs(x) if x.dtype.kind == "c" else np.sign(x)


def _ratio_to_abs(z: Any) -> Any:
    size = np.abs(z)
    return np.where(size == 0, 0, z / np.where(size == 0, 1, size)).astype(z.dtype)


def _abs_rule(g: Any, ans: Any, x: Any) -> Any:
    if not is_complex(x):
        return g * sign(x)
    dtype = array_in(x).dtype
    return cast(g, dtype=dtype) * conj(ratio(x, cast(ans, dtype=dtype)))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


identity = primitive("identity", lambda x: x, through, reads="shapes")
stop_gradient = primitive("stop_gradient", lambda x: x, None, reads="shapes")
cast = primitive("cast", _cast, _cast_rule, quiet=True, reads="shapes")
conj: Primitive = primitive("conj", np.conj, lambda g, ans, x: conj(g), reads="shapes")
negative = primitive("negative", operator.neg, lambda g, ans, x: -g, reads="shapes")
sign = primitive("sign", _sign, lambda g, ans, x: g * zeros_for(g), reads="shapes")
absolute = primitive("abs", np.abs, _abs_rule, quiet=True)
square = primitive("square", np.square, lambda g, ans, x: g * (x + x), reads="args")
sqrt = primitive("sqrt", np.sqrt, lambda g, ans, x: ratio(0.5 * g, ans), quiet=True, reads="answer")
exp = primitive("exp", np.exp, lambda g, ans, x: g * ans, quiet=True, reads="answer")
log = primitive("log", np.log, lambda g, ans, x: ratio(g, x), quiet=True, reads="args")
log1p = primitive("log1p", np.log1p, lambda g, ans, x: ratio(g, 1 + x), quiet=True, reads="args")
expm1 = primitive("expm1", np.expm1, lambda g, ans, x: g * (ans + 1), quiet=True, reads="answer")
sin = primitive("sin", np.sin, lambda g, ans, x: g * cos(x), quiet=True, reads="args")
cos: Primitive = primitive("cos", np.cos, lambda g, ans, x: -(g * sin(x)), quiet=True, reads="args")
tanh = primitive("tanh", np.tanh, lambda g, ans, x: g * (1 - square(ans)), reads="answer")
sigmoid = primitive("sigmoid", _sigmoid, lambda g, ans, x: g * (ans * (1 - ans)), quiet=True, reads="answer")
softplus = primitive(
    "softplus", lambda x: np.logaddexp(x, x.dtype.type(0)), lambda g, ans, x: g * sigmoid(x), quiet=True, reads="args"
)
