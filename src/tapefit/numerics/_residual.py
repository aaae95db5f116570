"""Residuals of least squares with their score, in double-double arithmetic or in plain float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._basis import Basis
from tapefit.numerics._design import Design
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]

_ELEMENTS = 1 << 15  # of a block in double-double: what its temporaries take fits a cache


def exact_residual(
    X: Floats | Design, y: Floats, w: Floats | None, basis: Basis, theta: DD, low: Floats | None = None
) -> tuple[Floats, Floats]:
    """``r = y - Z theta`` (n,) and the score ``Z'W r`` (width,), each rounded once from some 32 digits.

    The score is the negative gradient of half the weighted sum of squares.

    Parameters
    ----------
    X
        (n, p) raw columns; they are centred and scaled here without rounding.
    y
        (n,)
    w
        (n,) weights, or None for ones.
    basis
        Centre and scale.
    theta
        (width,) the coefficients of the standardised columns.
    low
        (n, p) what the raw columns lack for 32 digits, if that is known.
    """
    n, p = X.shape
    out, g = np.empty(n), dd.from_float(np.zeros(basis.width))
    rows_of_block = max(64, _ELEMENTS // max(p, 1))
    for i in range(0, n, rows_of_block):
        rows = slice(i, i + rows_of_block)
        Z = _standardised(X[rows], None if low is None else low[rows], basis)  # (p, m)
        r = _minus_prediction(y[rows], Z, theta, basis.intercept)
        out[rows] = r.hi
        weighted = r if w is None else dd.multiply(r, w[rows])
        g = dd.add(g, _score(Z, weighted, basis.intercept))
    return out, g.hi


def _standardised(X: Floats, low: Floats | None, basis: Basis) -> DD:
    """(x - centre) / scale, exactly; a row a column."""
    hi, lo = dd.two_sum(np.ascontiguousarray(X.T), -basis.centre[:, None])
    if low is not None:
        hi, rest = dd.two_sum(hi, low.T)
        hi, lo = dd.fast_two_sum(hi, rest + lo)
    return DD(hi / basis.scale[:, None], lo / basis.scale[:, None])


def _minus_prediction(y: Floats, Z: DD, theta: DD, intercept: bool) -> DD:
    slopes = DD(theta.hi[intercept:, None], theta.lo[intercept:, None])
    r = dd.subtract(dd.from_float(y), dd.total(dd.product(Z, slopes), axis=0))
    return dd.subtract(r, DD(theta.hi[0], theta.lo[0])) if intercept else r


def _score(Z: DD, r: DD, intercept: bool) -> DD:
    sums = dd.total(dd.product(Z, r), axis=1)
    if not intercept:
        return sums
    whole = dd.total(r, axis=0)
    return DD(np.append(whole.hi, sums.hi), np.append(whole.lo, sums.lo))


def plain_residual(
    X: Floats | Design, y: Floats, w: Floats | None, basis: Basis, theta: Floats
) -> tuple[Floats, Floats]:
    """The same in float64 arithmetic, in one pass through the rows."""
    out, g = np.empty(len(y)), np.zeros(basis.width)
    for rows, Z in basis.parts(X):
        r = y[rows] - Z @ theta
        out[rows] = r
        g += (r if w is None else r * w[rows]) @ Z
    return out, g
