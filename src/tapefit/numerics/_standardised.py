"""The standardised design of many rows: Z = (A - shift) / scale, of which only A is ever touched."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics._basis import Basis, power_of_two
from tapefit.numerics._design import Dense, Design
from tapefit.numerics._pool import in_order, ranges

Floats = NDArray[np.float64]

_NEAR = 8.0  # standard deviations from its origin up to which a column's mean costs a digit or two of a product
_TINY, _LARGE = 1e-200, 1e200  # sums of squares that are far from both ends of what floats hold


@dataclass(frozen=True, eq=False)
class Standardised:
    """The standardised columns, a column of ones first if the basis has an intercept.

    Attributes
    ----------
    design
        The columns A.
    basis
        Centre and scale.
    """

    design: Design
    basis: Basis

    @property
    def _shift(self) -> Floats:
        return self.basis.centre - self.design.origin

    def times(self, theta: Floats) -> Floats:
        """Z theta, (n,)."""
        out = np.empty(self.design.n)

        def fill(rows: slice) -> None:
            out[rows] = self.design.part(rows).times(*coefficients)

        coefficients = self.coefficients(theta)
        for _ in in_order(fill, ranges(self.design.n), self.design.workers):
            pass
        return out

    def residual(self, y: Floats, w: Floats | None, theta: Floats) -> tuple[Floats, Floats]:
        """r = y - Z theta, (n,), and Z'W r, (width,)."""
        b, constant = self.coefficients(theta)
        r = np.empty(len(y))

        def part(rows: slice) -> tuple[Floats, float]:
            share = None if w is None else w[rows]
            r[rows], sums = self.design.part(rows).residual(y[rows], share, b, constant)
            return sums, float(r[rows].sum() if share is None else r[rows] @ share)

        found = list(in_order(part, ranges(len(y)), self.design.workers))
        sums = np.sum([part[0] for part in found], axis=0)
        total = math.fsum(part[1] for part in found)
        return r, self.from_sums(sums, total)

    def coefficients(self, theta: Floats) -> tuple[Floats, float]:
        """Those of A, (p,), and the constant beside them."""
        first = int(self.basis.intercept)
        b = theta[first:] / self.basis.scale
        return b, float(theta[:first].sum() - self._shift @ b)

    def back(self, v: Floats) -> Floats:
        """Z'v, (width,)."""
        return self.from_sums(self.design.back(v)[0], float(v.sum()))

    def from_sums(self, sums: Floats, total: float) -> Floats:
        """Z'v from A'v, (p,), and the sum of v."""
        slopes = (sums - total * self._shift) / self.basis.scale
        return np.append(total, slopes) if self.basis.intercept else slopes

    def gram(self, h: Floats | None) -> Floats:
        """Z' diag(h) Z, (width, width); ones for None."""
        total = float(self.design.n if h is None else h.sum())
        gram, sums = _summed(self.design, h, h)
        return self.about(gram, sums[0], total)

    def about(self, gram: Floats, sums: Floats, total: float) -> Floats:
        """Cross-products of Z from those of A, with the sums of A and of the weights."""
        first, d, scale = int(self.basis.intercept), self._shift, self.basis.scale
        out = np.empty((self.basis.width, self.basis.width))
        off = sums / total - d if total else -d
        inner = total * np.outer(off, off)
        # counts of rows are whole numbers, of which this subtraction rounds nothing
        inner += (gram * total - np.outer(sums, sums)) / total if total else gram
        out[first:, first:] = inner / np.outer(scale, scale)
        if first:
            out[0, 0] = total
            out[0, 1:] = out[1:, 0] = total * off / scale
        return out


@dataclass(frozen=True, eq=False)
class Survey:
    """A standardised design with what the pass that found its basis saw.

    Attributes
    ----------
    X
        The columns as they came.
    standardised
        The design.
    weight, y
        The rows' weights and the vector that it was taken with.
    gram
        Z'WZ, (width, width).
    gradient
        Z'W y, (width,).
    """

    X: Floats | Design
    standardised: Standardised
    weight: Floats | None
    y: Floats
    gram: Floats
    gradient: Floats


def survey(X: Floats | Design, y: Floats, weight: Floats | None, *, intercept: bool) -> Survey | None:
    """The basis and the cross-products of many rows in one pass.

    None where that would cost digits: values that are not finite, or far too large or small, or columns whose means
    lie far from their origins when measured by their standard deviations (constant ones among them).

    Parameters
    ----------
    X
        (n, p) the columns.
    y
        (n,)
    weight
        (n,) positive, or None for ones.
    intercept
        Whether the columns are centred, and stand after one of ones.
    """
    design = X if isinstance(X, Design) else Design((Dense.of(X, centred=intercept),), len(X))
    with np.errstate(all="ignore"):
        weighted = y if weight is None else y * weight
        total = float(len(y) if weight is None else weight.sum())
        gram, (sums, products) = _summed(design, weight, weight, weighted)
        basis = _basis(design, np.diag(gram), sums, total, intercept)
        if basis is None:
            return None
        standardised = Standardised(design, basis)
        whole = standardised.about(gram, sums, total)
        gradient = standardised.from_sums(products, float(weighted.sum()))
    usable = np.isfinite(whole).all() and np.isfinite(gradient).all()
    return Survey(X, standardised, weight, y, whole, gradient) if usable else None


def _summed(design: Design, h: Floats | None, *vectors: Floats | None) -> tuple[Floats, Floats]:
    """What `Design.gram` gives, a range of the rows at a time in several threads."""

    def part(rows: slice) -> tuple[Floats, Floats]:
        own = [None if v is None else v[rows] for v in (h, *vectors)]
        return design.part(rows).gram(*own)

    gram, sums = np.zeros((design.shape[1],) * 2), np.zeros((len(vectors), design.shape[1]))
    for some, more in in_order(part, ranges(design.n, design.range_rows), design.workers):
        gram += some
        sums += more
    return gram, sums


def _basis(design: Design, squares: Floats, sums: Floats, total: float, intercept: bool) -> Basis | None:
    """The basis; None where one pass is not enough."""
    if not ((squares > _TINY) & (squares < _LARGE)).all():
        return None
    if not intercept and design.origin.any():
        return None
    if not intercept:
        return Basis(np.zeros(len(sums)), power_of_two(np.sqrt(squares / total)), False)
    mean, variance = sums / total, (squares * total - np.square(sums)) / total / total
    near = ~design.dense | (np.square(mean) <= _NEAR**2 * variance)
    if not (near & (variance > 0)).all():
        return None
    return Basis(design.origin + mean, power_of_two(np.sqrt(variance)), True)
