"""Functions of matrices: exponential, square root, logarithm and pseudo-inverse.

The derivative of an analytic function f at A in direction E is the upper right block of f([[A, E], [0, A]])
(Mathias 1996, A chain rule for matrix functions and applications, theorem 2.1); its transpose is the same at A^T. So
a rule is one more evaluation of f, at twice the size, and differentiates again by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.tape._primitive import Primitive, Rule, primitive
from tapefit.tape.primitives._arrays import broadcast_to, concat, getitem, swap_last
from tapefit.tape.primitives._linalg import matmul
from tapefit.tape.primitives._linalg_parts import adjoint, adjoint_convention, each, in_single
from tapefit.tape.primitives._select import array_in


def _analytic(f: Callable[[], Primitive]) -> Rule:
    """The rule of an analytic function of a matrix."""

    def rule(g: Any, ans: Any, a: Any) -> Any:
        n, last = a.shape[-1], len(g.shape) - 1
        at = broadcast_to(swap_last(a), shape=tuple(g.shape))
        zeros = np.zeros(tuple(g.shape), array_in(g).dtype)
        block = concat(concat(at, g, axis=last), concat(zeros, at, axis=last), axis=last - 1)
        return getitem(f()(block), key=(Ellipsis, slice(n), slice(n, None)))

    return rule


def _expm(a: Any) -> Any:
    from scipy.linalg import expm

    return expm(a) if a.size else a.copy()


def _by_schur(f: Callable[[NDArray[Any]], NDArray[Any]]) -> Callable[[Any], Any]:
    """A function of upper triangular complex matrices as one of all; NaN where a real matrix has no real value."""

    def of_matrix(a: NDArray[Any]) -> Any:
        from scipy.linalg import schur

        if not np.all(np.isfinite(a)):
            return np.full_like(a, np.nan)
        t, z = schur(a, "complex")
        e = np.diagonal(t)
        out = z @ f(t) @ np.conj(z.T)
        if a.dtype.kind == "c":
            return out
        negative = (e.real < 0) & (np.abs(e.imag) <= 8 * np.finfo(a.dtype).eps * np.abs(e))
        return np.full_like(a, np.nan) if np.any(negative) else out.real

    return lambda a: each(of_matrix, a, shape=a.shape[-2:], dtype=a.dtype)


def _triangular_sqrt(t: NDArray[Any]) -> NDArray[Any]:
    """The upper triangular R with R R = T, column by column (Bjorck and Hammarling 1983)."""
    r = np.diag(np.sqrt(np.diagonal(t)))
    for j in range(len(t)):
        for i in range(j - 1, -1, -1):
            r[i, j] = (t[i, j] - r[i, i + 1 : j] @ r[i + 1 : j, j]) / (r[i, i] + r[j, j])
    return r


def _triangular_log(t: NDArray[Any]) -> NDArray[Any]:
    """log(T) by square roots until T is near I, then log(I + X) = integral of X (I + s X)^-1 for s in [0, 1]."""
    one, halvings = np.eye(len(t), dtype=t.dtype), 0
    while np.linalg.norm(t - one, 1) > 0.25 and halvings < 100:
        t, halvings = _triangular_sqrt(t), halvings + 1
    x = t - one
    nodes, weights = np.polynomial.legendre.leggauss(8)
    terms = (w * np.linalg.solve(one + (0.5 * s + 0.5) * x, x) for s, w in zip(nodes, weights, strict=True))
    return np.asarray(2.0 ** (halvings - 1) * sum(terms), t.dtype)


def _pinv(a: Any, rcond: Any) -> Any:
    return np.linalg.pinv(a, rcond)


@adjoint_convention
def _pinv_rule(g: Any, ans: Any, a: Any, rcond: Any) -> Any:
    """-P^H g P^H + (I - A P) g^H P P^H + P^H P g^H (I - P A), at constant rank."""
    ph, gh = adjoint(ans), adjoint(g)
    left, right = matmul(gh, matmul(ans, ph)), matmul(matmul(ph, ans), gh)
    return (left - matmul(a, matmul(ans, left))) + (right - matmul(matmul(right, ans), a)) - matmul(matmul(ph, g), ph)


expm: Primitive = primitive("expm", in_single(_expm), _analytic(lambda: expm))
sqrtm: Primitive = primitive("sqrtm", in_single(_by_schur(_triangular_sqrt)), _analytic(lambda: sqrtm), quiet=True)
logm: Primitive = primitive("logm", in_single(_by_schur(_triangular_log)), _analytic(lambda: logm), quiet=True)
pinv = primitive("pinv", in_single(_pinv), _pinv_rule, None)
