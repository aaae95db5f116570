"""Basis: the columns centred and scaled, in which sizes and origins of the raw columns play no part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._design import Design
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._powers import Powers, select_powers

Floats = NDArray[np.float64]

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Basis:
    """The affine map from columns to standardised ones, ``z = (x - centre) / scale``.

    Raw coefficients are those of the columns; where these stand for the powers of something, those of the powers.

    Attributes
    ----------
    centre
        (p,) about the column means; zeros without an intercept.
    scale
        (p,) the power of two next to each column's root mean square about the centre, so that dividing by it
        rounds nothing.
    intercept
        Whether a column of ones stands before the others.
    powers
        Polynomials among the columns: the place of the first column of each, counted without the intercept.
    """

    centre: Floats
    scale: Floats
    intercept: bool
    powers: tuple[tuple[int, Powers], ...] = ()

    @property
    def width(self) -> int:
        """The number of coefficients, with the intercept."""
        return len(self.centre) + self.intercept

    def columns(self, X: Floats | Design) -> Floats:
        """The standardised design: (n, width), a column of ones first if there is an intercept."""
        n, p = X.shape
        Z = np.empty((n, p + self.intercept))
        Z[:, : self.intercept] = 1.0
        body = Z[:, self.intercept :]
        np.subtract(X[:], self.centre, out=body)
        body /= self.scale
        return Z

    def raw_columns(self, X: Floats) -> Floats:
        """The columns (n, p) whose coefficients the raw ones are: `X`, but for the powers themselves."""
        out = X.copy() if self.powers else X
        for part, powers in self._places():
            out[:, part] = X[:, part] @ powers.from_powers.hi[1:] + powers.from_powers.hi[0]
        return out

    def parts(self, X: Floats | Design) -> Iterator[tuple[slice, Floats]]:
        """The standardised design in ranges of rows, each (m, width)."""
        for rows in blocks(len(X), self.width):
            yield rows, self.columns(X[rows])

    def predict(self, X: Floats | Design, theta: Floats) -> Floats:
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
        with np.errstate(over="ignore", invalid="ignore"):  # the caller names the column with too large a coefficient
            slopes = DD(fine.hi[self.intercept :] / self.scale, fine.lo[self.intercept :] / self.scale)
            raw, constant = self.in_powers(slopes)
        if not self.intercept:
            return raw.hi
        # centre / scale times theta: no factor can overflow where the product does not
        at_zero = dd.subtract(DD(fine.hi[:1], fine.lo[:1]), self._shift(fine))
        return np.concatenate([dd.add(at_zero, constant).hi, raw.hi])

    def _shift(self, theta: DD) -> DD:
        """The sum of centre times slope, (1,)."""
        ratio = self.centre / self.scale
        part = dd.multiply(DD(theta.hi[1:], theta.lo[1:]), ratio)
        whole = dd.total(part)
        return DD(np.atleast_1d(whole.hi), np.atleast_1d(whole.lo))

    def in_powers(self, slopes: DD) -> tuple[DD, DD]:
        """Slopes of the columns as slopes of powers, and what the columns have of a constant, (1,)."""
        out, constant = slopes, dd.from_float(np.zeros(1))
        if self.powers:
            out = DD(slopes.hi.copy(), slopes.lo.copy())
        for part, powers in self._places():
            M = powers.to_powers
            terms = dd.total(dd.product(M, DD(slopes.hi[part][None, :], slopes.lo[part][None, :])), axis=1)
            out.hi[part], out.lo[part] = terms.hi[1:], terms.lo[1:]
            constant = dd.add(constant, DD(terms.hi[:1], terms.lo[:1]))
        return out, constant

    def _places(self) -> Iterator[tuple[slice, Powers]]:
        for start, powers in self.powers:
            yield slice(start, start + powers.degree), powers

    def from_raw(self, beta: Floats) -> Floats:
        """Coefficients of the standardised columns from coefficients of the raw ones; (width,) both."""
        slopes, constant = beta[self.intercept :], 0.0
        if self.powers:
            slopes = slopes.copy()
        for part, powers in self._places():
            parts = powers.from_powers.hi @ slopes[part]
            slopes[part] = parts[1:]
            constant += float(parts[0])
        if not self.intercept:
            return slopes * self.scale
        return np.concatenate([[beta[0] + constant + self.centre @ slopes], slopes * self.scale])

    def raw_rows(self, B: Floats) -> Floats:
        """`raw_map` times B (width, m), without the matrix: roots of covariances of theta to those of beta."""
        first = int(self.intercept)
        slopes = B[first:] / self.scale[:, None]
        out = np.concatenate([B[:first] - (self.centre / self.scale) @ B[first:], slopes])
        for part, powers in self._places():
            terms = powers.to_powers.hi @ slopes[part]
            out[first:][part] = terms[1:]
            out[:first] += terms[0]
        return out

    def raw_map(self) -> Floats:
        """The matrix of `to_raw`, (width, width)."""
        return self.raw_rows(np.eye(self.width))

    def select(self, columns: Sequence[int] | NDArray[np.intp]) -> Basis:
        """The basis of some of the columns, in their order; of a polynomial's columns the first ones."""
        kept = list(columns)
        return Basis(self.centre[kept], self.scale[kept], self.intercept, select_powers(self.powers, kept))


def blocks(n: int, p: int) -> list[slice]:
    """Row ranges whose float64 rows of `p` columns take about 1 MB, and are four times as high as wide."""
    size = max(256, 4 * p, BLOCK_BYTES // (8 * max(p, 1)))
    return [slice(i, min(i + size, n)) for i in range(0, n, size)]


def make_basis(
    X: Floats | Design, *, intercept: bool, weight: Floats | None = None, powers: tuple[tuple[int, Powers], ...] = ()
) -> Basis:
    """The basis of the columns of `X` (n, p), centred and scaled under the weights (n,), if there are any.

    `powers` are the polynomials among the columns.

    The scale of a column whose values lie too far apart for a float to hold their differences is infinite. A
    constant column is centred to zeros, which the triangular factor sees as dependent on the intercept.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # scales of infinity tell
        share = np.full(len(X), 1.0 / len(X)) if weight is None else weight / weight.sum()
        return replace(_make_basis(X, intercept, share), powers=powers)


def _make_basis(X: Floats | Design, intercept: bool, share: Floats) -> Basis:
    n, p = X.shape
    low, high, centre = _range_and_mean(X, share)
    # all values equal: the centre is that value, exactly
    centre = np.where(low == high, low, np.clip(centre, low, high)) if intercept else np.zeros(p)
    top = np.maximum(high - centre, centre - low)
    unit = np.where(top > 0, top, 1.0)
    squares = sum((share[rows] @ np.square((X[rows] - centre) / unit) for rows in blocks(n, p)), np.zeros(p))
    size = power_of_two(np.where(top > 0, unit * np.sqrt(squares), 1.0))
    return Basis(centre, np.where(np.isfinite(top), size, np.inf), intercept)


def _range_and_mean(X: Floats | Design, share: Floats) -> tuple[Floats, Floats, Floats]:
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


def power_of_two(size: Floats) -> Floats:
    return np.ldexp(1.0, np.frexp(size)[1])
