"""Special functions, by SciPy, which is imported when the first one is called."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, Rule, primitive
from tapefit.tape.primitives._compare import equal
from tapefit.tape.primitives._elementwise import cos, exp, log1p, sign, sin, square
from tapefit.tape.primitives._ratio import product, ratio
from tapefit.tape.primitives._select import constant_like, where

_PI = math.pi


def scipy_function(name: str) -> Callable[..., Any]:
    """The function of `scipy.special` of this name, with results in the dtype of the arguments."""

    def fn(*arrays: Any) -> Any:
        from scipy import special

        return np.asarray(getattr(special, name)(*arrays)).astype(arrays[-1].dtype, copy=False)

    return fn


def _unary(name: str, rule: Rule, scipy_name: str = "") -> Primitive:
    return primitive(name, scipy_function(scipy_name or name), rule, quiet=True)


def _digamma(x: Any) -> Any:
    """At the pole 0 NaN, as at the others and as in TensorFlow; SciPy has -inf."""
    from scipy import special

    return np.where(x == 0, np.nan, special.psi(x)).astype(x.dtype)


def _polygamma(a: Any, x: Any) -> Any:
    """(-1)**(a+1) a! zeta(a+1, x) for whole a >= 0, and NaN for others, as in TensorFlow."""
    from scipy import special

    a, x = np.broadcast_arrays(a, x)
    size = special.gamma(a + 1.0) * special.zeta(a + 1.0, x)
    signed = np.where(a % 2 == 1, size, -size)
    out = np.where(a == 0, special.psi(x), np.where((a > 0) & (a == np.floor(a)), signed, np.nan))
    return out.astype(x.dtype)


def _bessel(scipy_name: str, fast: tuple[str, str]) -> Callable[..., Any]:
    """A Bessel function of whole order; orders 0 and 1 have faster routines."""

    def fn(x: Any, *, order: int) -> Any:
        from scipy import special

        order = abs(order) if scipy_name[0] in "ik" else order
        if order in (0, 1):
            return np.asarray(getattr(special, fast[order])(x)).astype(x.dtype, copy=False)
        return np.asarray(getattr(special, scipy_name)(order, x.astype(np.float64))).astype(x.dtype)

    return fn


def _mean_of_neighbours(f: Primitive, x: Any, order: int, upper: float) -> Any:
    return 0.5 * (f(x, order=order - 1) + upper * f(x, order=order + 1))


def _fresnel(part: int) -> Callable[[Any], Any]:
    def fn(x: Any) -> Any:
        from scipy import special

        return np.asarray(special.fresnel(x)[part]).astype(x.dtype, copy=False)

    return fn


def _spence_slope(x: Any) -> Any:
    """log(x) / (1 - x), and near x = 1, where that is 0 / 0, its series."""
    u = x - constant_like(1, x)
    at_one = equal(u, constant_like(0, u))
    series = -1 + u * (0.5 - u * (1 / 3 - u * 0.25))
    away = where(at_one, constant_like(1, u), u)
    return where(at_one, series, -ratio(log1p(away), away))


lgamma = _unary("lgamma", lambda g, ans, x: product(g, digamma(x)), "gammaln")
digamma: Primitive = primitive(
    "digamma", _digamma, lambda g, ans, x: product(g, polygamma(constant_like(1, x), x)), quiet=True
)
polygamma: Primitive = primitive(
    "polygamma",
    _polygamma,
    None,
    lambda g, ans, a, x: product(g, polygamma(a + constant_like(1, a), x)),
    broadcasts=True,
    quiet=True,
)
zeta: Primitive = primitive(
    "zeta",
    scipy_function("zeta"),
    None,
    lambda g, ans, x, q: product(g, -x * zeta(x + constant_like(1, x), q)),
    broadcasts=True,
    quiet=True,
)
erf = _unary("erf", lambda g, ans, x: product(g, 2 / math.sqrt(_PI) * exp(-square(x))))
erfc = _unary("erfc", lambda g, ans, x: product(g, -2 / math.sqrt(_PI) * exp(-square(x))))
erfinv = _unary("erfinv", lambda g, ans, x: product(g, math.sqrt(_PI) / 2 * exp(square(ans))))
erfcinv = _unary("erfcinv", lambda g, ans, x: product(g, -math.sqrt(_PI) / 2 * exp(square(ans))))
ndtri = _unary("ndtri", lambda g, ans, x: product(g, math.sqrt(2 * _PI) * exp(0.5 * square(ans))))
dawsn = _unary("dawsn", lambda g, ans, x: product(g, 1 - 2 * x * ans), "dawsn")
expint = _unary("expint", lambda g, ans, x: product(g, ratio(exp(x), x)), "expi")
spence = _unary("spence", lambda g, ans, x: product(g, _spence_slope(x)))
fresnel_sin = primitive("fresnel_sin", _fresnel(0), lambda g, ans, x: g * sin(_PI / 2 * square(x)), quiet=True)
fresnel_cos = primitive("fresnel_cos", _fresnel(1), lambda g, ans, x: g * cos(_PI / 2 * square(x)), quiet=True)

bessel_j: Primitive = primitive(
    "bessel_j",
    _bessel("jv", ("j0", "j1")),
    lambda g, ans, x, *, order: product(g, _mean_of_neighbours(bessel_j, x, order, -1)),
    quiet=True,
)
bessel_y: Primitive = primitive(
    "bessel_y",
    _bessel("yv", ("y0", "y1")),
    lambda g, ans, x, *, order: product(g, _mean_of_neighbours(bessel_y, x, order, -1)),
    quiet=True,
)
bessel_i: Primitive = primitive(
    "bessel_i",
    _bessel("iv", ("i0", "i1")),
    lambda g, ans, x, *, order: product(g, _mean_of_neighbours(bessel_i, x, order, 1)),
    quiet=True,
)
bessel_k: Primitive = primitive(
    "bessel_k",
    _bessel("kv", ("k0", "k1")),
    lambda g, ans, x, *, order: product(g, -_mean_of_neighbours(bessel_k, x, order, 1)),
    quiet=True,
)
# The scaled ones: exp(-|x|) I(x) and exp(x) K(x).
bessel_ie: Primitive = primitive(
    "bessel_ie",
    _bessel("ive", ("i0e", "i1e")),
    lambda g, ans, x, *, order: product(g, _mean_of_neighbours(bessel_ie, x, order, 1) - sign(x) * ans),
    quiet=True,
)
bessel_ke: Primitive = primitive(
    "bessel_ke",
    _bessel("kve", ("k0e", "k1e")),
    lambda g, ans, x, *, order: product(g, ans - _mean_of_neighbours(bessel_ke, x, order, 1)),
    quiet=True,
)
