"""Special functions, by SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._reduce import reduce_sum
from tapefit.tape.primitives import _floating, _incomplete, _special

_DOC = """{what}

    Parameters
    ----------
    {arguments}
        Floating, {shapes}.
    name
        Accepted for TensorFlow's sake.

    Returns
    -------
    Tensor
        Of the {returned} dtype.
    """


def _floats(x: Tensor, op: str) -> Tensor:
    if x._array.dtype.kind != "f":
        raise InvalidArgumentError(f"{op} cannot take a {x.dtype.name} tensor; cast it, as in tf.cast(x, tf.float32).")
    return x


def _unary(called: str, primitive: Primitive, what: str, **params: Any) -> Callable[..., Tensor]:
    def op(x: Any, name: str | None = None) -> Tensor:
        return primitive.record((_floats(tensor_of(x), called),), params)

    return _named(op, called, _DOC.format(what=what, arguments="x", shapes="of any shape", returned="same shape and"))


def _named(op: Any, called: str, doc: str) -> Callable[..., Tensor]:
    op.__name__ = op.__qualname__ = called
    op.__doc__ = doc
    return op  # type: ignore[no-any-return]


def _pair_doc(what: str, arguments: str) -> str:
    return _DOC.format(
        what=what, arguments=arguments, shapes="of one dtype; they broadcast", returned="broadcast shape and the same"
    )


lgamma = _unary("lgamma", _special.lgamma, "The logarithm of the absolute value of Gamma(x).")
digamma = _unary("digamma", _special.digamma, "The derivative of log Gamma(x).")
erf = _unary("erf", _special.erf, "The error function.")
erfc = _unary("erfc", _special.erfc, "1 - erf(x), exact for large x.")
erfinv = _unary("erfinv", _special.erfinv, "The y with erf(y) = x.")
erfcinv = _unary("erfcinv", _special.erfcinv, "The y with erfc(y) = x.")
ndtri = _unary("ndtri", _special.ndtri, "The quantile function of the standard normal distribution.")
dawsn = _unary("dawsn", _special.dawsn, "Dawson's integral.")
expint = _unary("expint", _special.expint, "The exponential integral Ei.")
fresnel_cos = _unary("fresnel_cos", _special.fresnel_cos, "The integral of cos(pi t**2 / 2) from 0 to x.")
fresnel_sin = _unary("fresnel_sin", _special.fresnel_sin, "The integral of sin(pi t**2 / 2) from 0 to x.")
spence = _unary("spence", _special.spence, "The integral of log(t) / (1 - t) from 1 to x, Spence's dilogarithm.")


def _bessel(kind: str, order: int, scaled: bool = False) -> Callable[..., Tensor]:
    kinds = {"i": "modified, first kind", "j": "first kind", "k": "modified, second kind", "y": "second kind"}
    factor = {"i": ", times exp(-|x|)", "k": ", times exp(x)"}[kind] if scaled else ""
    suffix = "e" if scaled else ""
    row: Primitive = getattr(_special, f"bessel_{kind}{suffix}")
    what = f"The Bessel function of order {order}, {kinds[kind]}{factor}."
    return _unary(f"bessel_{kind}{order}{suffix}", row, what, order=order)


bessel_i0, bessel_i1 = _bessel("i", 0), _bessel("i", 1)
bessel_i0e, bessel_i1e = _bessel("i", 0, scaled=True), _bessel("i", 1, scaled=True)
bessel_j0, bessel_j1 = _bessel("j", 0), _bessel("j", 1)
bessel_k0, bessel_k1 = _bessel("k", 0), _bessel("k", 1)
bessel_k0e, bessel_k1e = _bessel("k", 0, scaled=True), _bessel("k", 1, scaled=True)
bessel_y0, bessel_y1 = _bessel("y", 0), _bessel("y", 1)


def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    a, x = pair(a, x, "igamma")
    return _incomplete.igamma.record((_floats(a, "igamma"), x), {"order": 0})


def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    a, x = pair(a, x, "igammac")
    return _incomplete.igammac.record((_floats(a, "igammac"), x), {})


def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    x, q = pair(x, q, "zeta")
    return _special.zeta.record((_floats(x, "zeta"), q), {})


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    a, x = pair(a, x, "polygamma")
    return _special.polygamma.record((_floats(a, "polygamma"), x), {})


def nextafter(x1: Any, x2: Any, name: str | None = None) -> Tensor:
    x1, x2 = pair(x1, x2, "nextafter")
    return _floating.nextafter.record((_floats(x1, "nextafter"), x2), {})


def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    """The regularized incomplete beta function I_x(a, b); differentiable in all three arguments.

    Parameters
    ----------
    a, b
        Floating, positive.
    x
        Of the same dtype, from 0 to 1; the three broadcast.

    Returns
    -------
    Tensor
        Of the broadcast shape.
    """
    a, b = pair(a, b, "betainc")
    a, x = pair(a, x, "betainc")
    b, x = pair(b, x, "betainc")
    return _incomplete.betainc.record((_floats(a, "betainc"), b, x), {"order": (0, 0)})


def lbeta(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the multivariate beta function: the sum of log Gamma(x) less log Gamma of the sum.

    Parameters
    ----------
    x
        Floating, of shape (..., n).

    Returns
    -------
    Tensor
        Of shape (...).
    """
    x = tensor_of(x)
    return o.subtract(reduce_sum(lgamma(x), -1), lgamma(reduce_sum(x, -1)))


_named(igamma, "igamma", _pair_doc("The regularized lower incomplete gamma function P(a, x).", "a, x"))
_named(igammac, "igammac", _pair_doc("The regularized upper incomplete gamma function, 1 - P(a, x).", "a, x"))
_named(zeta, "zeta", _pair_doc("Hurwitz's zeta function; no derivative in x is known to the tape.", "x, q"))
_named(polygamma, "polygamma", _pair_doc("The derivative of order a of `digamma`, for whole a >= 0.", "a, x"))
_named(nextafter, "nextafter", _pair_doc("The floating-point number after x1 towards x2.", "x1, x2"))
