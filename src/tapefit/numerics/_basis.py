"""Basis: the columns centred and scaled, in which sizes and origins of the raw columns play no part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class Basis:
    """The affine map from raw columns to standardised ones, ``z = (x - centre) / scale``.

    Attributes
    ----------
    centre
        (p,) the column means; zeros without an intercept.
    scale
        (p,) the power of two next to each column's root mean square about the centre, so that dividing by it
        rounds nothing.
    intercept
        Whether a column of ones stands before the others.
    """

    centre: Floats
    scale: Floats
    intercept: bool

    @property
    def width(self) -> int:
        """The number of coefficients, with the intercept."""
        return len(self.centre) + self.intercept

    def columns(self, X: Floats) -> Floats:
        """The standardised design: (n, width), a column of ones first if there is an intercept."""
        n, p = X.shape
        Z = np.empty((n, p + self.intercept))
        Z[:, : self.intercept] = 1.0
        body = Z[:, self.intercept :]
        np.subtract(X, self.centre, out=body)
        body /= self.scale
        return Z

    def to_raw(self, theta: Floats) -> Floats:
        """Coefficients of the raw columns from coefficients of the standardised ones; (width,) both."""
        slopes = theta[self.intercept :] / self.scale
        if not self.intercept:
            return slopes
        return np.concatenate([[theta[0] - self.centre @ slopes], slopes])

    def from_raw(self, beta: Floats) -> Floats:
        """Coefficients of the standardised columns from coefficients of the raw ones; (width,) both."""
        slopes = beta[self.intercept :]
        if not self.intercept:
            return slopes * self.scale
        return np.concatenate([[beta[0] + self.centre @ slopes], slopes * self.scale])

    def raw_map(self) -> Floats:
        """The matrix of `to_raw`, (width, width)."""
        T = np.diag(np.concatenate([[1.0] * self.intercept, 1.0 / self.scale]))
        if self.intercept:
            T[0, 1:] = -self.centre / self.scale
        return T


def blocks(n: int, p: int) -> list[slice]:
    """Row ranges whose float64 rows of `p` columns take about 4 MB."""
    size = max(256, BLOCK_BYTES // (8 * max(p, 1)))
    return [slice(i, min(i + size, n)) for i in range(0, n, size)]


def make_basis(X: Floats, *, intercept: bool, weight: Floats | None = None) -> Basis:
    """The basis of the columns of `X` (n, p), centred and scaled under the weights (n,), if there are any.

    A constant column (in exact arithmetic: all its values equal) is centred to zeros, which the triangular factor
    sees as dependent on the intercept.
    """
    n, p = X.shape
    share = np.full(n, 1.0 / n) if weight is None else weight / weight.sum()
    centre = _means(X, share) if intercept else np.zeros(p)
    top = np.zeros(p)
    for rows in blocks(n, p):
        np.maximum(top, np.abs(X[rows] - centre).max(axis=0, initial=0.0), out=top)
    unit = np.where(top > 0, top, 1.0)
    squares = sum((share[rows] @ np.square((X[rows] - centre) / unit) for rows in blocks(n, p)), np.zeros(p))
    return Basis(centre, _power_of_two(np.where(top > 0, unit * np.sqrt(squares), 1.0)), intercept)


def _means(X: Floats, share: Floats) -> Floats:
    """Weighted column means, corrected by the mean of what is left after subtracting the first estimate."""
    n, p = X.shape
    mean = X[0].copy()
    for _ in range(2):
        mean = mean + sum((share[rows] @ (X[rows] - mean) for rows in blocks(n, p)), np.zeros(p))
    # all values equal: the centre is that value, exactly
    return np.asarray(np.where((X[0] == X).all(axis=0), X[0], mean))


def _power_of_two(size: Floats) -> Floats:
    return np.ldexp(1.0, np.frexp(size)[1])
