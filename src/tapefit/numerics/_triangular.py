"""Triangular factors: R with R'R = Z'WZ, from cross-products where that is safe and by QR where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics._cholesky import inverse as exact_inverse
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._refined import REFINED_CONDITION, refined_inverse

Floats = NDArray[np.float64]

# Cross-products square the condition number; up to here R keeps 12 digits of the 16.
GRAM_CONDITION = 100.0
# And up to here 6, which is enough to precondition.
ROUGH_CONDITION = 1e5


@dataclass(frozen=True)
class Factor:
    """An upper triangular R (p, p) with R'R = Z'WZ.

    Attributes
    ----------
    R
        The factor, its diagonal positive.
    method
        "cholesky" of the cross-products, "qr" block by block, or "double-double" cross-products.
    low
        (p, p) what R lacks for 32 digits, if that is known.
    """

    R: Floats
    method: Literal["cholesky", "qr", "double-double"]
    low: Floats | None = None

    @cached_property
    def condition(self) -> float:
        """The 2-norm condition number of R, its columns scaled to unit length."""
        return condition_of(self.R)

    def solve(self, g: Floats) -> Floats:
        """R^-1 R^-T g, for g of shape (p,) or (p, k)."""
        return self.whiten_back(self.whiten(g))

    def whiten(self, g: Floats) -> Floats:
        """R^-T g."""
        return _solved(self.R, g, trans="T")

    def whiten_back(self, g: Floats) -> Floats:
        """R^-1 g."""
        return _solved(self.R, g)

    def inverse(self) -> Floats:
        """R^-1, rounded once if the factor has 32 digits."""
        return self._inverse

    @cached_property
    def _inverse(self) -> Floats:
        if self.low is None:
            return self.whiten_back(np.eye(len(self.R)))
        R = DD(self.R, self.low)
        return refined_inverse(R) if self.condition <= REFINED_CONDITION else exact_inverse(R)


def factorise(parts: Iterable[Floats], p: int, *, cheap: bool) -> Factor:
    """The factor of rows that come in parts, each (m, p), already multiplied by the roots of their weights.

    Parameters
    ----------
    parts
        The rows; gone through once.
    p
        The number of columns.
    cheap
        Try the cross-products first; the caller then goes through the parts again if that is not safe
        (see `is_safe`).
    """
    if cheap:
        gram = np.zeros((p, p))
        for Z in parts:
            gram += Z.T @ Z
        return from_gram(gram)
    return from_rows(rows_factor(parts, p))


def rows_factor(parts: Iterable[Floats], p: int) -> Floats:
    """A matrix B of at most p rows with B'B the cross-products of rows that come in parts, each (m, p), by QR."""
    out = np.zeros((0, p))
    for Z in parts:
        out = np.asarray(np.linalg.qr(np.vstack([out, Z]), mode="r"), dtype=np.float64)
    return out


def from_rows(R: Floats) -> Factor:
    """The factor of the rows that are there: of a triangular matrix, or of fewer rows than columns."""
    p = R.shape[1]
    if len(R) < p:
        R = np.vstack([R, np.zeros((p - len(R), p))])
    signs = np.where(np.diag(R) < 0, -1.0, 1.0)
    R = np.triu(R[:p]) * signs[:, None]
    return Factor(R, "qr")


def from_gram(gram: Floats) -> Factor:
    """The Cholesky factor of cross-products; its condition is infinite where there is none."""
    size = np.sqrt(np.diag(gram))
    size[size == 0] = 1.0
    try:
        R = np.linalg.cholesky(gram / np.outer(size, size)).T * size
    except np.linalg.LinAlgError:
        return Factor(np.full_like(gram, np.inf), "cholesky")
    return Factor(R, "cholesky")


def downdate(factor: Factor, less: Factor) -> Factor | None:
    """The factor of the difference R'R - S'S of two; None if that is not positive definite."""
    V = _solved(factor.R, less.R.T, trans="T").T  # S R^-1
    try:
        L = np.linalg.cholesky(np.eye(len(V)) - V.T @ V)
    except np.linalg.LinAlgError:
        return None
    return Factor(L.T @ factor.R, factor.method)


def is_safe(factor: Factor) -> bool:
    """Whether a factor can be kept: always, but from rounded cross-products up to `GRAM_CONDITION` only."""
    return factor.method != "cholesky" or factor.condition <= GRAM_CONDITION


def is_rough(factor: Factor) -> bool:
    """Whether a factor can be kept as a preconditioner, whose errors cost steps and no digits."""
    if not np.isfinite(factor.R).all():
        return False
    size = lengths(factor.R)
    if (size == 0).any():
        return False
    from scipy.linalg.lapack import dtrcon

    return bool(dtrcon(factor.R / size)[0] >= 1 / ROUGH_CONDITION)


def condition_of(R: Floats) -> float:
    """The condition number of R with its columns scaled to unit length; infinite if one is zero."""
    if not len(R):
        return 1.0
    if not np.isfinite(R).all():
        return float("inf")
    size = lengths(R)
    if (size == 0).any():
        return float("inf")
    return float(np.linalg.cond(R / size))


def _solved(R: Floats, b: Floats, trans: Literal["N", "T"] = "N") -> Floats:
    """R^-1 b, or R^-T b; SciPy is loaded here and not before.

    Raises
    ------
    numpy.linalg.LinAlgError
        If R has a zero on its diagonal.
    """
    from scipy.linalg.lapack import dtrtrs

    if not b.size:
        return np.zeros_like(b)
    # R' as it lies in memory is a lower triangle in Fortran's order, which LAPACK takes without a copy
    out, singular = dtrtrs(R.T, b, lower=1, trans=int(trans == "N"))
    if singular:
        raise np.linalg.LinAlgError(f"a triangular matrix needs a diagonal without zeros, got one at {singular}")
    return np.asarray(out)


def lengths(A: Floats) -> Floats:
    """The lengths of the columns of A (m, p), whatever their size; (p,)."""
    top = np.abs(A).max(axis=0, initial=0.0)
    unit = np.where(top > 0, top, 1.0)
    return np.asarray(unit * np.linalg.norm(A / unit, axis=0))


def dependent_columns(factor: Factor, n: int) -> list[tuple[int, list[int]]]:
    """Columns that are combinations of columns before them, up to rounding.

    Returns
    -------
    list of (column, columns that make it up)
        Empty if the columns are independent.
    """
    R = factor.R
    size = lengths(R)
    tolerance = 64 * np.finfo(float).eps * np.sqrt(max(n, len(R)))
    if (np.abs(np.diag(R)) > tolerance * size).all():  # the sine of a column's angle to all before it
        return []
    return _walk(R, size, tolerance)


def _walk(R: Floats, size: Floats, tolerance: float) -> list[tuple[int, list[int]]]:
    """Gram and Schmidt's walk through the columns, leaving out those that leave no rest."""
    p = len(R)
    Q, S = np.zeros((p, p)), np.zeros((p, p))  # of the columns kept so far: R[:, kept] = Q S
    found: list[tuple[int, list[int]]] = []
    kept: list[int] = []
    for j in range(p):
        k = len(kept)
        first = Q[:, :k].T @ R[:, j]
        again = Q[:, :k].T @ (R[:, j] - Q[:, :k] @ first)
        S[:k, k] = first + again
        rest = R[:, j] - Q[:, :k] @ S[:k, k]
        left = float(np.linalg.norm(rest))
        if left > tolerance * size[j]:
            Q[:, k], S[k, k] = rest / left, left
            kept.append(j)
            continue
        share = np.abs(_solved(S[:k, :k], S[:k, k])) * size[kept]
        limit = 1e-8 * max(share.max(initial=0.0), size[j])
        found.append((j, [c for c, s in zip(kept, share, strict=True) if s > limit]))
    return found
