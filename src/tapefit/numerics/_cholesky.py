"""Cholesky's factor and triangular solves in double-double arithmetic, column by column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]


def cholesky(A: DD) -> DD:
    """The upper triangular R with R'R = A, (p, p); a row of zeros for a column that earlier ones make up."""
    p = len(A.hi)
    hi, lo = A.hi.copy(), A.lo.copy()
    diagonal = np.diag(A.hi).copy()
    R = DD(np.zeros((p, p)), np.zeros((p, p)))
    for j in range(p):
        if not hi[j, j] > np.finfo(float).eps ** 2 * diagonal[j]:
            continue
        pivot = dd.root(DD(hi[j, j], lo[j, j]))
        row = dd.quotient(DD(hi[j, j:], lo[j, j:]), _repeated(pivot, p - j))
        R.hi[j, j:], R.lo[j, j:] = row
        rest = DD(row.hi[1:], row.lo[1:])
        outer = dd.product(DD(rest.hi[:, None], rest.lo[:, None]), DD(rest.hi[None, :], rest.lo[None, :]))
        hi[j + 1 :, j + 1 :], lo[j + 1 :, j + 1 :] = dd.subtract(DD(hi[j + 1 :, j + 1 :], lo[j + 1 :, j + 1 :]), outer)
    return R


def solve_normal(R: DD, g: DD) -> DD:
    """R^-1 R^-T g, (p,), for R without zeros on its diagonal."""
    return back(R, whiten(R, g))


def whiten(R: DD, g: DD) -> DD:
    """R^-T g, (p,)."""
    hi, lo = g.hi.copy(), g.lo.copy()
    for j in range(len(hi)):
        v = dd.quotient(DD(hi[j], lo[j]), DD(R.hi[j, j], R.lo[j, j]))
        hi[j], lo[j] = v
        step = dd.product(DD(R.hi[j, j + 1 :], R.lo[j, j + 1 :]), v)
        hi[j + 1 :], lo[j + 1 :] = dd.subtract(DD(hi[j + 1 :], lo[j + 1 :]), step)
    return DD(hi, lo)


def back(R: DD, g: DD) -> DD:
    """R^-1 g, for g of shape (p,) or (p, k)."""
    column = (slice(None),) + (None,) * (g.hi.ndim - 1)
    hi, lo = g.hi.copy(), g.lo.copy()
    for j in range(len(hi) - 1, -1, -1):
        v = dd.quotient(DD(hi[j], lo[j]), DD(R.hi[j, j], R.lo[j, j]))
        hi[j], lo[j] = v
        step = dd.product(DD(R.hi[:j, j][column], R.lo[:j, j][column]), v)
        hi[:j], lo[:j] = dd.subtract(DD(hi[:j], lo[:j]), step)
    return DD(hi, lo)


def inverse(R: DD) -> Floats:
    """R^-1, (p, p), rounded once."""
    return back(R, dd.from_float(np.eye(len(R.hi)))).hi


def _repeated(x: DD, n: int) -> DD:
    return DD(np.broadcast_to(x.hi, (n,)), np.broadcast_to(x.lo, (n,)))
