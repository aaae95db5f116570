"""Problem: rows, weights, basis and loss; and the linear predictor on them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import (
    DD,
    Basis,
    Design,
    Factor,
    NormalEquations,
    Powers,
    Standardised,
    Survey,
    blocks,
    exact_factor,
    exact_residual,
    factorise,
    from_gram,
    is_rough,
    is_safe,
    make_basis,
    plain_residual,
    rows_factor,
    survey,
    threads_for,
)
from tapefit.objective._losses import Loss
from tapefit.objective._passes import Passes
from tapefit.objective._pointwise import Pointwise, pointwise

Floats = NDArray[np.float64]

# Up to this many elements QR costs nothing that anyone would notice.
_SMALL = 200_000
# And up to this many QR and double-double arithmetic cost no more than a second, where the condition asks for them.
_MIDDLE = 2_000_000
# Conditions between which double-double gives standard errors digits that float64 does not.
_WELL, _HOPELESS = 10.0, 1e12


@dataclass(frozen=True)
class Problem:
    """Minimise the weighted sum over rows of loss(y, offset + b0 + X b).

    Attributes
    ----------
    X
        (n, p) raw columns, without the intercept's: an array, or a `Design` where some of many are indicators.
    y
        (n,)
    weight
        (n,) positive, or None for ones.
    basis
        The standardised columns.
    loss
        The loss.
    offset
        (n,) what is added to each row's linear predictor, or None for zeros.
    low
        (n, p) what X lacks of the columns for 32 digits, or None where it is all there is.
    counts
        (n,) how many observations each row stands for, or None for one each. They are part of `weight`.
    seen
        What one pass through many rows saw, or None.
    few
        The normal equations of few rows, or None.
    """

    X: Floats | Design
    y: Floats
    weight: Floats | None
    basis: Basis
    loss: Loss
    offset: Floats | None = None
    low: Floats | None = None
    counts: Floats | None = None
    seen: Survey | None = None
    few: NormalEquations | None = None

    @staticmethod
    def of(
        X: Floats | Design,
        y: Floats,
        loss: Loss,
        *,
        intercept: bool,
        weight: Floats | None = None,
        offset: Floats | None = None,
        low: Floats | None = None,
        powers: tuple[tuple[int, Powers], ...] = (),
        counts: Floats | None = None,
    ) -> Problem:
        """The problem of these rows; `powers` are the polynomials among the columns."""
        plain = low is None and not powers
        with threads_for(X.shape):
            seen = survey(X, y, weight, intercept=intercept) if plain and X.size > _SMALL else None
        if seen is not None:
            return Problem(X, y, weight, seen.standardised.basis, loss, offset, counts=counts, seen=seen)
        with threads_for(X.shape):
            basis = make_basis(X, intercept=intercept, weight=weight, powers=powers)
        few = NormalEquations(X, y, weight, basis, low) if isinstance(X, np.ndarray) and X.size <= _SMALL else None
        return Problem(X, y, weight, basis, loss, offset, low, counts, few=few)

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.y)

    @cached_property
    def nobs(self) -> int:
        """The number of observations."""
        return self.n if self.counts is None else int(self.counts.sum())

    @cached_property
    def total_weight(self) -> float:
        """The sum of the weights."""
        return float(self.n if self.weight is None else self.weight.sum())

    @cached_property
    def _whole(self) -> Floats | None:
        """The standardised design of few rows."""
        return self.basis.columns(self.X[:]) if self.X.size <= _MIDDLE else None

    @cached_property
    def _many(self) -> Standardised | None:
        """The standardised design of many rows, if one pass was enough to find its basis."""
        seen = self.seen
        return seen.standardised if seen and seen.X is self.X and seen.standardised.basis is self.basis else None

    @cached_property
    def passes(self) -> Passes | None:
        """What goes through many rows with their loss, gradient and curvature at once; None for few rows."""
        many = self._many
        if many is None or self.loss.form != "rows":
            return None
        return Passes(self.loss, many, self.y, self.weight, self.offset)

    def select(self, places: NDArray[np.intp]) -> Floats | Design:
        """Some of the raw columns, the intercept's not counted."""
        return self.X.select(places) if isinstance(self.X, Design) else np.asfortranarray(self.X[:, places])

    def parts(self) -> Iterator[tuple[slice, Floats]]:
        """The standardised design in ranges of rows, each (m, width)."""
        if self._whole is None:
            return self.basis.parts(self.X)
        return ((rows, Z[rows]) for Z in (self._whole,) for rows in blocks(self.n, self.basis.width))

    def predict(self, theta: Floats) -> Floats:
        """The standardised columns times their coefficients; (n,)."""
        if self._many is not None:
            return self._many.times(theta)
        return self.basis.predict(self.X, theta) if self._whole is None else self._whole @ theta

    def eta(self, theta: Floats) -> Floats:
        """The linear predictor, which is `predict` and the offset; (n,)."""
        eta = self.predict(theta)
        return eta if self.offset is None else eta + self.offset

    def near(self) -> Floats:
        """(n,) linear predictors whose means are close to y; not finite where the link has none there."""
        link = self.loss.link
        with np.errstate(all="ignore"):
            return np.asarray(link.predictor(link.start(self.y)), dtype=np.float64)

    def translated(self) -> Problem:
        """The same problem without its offset, for losses that see nothing but y - eta."""
        return self if self.offset is None else replace(self, y=self.y - self.offset, offset=None)

    def at(self, y_hat: Floats) -> Pointwise:
        """The loss and its derivatives at each row, unweighted."""
        return pointwise(self.loss, self.y, y_hat)

    def mean_loss(self, y_hat: Floats) -> float:
        """The weighted mean of the loss."""
        return self.mean(pointwise(self.loss, self.y, y_hat, order=0).value)

    def weighted(self, values: Floats) -> Floats:
        """Values of rows times the rows' weights."""
        return values if self.weight is None else values * self.weight

    def once(self, values: Floats) -> Floats:
        """Values of rows, each for one of the observations that the row stands for."""
        return values if self.counts is None else values / self.counts

    def each(self, values: Floats) -> float:
        """The sum over observations of values that are those of the row."""
        return float(values.sum() if self.counts is None else values @ self.counts)

    @property
    def log_weight(self) -> float:
        """The sum over observations of the logarithms of their weights."""
        return 0.0 if self.weight is None else self.each(np.log(self.once(self.weight)))

    def mean(self, values: Floats) -> float:
        """The weighted mean of values of rows."""
        return float(self.weighted(values).sum() / self.total_weight)

    def gradient(self, slope: Floats) -> Floats:
        """Z'W l', (width,)."""
        return self.back(self.weighted(slope))

    def back(self, v: Floats) -> Floats:
        """Z'v, (width,)."""
        if self._many is not None:
            return self._many.back(v)
        g = np.zeros(self.basis.width)
        for rows, Z in self.parts():
            g += v[rows] @ Z
        return g

    def first_gradient(self) -> Floats:
        """Z'W y, (width,)."""
        seen = self.seen
        known = seen is not None and self._many is not None and seen.y is self.y and seen.weight is self.weight
        return seen.gradient if seen is not None and known else self.gradient(self.y)

    def residual(self, theta: DD, *, exact: bool) -> tuple[Floats, Floats]:
        """y - Z theta, (n,), and Z'W of it, (width,): in double-double arithmetic if it is to be exact."""
        if exact:
            return exact_residual(self.X, self.y, self.weight, self.basis, theta, self.low)
        if self._many is not None:
            return self._many.residual(self.y, self.weight, theta.hi)
        return plain_residual(self.X, self.y, self.weight, self.basis, theta.hi)

    def sum_squares(self, values: Floats) -> float:
        """The weighted sum of squares of values of rows (n,), without arrays of their number."""
        w = self.weight
        parts = (values[rows] for rows in blocks(self.n, 16))
        if w is None:
            return math.fsum(float(v @ v) for v in parts)
        return math.fsum(float(np.square(values[rows]) @ w[rows]) for rows in blocks(self.n, 16))

    def factor_of(self, gram: Floats) -> Factor | None:
        """The factor of cross-products with a curvature; None where one from the rows has more digits."""
        factor = from_gram(gram)
        return factor if is_safe(factor) and (self.X.size > _MIDDLE or factor.condition <= _WELL) else None

    def root(self, h: Floats) -> Floats:
        """A matrix B (m, width) with B'B = Z' diag(h) Z, the weights not counted."""
        found = None if self._many is None else self.factor_of(self._many.gram(h))
        if found is not None:
            return found.R
        root = np.sqrt(h)
        return rows_factor((Z * root[rows, None] for rows, Z in self.parts()), self.basis.width)

    def preconditioner(self, curvature: Floats) -> Factor:
        """The same as `factor`, roughly: from cross-products unless they are very ill conditioned."""
        rough = self._from_products(curvature)
        return rough if is_rough(rough) else self.factor(curvature)

    def _from_products(self, curvature: Floats | None) -> Factor:
        if self._many is None:
            return factorise(self._rows(curvature), self.basis.width, cheap=True)
        if curvature is None and self.seen is not None and self.seen.weight is self.weight:
            return from_gram(self.seen.gram)
        return from_gram(self._many.gram(self.weight if curvature is None else self.weighted(curvature)))

    def _rows(self, curvature: Floats | None) -> Iterator[Floats]:
        """The standardised design in parts, each row times the root of its weight and curvature."""
        h = self.weight if curvature is None else self.weighted(curvature)
        root = None if h is None else np.sqrt(h)
        for rows, Z in self.parts():
            yield Z if root is None else Z * root[rows, None]

    def factor(self, curvature: Floats | None = None) -> Factor:
        """R with R'R = Z' diag(weight * curvature) Z; curvature 1 if not given.

        From cross-products where those are well conditioned, by QR where they are not; without a curvature and
        where the size of the problem allows it, in double-double then, once.
        """
        return self._plain_factor if curvature is None else self._factor(curvature)

    @cached_property
    def _plain_factor(self) -> Factor:
        return self._factor(None)

    @property
    def normal_equations(self) -> NormalEquations | None:
        """Those of few rows, if their columns are not too ill conditioned."""
        few = self.few
        if few is None or few.X is not self.X or few.weight is not self.weight or few.basis is not self.basis:
            return None
        if few.factor is None:
            return None
        return few if few.y is self.y else replace(few, y=self.y)

    def _factor(self, curvature: Floats | None) -> Factor:
        few = self.normal_equations if curvature is None else None
        if few is not None and few.factor is not None:
            return few.factor
        if self.X.size > _SMALL:
            factor = self._from_products(curvature)
            if is_safe(factor) and (self.X.size > _MIDDLE or factor.condition <= _WELL):
                return factor
        factor = factorise(self._rows(curvature), self.basis.width, cheap=False)
        if curvature is not None or self.X.size > _MIDDLE or not _WELL < factor.condition < _HOPELESS:
            return factor
        return exact_factor(self.X[:], self.weight, self.basis) or factor
