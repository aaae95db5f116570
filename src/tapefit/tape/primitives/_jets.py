"""Truncated Taylor series in two parameters, for the derivatives of series and continued fractions to any order.

A jet is an array (I, J, *shape): element (i, j) is the coefficient of ``da**i * db**j``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Jet = Any  # an array; NumPy knows no type for slices of several axes


def constant(value: Any, order: tuple[int, int], *, da: float = 0.0, db: float = 0.0) -> Jet:
    """``value + da * a + db * b``, to the order wanted."""
    value = np.asarray(value, np.float64)
    out = np.zeros((order[0] + 1, order[1] + 1, *value.shape))
    out[0, 0] = value
    if order[0]:
        out[1, 0] = da
    if order[1]:
        out[0, 1] = db
    return out


def times(x: Jet, y: Jet) -> Jet:
    """The product of two jets."""
    out: Jet = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    rows, columns = out.shape[:2]
    for i in range(rows):
        for j in range(columns):
            out[i:, j:] += x[i, j] * y[: rows - i, : columns - j]
    return out


def reciprocal(x: Jet) -> Jet:
    """1 / x."""
    out = np.zeros_like(x)
    first = out[0, 0] = 1 / x[0, 0]
    for i in range(len(x)):
        for j in range(x.shape[1]):
            if i or j:
                terms = [x[k, l] * out[i - k, j - l] for k in range(i + 1) for l in range(j + 1) if k or l]
                out[i, j] = -first * sum(terms)
    return out


def reciprocal_of(x: list[Any]) -> list[Any]:
    """1 / x for the coefficients of a jet in one parameter, a list of arrays."""
    first = 1 / x[0]
    out = [first]
    for i in range(1, len(x)):
        out.append(-first * sum(x[k] * out[i - k] for k in range(1, i + 1)))
    return out


def exp(x: Jet) -> Jet:
    """The exponential, by the derivative of each coefficient from those before."""
    out = np.zeros_like(x)
    out[0, 0] = np.exp(x[0, 0])
    for i, j in np.ndindex(*x.shape[:2]):
        along_a = i > 0
        n = i if along_a else j
        if n:
            terms = ((k if along_a else l) * x[k, l] * out[i - k, j - l] for k in range(i + 1) for l in range(j + 1))
            out[i, j] = sum(terms) / n
    return out


def log_gamma(value: Any, order: tuple[int, int], *, in_a: bool = False, in_b: bool = False) -> Jet:
    """log Gamma at ``value``, plus a or b or both."""
    from scipy import special

    value = np.asarray(value, np.float64)
    out = np.zeros((order[0] + 1, order[1] + 1, *value.shape))
    for i, j in np.ndindex(*out.shape[:2]):
        n = i + j
        if (i and not in_a) or (j and not in_b):
            continue
        slope = special.gammaln(value) if n == 0 else special.polygamma(n - 1, value)
        out[i, j] = slope / (math.factorial(i) * math.factorial(j))
    return out


def sum_of_products(ratio: Callable[[int], Jet], one: Jet, limit: int = 20_000) -> Jet:
    """1 + r(1) + r(1) r(2) + ..., until the terms no longer count."""
    term, total = one, one.copy()
    for n in range(1, limit):
        term = times(term, ratio(n))
        total += term
        if np.all(np.abs(term) <= 1e-17 * np.abs(total[0, 0])):
            break
    return total
