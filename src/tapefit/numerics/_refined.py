"""Triangular factor and inverse of a cross-product to 32 digits, by corrections of those that float64 gives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._gram import products

Floats = NDArray[np.float64]

REFINED_CONDITION = 1e5  # of R: up to here each correction leaves a millionth of the error, or less
_ENOUGH = 1e-9  # of R: an error whose square is beyond all digits that are needed
_TURNS = 3


def refined_cholesky(C: DD, first: Floats) -> DD | None:
    """The upper triangular R with R'R = C, (p, p), for C with a diagonal of like sizes; None if it is not found.

    1. R as float64 has it, `first`
    2. E = R^-T (C - R'R) R^-1, of which C - R'R is computed in double-double
    3. R = (I + the upper half of E) R; back to 2 while the square of E matters
    """
    from scipy.linalg.lapack import dtrtrs

    R = dd.from_float(first)
    for _ in range(_TURNS):
        rest = dd.subtract(C, products(np.ascontiguousarray(R.hi.T), np.ascontiguousarray(R.lo.T)).matrix).hi  # 2
        E = dtrtrs(first, dtrtrs(first, rest, trans=1)[0].T, trans=1)[0]
        size = float(np.abs(E).max(initial=0.0))
        if not size < 0.1:
            return None
        np.fill_diagonal(E, E.diagonal() / 2)
        R = dd.add(R, dd.from_float(np.triu(E) @ first))  # 3
        if size <= _ENOUGH:
            return R
    return None


def refined_inverse(R: DD) -> Floats:
    """R^-1, (p, p), for R of a condition up to `REFINED_CONDITION`; correct to a rounding or two.

    X = X - X (R X - I) once, from the inverse X that float64 gives, with R X - I in double-double.
    """
    from scipy.linalg.lapack import dtrtrs

    unit = np.eye(len(R.hi))
    X = np.asarray(dtrtrs(R.hi, unit)[0])
    turned = np.ascontiguousarray(X.T)
    off = dd.subtract(products(R.hi, R.lo, DD(turned, np.zeros_like(turned))).matrix, dd.from_float(unit)).hi
    return np.asarray(X - X @ off)
