"""Residuals and scores of least squares from the raw columns, in double-double arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._basis import Basis
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]


def residual(X: Floats, y: Floats, beta: DD, *, intercept: bool) -> DD:
    """y - b0 - X b, (n,), for coefficients of the raw columns given in double-double."""
    r = dd.from_float(y)
    if intercept:
        r = dd.subtract(r, DD(np.broadcast_to(beta.hi[0], y.shape), np.broadcast_to(beta.lo[0], y.shape)))
    for j in range(X.shape[1]):
        x = np.ascontiguousarray(X[:, j])
        p, e = dd.two_product(x, np.broadcast_to(beta.hi[j + intercept], x.shape))
        r = dd.subtract(r, dd.fast_two_sum(p, e + x * beta.lo[j + intercept]))
    return r


def score(X: Floats, r: DD, w: Floats | None, basis: Basis) -> Floats:
    """Z'W r, (width,): the negative gradient of half the weighted sum of squares in the standardised basis.

    The sums run over the raw columns in double-double; only their combination is rounded to float64.
    """
    if w is not None:
        r = dd.multiply(r, w)
    totals = dd.total(r)
    sums = [_dot(np.ascontiguousarray(X[:, j]), r) for j in range(X.shape[1])]
    hi, lo = (np.array([s[k] for s in sums]) for k in (0, 1))
    raw = DD(hi.reshape(-1), lo.reshape(-1))
    shift = dd.multiply(
        DD(np.broadcast_to(totals.hi, raw.hi.shape), np.broadcast_to(totals.lo, raw.hi.shape)), basis.centre
    )
    centred = dd.subtract(raw, shift)
    slopes = (centred.hi + centred.lo) / basis.scale
    return np.concatenate([[totals.hi + totals.lo] if basis.intercept else [], slopes])


def _dot(x: Floats, r: DD) -> DD:
    """The sum of x * r."""
    p, e = dd.two_product(x, r.hi)
    return dd.total(dd.fast_two_sum(p, e + x * r.lo))
