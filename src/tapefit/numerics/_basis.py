"""Basis: the columns centred and scaled, in which sizes and origins of the raw columns play no part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Basis:
    """The affine map from raw columns to standardised ones, ``z = (x - centre) / scale``.

    Attributes
    ----------
    centre
        (p,) about the column means; zeros without an intercept.
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

    def parts(self, X: Floats) -> Iterator[tuple[slice, Floats]]:
        """The standardised design in ranges of rows, each (m, width)."""
        for rows in blocks(len(X), self.width):
            yield rows, self.columns(X[rows])

    def predict(self, X: Floats, theta: Floats) -> Floats:
        """The standardised design times `theta` (width,), without holding the design; (n,)."""
        out = np.empty(len(X))
        for rows, Z in self.parts(X):
            np.matmul(Z, theta, out=out[rows])
        return out

    def to_raw(self, theta: Floats, low: Floats | None = None) -> Floats:
        """Coefficients of the raw columns from coefficients of the standardised ones; (width,) both.

        Each is rounded once, however far the columns lie from 0.

        Parameters
        ----------
        theta
            The coefficients.
        low
            What they lack for 32 digits, if that is known.
        """
        fine = DD(theta, np.zeros_like(theta) if low is None else low)
        with np.errstate(over="ignore"):  # the caller names the column whose coefficient is too large for a float
            slopes = DD(fine.hi[self.intercept :] / self.scale, fine.lo[self.intercept :] / self.scale)
        if not self.intercept:
            return slopes.hi
        # centre / scale times theta: no factor can overflow where the product does not
        at_zero = dd.subtract(DD(fine.hi[:1], fine.lo[:1]), self._shift(fine))
        return np.concatenate([at_zero.hi, slopes.hi])

    def _shift(self, theta: DD) -> DD:
        """The sum of centre times slope, (1,)."""
        ratio = self.centre / self.scale
        part = dd.multiply(DD(theta.hi[1:], theta.lo[1:]), ratio)
        whole = dd.total(part)
        return DD(np.atleast_1d(whole.hi), np.atleast_1d(whole.lo))

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
    """Row ranges whose float64 rows of `p` columns take about 1 MB, and are four times as high as wide."""
    size = max(256, 4 * p, BLOCK_BYTES // (8 * max(p, 1)))
    return [slice(i, min(i + size, n)) for i in range(0, n, size)]


def make_basis(X: Floats, *, intercept: bool, weight: Floats | None = None) -> Basis:
    """The basis of the columns of `X` (n, p), centred and scaled under the weights (n,), if there are any.

    The scale of a column whose values lie too far apart for a float to hold their differences is infinite. A
    constant column is centred to zeros, which the triangular factor sees as dependent on the intercept.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # scales of infinity tell
        return _make_basis(X, intercept, np.full(len(X), 1.0 / len(X)) if weight is None else weight / weight.sum())


def _make_basis(X: Floats, intercept: bool, share: Floats) -> Basis:
    n, p = X.shape
    low, high, centre = _range_and_mean(X, share)
    # all values equal: the centre is that value, exactly
    centre = np.where(low == high, low, np.clip(centre, low, high)) if intercept else np.zeros(p)
    top = np.maximum(high - centre, centre - low)
    unit = np.where(top > 0, top, 1.0)
    squares = sum((share[rows] @ np.square((X[rows] - centre) / unit) for rows in blocks(n, p)), np.zeros(p))
    size = _power_of_two(np.where(top > 0, unit * np.sqrt(squares), 1.0))
    return Basis(centre, np.where(np.isfinite(top), size, np.inf), intercept)


def _range_and_mean(X: Floats, share: Floats) -> tuple[Floats, Floats, Floats]:
    """The least, the greatest and the mean value of each column, (p,) each."""
    n, p = X.shape
    origin = X[0]
    low, high, mean = origin.copy(), origin.copy(), np.zeros(p)
    for rows in blocks(n, p):
        part = X[rows]
        np.minimum(low, part.min(axis=0), out=low)
        np.maximum(high, part.max(axis=0), out=high)
        mean += share[rows] @ (part - origin)
    return low, high, origin + mean


def _power_of_two(size: Floats) -> Floats:
    return np.ldexp(1.0, np.frexp(size)[1])
