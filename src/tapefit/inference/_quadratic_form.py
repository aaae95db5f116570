"""The size of a vector in units of its covariance: what Wald's statistic and the robust F are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]

_LARGEST = 1e15  # condition of a root above which its covariance cannot be told from a singular one


def quadratic_form(d: Floats, V: Floats, root: Floats | None = None) -> float:
    """d'V^-1 d; NaN where V is singular, as with fewer clusters than hypotheses.

    1. the rows of the root to unit length, so that units do not matter
    2. S with S'S = V: from the root by QR, which does not square its condition; else by Cholesky
    3. |S^-T d|^2

    Parameters
    ----------
    d
        (m,)
    V
        (m, m) its covariance.
    root
        (m, j) a B with V = B B', if there is one.
    """
    size = np.sqrt(np.maximum(np.diag(V), 0.0))  # 1
    if not (np.isfinite(size).all() and (size > 0).all()):
        return float("nan")
    S = _triangle(V / np.outer(size, size)) if root is None else _triangle_of_root(root / size[:, None])  # 2
    if S is None or not np.linalg.cond(S) < (_LARGEST if root is not None else np.sqrt(_LARGEST)):
        return float("nan")
    white = solve_triangular(S, d / size, trans="T", check_finite=False)  # 3
    return float(white @ white)


def _triangle(V: Floats) -> Floats | None:
    try:
        return np.asarray(np.linalg.cholesky(V)).T
    except np.linalg.LinAlgError:
        return None


def _triangle_of_root(B: Floats) -> Floats | None:
    return np.asarray(np.linalg.qr(B.T, mode="r")) if B.shape[1] >= len(B) else None
