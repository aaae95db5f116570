"""Collinearity: how much each column is made up of the others, and which two are the worst.

Source: Belsley, Kuh and Welsch, "Regression Diagnostics", 1980, chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WORTH_A_WORD = 30.0  # the condition number from which Belsley, Kuh and Welsch call a dependence strong


@dataclass(frozen=True)
class Collinear:
    """The two columns that take the largest part in the nearest dependence.

    Attributes
    ----------
    first, second
        Places of the columns among the terms.
    condition
        Condition number of the columns, centred with an intercept and at unit length.
    """

    first: int
    second: int
    condition: float


def variance_inflation(inverse: Floats, *, intercept: bool) -> Floats:
    """Variance inflation factors, 1 / (1 - R2) of each column on the others; (k,), NaN for intercept and zeros.

    With R'R the cross-products, column j has ``|R e_j|^2 |e_j' R^-1|^2``; the rows of R below the intercept's are
    those of the centred columns.

    Parameters
    ----------
    inverse
        R^-1, (k, k), upper triangular, the intercept first; zeros for dropped terms.
    intercept
        Whether there is one.
    """
    kept, R, U = _slopes(inverse, intercept)
    vif = np.full(len(inverse), np.nan)
    vif[kept] = np.square(R).sum(axis=0) * np.square(U).sum(axis=1)
    return vif


def nearest_dependence(inverse: Floats, *, intercept: bool) -> Collinear | None:
    """The two columns that the direction of least length is mostly made of; None for fewer than two columns."""
    kept, R, _ = _slopes(inverse, intercept)
    if len(kept) < 2 or not np.isfinite(R).all():
        return None
    values, directions = np.linalg.svd(R / np.linalg.norm(R, axis=0))[1:]
    least = np.abs(directions[-1])
    a, b = np.sort(np.argsort(-least, kind="stable")[:2])
    with np.errstate(divide="ignore"):
        return Collinear(int(kept[a]), int(kept[b]), float(values[0] / values[-1]))


def _slopes(inverse: Floats, intercept: bool) -> tuple[NDArray[np.intp], Floats, Floats]:
    """The slopes that were kept, and their blocks of R and of R^-1."""
    kept = np.flatnonzero(np.diag(inverse) != 0)
    U = inverse[np.ix_(kept, kept)]
    if not np.isfinite(U).all():
        return kept[intercept:], U[intercept:, intercept:] * np.nan, U[intercept:, intercept:] * np.nan
    from scipy.linalg import solve_triangular

    R = solve_triangular(U, np.eye(len(U)), check_finite=False) if len(U) else U
    return kept[intercept:], R[intercept:, intercept:], U[intercept:, intercept:]
