"""The triangular factor of the standardised columns to 32 digits, for inverses that have 16."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._basis import Basis
from tapefit.numerics._cholesky import cholesky
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._gram import gram
from tapefit.numerics._triangular import Factor

Floats = NDArray[np.float64]


def exact_factor(X: Floats, w: Floats | None, basis: Basis) -> Factor | None:
    """R with R'R = Z'WZ in double-double; None where 32 digits do not tell the columns apart.

    A factor that is rounded to float64 has an inverse with as many digits less as the condition number has; this
    one has them all, up to a condition number of 1e8 or so.

    Parameters
    ----------
    X
        (n, p) raw columns; they are centred and scaled here without rounding.
    w
        (n,) weights, or None for ones.
    basis
        Centre and scale.
    """
    hi, lo = dd.two_sum(X, -basis.centre)
    ones = np.ones((len(X), int(basis.intercept)))
    Z = DD(np.hstack([ones, hi / basis.scale]), np.hstack([0 * ones, lo / basis.scale]))
    R = cholesky(gram(Z, None if w is None else dd.multiply(Z, np.broadcast_to(w[:, None], Z.hi.shape))))
    return None if (np.diag(R.hi) == 0).any() else Factor(R.hi, "double-double", R.lo)
