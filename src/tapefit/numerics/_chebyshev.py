"""Chebyshev polynomials of (x - c) / s in powers of x and the reverse, by rational numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tapefit.numerics._doubledouble import DD


def chebyshev_in_powers(degree: int, centre: float, half: float) -> DD:
    """The coefficients of 1, x, ..., x^d in T_0, ..., T_d, a column each: T_{k+1} = 2 (x - c) / s T_k - T_{k-1}.

    Returns
    -------
    DD
        (d + 1, d + 1), upper triangular, each rounded once; infinite where a float cannot hold it.
    """
    c, s = Fraction(centre), Fraction(half)
    columns = [[Fraction(1)], [-c / s, 1 / s]]
    for _ in range(degree - 1):
        before, now = columns[-2:]
        following = [Fraction(0), *(2 / s * a for a in now)]
        for j, a in enumerate(now):
            following[j] -= 2 * c / s * a
        for j, a in enumerate(before):
            following[j] -= a
        columns.append(following)
    return _rounded(columns)


def powers_in_chebyshev(degree: int, centre: float, half: float) -> DD:
    """The coefficients of T_0, ..., T_d in 1, x, ..., x^d, a column each: x T_j = c T_j + s (T_{j+1} + T_{|j-1|}) / 2.

    Returns
    -------
    DD
        As `chebyshev_in_powers`.
    """
    c, s = Fraction(centre), Fraction(half)
    columns = [[Fraction(1)]]
    for _ in range(degree):
        now = columns[-1]
        following = [*(c * a for a in now), Fraction(0)]
        for j, a in enumerate(now):
            following[j + 1] += s * a / 2
            following[abs(j - 1)] += s * a / 2
        columns.append(following)
    return _rounded(columns)


def _rounded(columns: list[list[Fraction]]) -> DD:
    k = len(columns)
    out = DD(np.zeros((k, k)), np.zeros((k, k)))
    for j, column in enumerate(columns):
        for i, value in enumerate(column):
            out.hi[i, j] = _float(value)
            if np.isfinite(out.hi[i, j]):
                out.lo[i, j] = _float(value - Fraction(out.hi[i, j]))
    return out


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
