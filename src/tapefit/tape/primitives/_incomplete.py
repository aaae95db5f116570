"""The incomplete gamma and beta functions, differentiable to any order in all their arguments.

Arguments meet each other in `add` and `subtract`: the operators warn of shapes (n, 1) and (n,), which are the user's
choice here.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives import _jets as jets
from tapefit.tape.primitives._arithmetic import add, subtract
from tapefit.tape.primitives._elementwise import exp, log, log1p
from tapefit.tape.primitives._ratio import product
from tapefit.tape.primitives._select import constant_like
from tapefit.tape.primitives._special import digamma, lgamma, polygamma, scipy_function

Order = tuple[int, int]


def _one(x: Any) -> Any:
    return constant_like(1, x)


def _gamma_series(a: Any, x: Any, order: Order) -> Any:
    """P(a, x) = x**a exp(-x) / Gamma(a + 1) * (1 + x / (a + 1) + x**2 / ((a + 1) (a + 2)) + ...), for x <= a + 1."""
    front = jets.constant(a * np.log(x) - x, order, da=1.0)
    if order[0]:
        front[1] = np.log(x)
    front = jets.exp(front - jets.log_gamma(a + 1, order, in_a=True))
    series = jets.sum_of_products(
        lambda n: x * jets.reciprocal(jets.constant(a + n, order, da=1.0)), jets.constant(np.ones_like(x), order)
    )
    return jets.times(front, series)


def _gamma_fraction(a: Any, x: Any, order: Order) -> Any:
    """1 - P(a, x) by Legendre's continued fraction, evaluated backwards from a place that no longer matters."""
    front = jets.constant(a * np.log(x) - x, order)
    if order[0]:
        front[1] = np.log(x)
    front = jets.exp(front - jets.log_gamma(a, order, in_a=True))
    if not x.size:
        return front
    places, before = 32, None
    while True:
        now = jets.times(front, jets.reciprocal(_tail(a, x, order[0], places)))
        if before is not None and (places > 10_000 or np.allclose(now, before, rtol=1e-14, atol=0)):
            return now
        places, before = 2 * places, now


def _tail(a: Any, x: Any, order: int, places: int) -> Any:
    """x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...)), a jet in a."""
    zeros = np.zeros_like(x)
    tail = [x + 2 * places + 1 - a, zeros - 1.0, *[zeros] * order][: order + 1]
    for n in range(places, 0, -1):
        inverse, top = jets.reciprocal_of(tail), n * (n - a)
        parts = [top * r for r in inverse]
        for k in range(order):
            parts[k + 1] -= n * inverse[k]
        tail = [x + 2 * n - 1 - a - parts[0], *(-p for p in parts[1:])]
        if order:
            tail[1] -= 1.0
    return np.array(tail)[:, None]


def _igamma(a: Any, x: Any, *, order: int = 0) -> Any:
    """P(a, x), differentiated `order` times by a."""
    if order == 0:
        return scipy_function("gammainc")(a, x)
    dtype = x.dtype
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    out = np.where((a > 0) & (x >= 0), 0.0, np.nan)
    inside = (a > 0) & (x > 0) & np.isfinite(x)
    small = inside & (x <= a + 1)
    large = inside & ~small
    out[small] = _gamma_series(a[small], x[small], (order, 0))[order, 0]
    out[large] = -_gamma_fraction(a[large], x[large], (order, 0))[order, 0]
    return (out * math.factorial(order)).astype(dtype)


def _gamma_density(a: Any, x: Any, order: int) -> Any:
    """dP/dx, differentiated `order` times by a: each derivative from those before, by Leibniz."""
    density = exp(subtract(subtract(product(a - _one(a), log(x)), x), lgamma(a)))
    found = [density]
    for k in range(order):
        slopes = [subtract(log(x), digamma(a)) if j == 0 else -polygamma(constant_like(j, a), a) for j in range(k + 1)]
        found.append(reduce(add, (math.comb(k, j) * product(found[k - j], slopes[j]) for j in range(k + 1))))
    return found[order]


def _beta_series(a: Any, b: Any, x: Any, order: Order) -> Any:
    """I_x(a, b) by the hypergeometric series, for x <= (a + 1) / (a + b + 2).

    x**a (1 - x)**b Gamma(a + b) / (Gamma(a + 1) Gamma(b)) * (1 + (a + b) / (a + 1) x + ...)
    """
    front = jets.constant(a * np.log(x) + b * np.log1p(-x), order)
    if order[0]:
        front[1, 0] = np.log(x)
    if order[1]:
        front[0, 1] = np.log1p(-x)
    front = front + jets.log_gamma(a + b, order, in_a=True, in_b=True)
    front = front - jets.log_gamma(a + 1, order, in_a=True) - jets.log_gamma(b, order, in_b=True)

    def ratio(n: int) -> Any:
        top = jets.constant(a + b + n - 1, order, da=1.0, db=1.0)
        return x * jets.times(top, jets.reciprocal(jets.constant(a + n, order, da=1.0)))

    return jets.times(jets.exp(front), jets.sum_of_products(ratio, jets.constant(np.ones_like(x), order)))


def _betainc(a: Any, b: Any, x: Any, *, order: Order = (0, 0)) -> Any:
    """I_x(a, b), differentiated by a and by b."""
    if order == (0, 0):
        return scipy_function("betainc")(a, b, x)
    dtype = x.dtype
    a, b, x = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (a, b, x)))
    out = np.where((a > 0) & (b > 0) & (x >= 0) & (x <= 1), 0.0, np.nan)
    inside = (out == 0) & (x > 0) & (x < 1)
    left = inside & (x <= (a + 1) / (a + b + 2))
    right = inside & ~left
    i, j = order
    out[left] = _beta_series(a[left], b[left], x[left], (i, j))[i, j]
    out[right] = -_beta_series(b[right], a[right], 1 - x[right], (j, i))[j, i]
    return (out * (math.factorial(i) * math.factorial(j))).astype(dtype)


def _beta_slope(a: Any, b: Any, x: Any, i: int, j: int) -> Any:
    """The logarithm of dI/dx, differentiated i times by a and j times by b; i + j >= 1."""
    both = polygamma(constant_like(i + j - 1, a), add(a, b))
    if j == 0:
        own = subtract(both, polygamma(constant_like(i - 1, a), a))
        return add(own, log(x)) if i == 1 else own
    if i == 0:
        own = subtract(both, polygamma(constant_like(j - 1, b), b))
        return add(own, log1p(-x)) if j == 1 else own
    return both


def _beta_density(a: Any, b: Any, x: Any, order: Order) -> Any:
    """dI/dx, differentiated by a and by b: each derivative from those before, by Leibniz."""
    i, j = order
    if i == j == 0:
        size = subtract(subtract(lgamma(add(a, b)), lgamma(a)), lgamma(b))
        return exp(add(add(product(a - _one(a), log(x)), product(b - _one(b), log1p(-x))), size))
    by_a = i > 0
    m, n = (i - 1, j) if by_a else (i, j - 1)
    terms = (
        math.comb(m, k)
        * math.comb(n, l)
        * product(_beta_density(a, b, x, (m - k, n - l)), _beta_slope(a, b, x, k + by_a, l + (not by_a)))
        for k in range(m + 1)
        for l in range(n + 1)
    )
    return reduce(add, terms)


igamma: Primitive = primitive(
    "igamma",
    _igamma,
    lambda g, ans, a, x, *, order=0: product(g, igamma(a, x, order=order + 1)),
    lambda g, ans, a, x, *, order=0: product(g, _gamma_density(a, x, order)),
    broadcasts=True,
    quiet=True,
)
igammac = primitive(
    "igammac",
    scipy_function("gammaincc"),
    lambda g, ans, a, x: -product(g, igamma(a, x, order=1)),
    lambda g, ans, a, x: -product(g, _gamma_density(a, x, 0)),
    broadcasts=True,
    quiet=True,
)
betainc: Primitive = primitive(
    "betainc",
    _betainc,
    lambda g, ans, a, b, x, *, order=(0, 0): product(g, betainc(a, b, x, order=(order[0] + 1, order[1]))),
    lambda g, ans, a, b, x, *, order=(0, 0): product(g, betainc(a, b, x, order=(order[0], order[1] + 1))),
    lambda g, ans, a, b, x, *, order=(0, 0): product(g, _beta_density(a, b, x, order)),
    broadcasts=True,
    quiet=True,
)
