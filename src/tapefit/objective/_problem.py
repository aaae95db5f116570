"""Problem: rows, weights, basis and loss; and the linear predictor on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import Basis, Factor, Powers, blocks, exact_factor, factorise, is_rough, is_safe, make_basis
from tapefit.objective._losses import Loss
from tapefit.objective._pointwise import Pointwise, pointwise

Floats = NDArray[np.float64]

# Up to this many elements QR costs nothing that anyone would notice.
_SMALL = 2_000_000
_KEPT = 8_000_000
# Conditions between which double-double gives standard errors digits that float64 does not.
_WELL, _HOPELESS = 10.0, 1e12


@dataclass(frozen=True)
class Problem:
    """Minimise the weighted sum over rows of loss(y, offset + b0 + X b).

    Attributes
    ----------
    X
        (n, p) raw columns, without the intercept's.
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
    """

    X: Floats
    y: Floats
    weight: Floats | None
    basis: Basis
    loss: Loss
    offset: Floats | None = None
    low: Floats | None = None

    @staticmethod
    def of(
        X: Floats,
        y: Floats,
        loss: Loss,
        *,
        intercept: bool,
        weight: Floats | None = None,
        offset: Floats | None = None,
        low: Floats | None = None,
        powers: tuple[tuple[int, Powers], ...] = (),
    ) -> Problem:
        """The problem of these rows; `powers` are the polynomials among the columns."""
        basis = make_basis(X, intercept=intercept, weight=weight, powers=powers)
        return Problem(X, y, weight, basis, loss, offset, low)

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.y)

    @cached_property
    def total_weight(self) -> float:
        """The sum of the weights."""
        return float(self.n if self.weight is None else self.weight.sum())

    @cached_property
    def _design(self) -> Floats | None:
        """The standardised design, kept where it takes no more memory than anyone would notice."""
        return self.basis.columns(self.X) if self.X.size <= _KEPT else None

    def parts(self) -> Iterator[tuple[slice, Floats]]:
        """The standardised design in ranges of rows, each (m, width)."""
        if self._design is None:
            return self.basis.parts(self.X)
        return ((rows, Z[rows]) for Z in (self._design,) for rows in blocks(self.n, self.basis.width))

    def predict(self, theta: Floats) -> Floats:
        """The standardised columns times their coefficients; (n,)."""
        return self.basis.predict(self.X, theta) if self._design is None else self._design @ theta

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

    def weighted(self, values: Floats) -> Floats:
        """Values of rows times the rows' weights."""
        return values if self.weight is None else values * self.weight

    def mean(self, values: Floats) -> float:
        """The weighted mean of values of rows."""
        return float(self.weighted(values).sum() / self.total_weight)

    def gradient(self, slope: Floats) -> Floats:
        """Z'W l', (width,)."""
        return self.back(self.weighted(slope))

    def back(self, v: Floats) -> Floats:
        """Z'v, (width,)."""
        g = np.zeros(self.basis.width)
        for rows, Z in self.parts():
            g += v[rows] @ Z
        return g

    def preconditioner(self, curvature: Floats) -> Factor:
        """The same as `factor`, roughly: from cross-products unless they are very ill conditioned."""
        rough = factorise(self._rows(curvature), self.basis.width, cheap=True)
        return rough if is_rough(rough) else self.factor(curvature)

    def _rows(self, curvature: Floats | None) -> Iterator[Floats]:
        """The standardised design in parts, each row times the root of its weight and curvature."""
        h = self.weight if curvature is None else self.weighted(curvature)
        root = None if h is None else np.sqrt(h)
        for rows, Z in self.parts():
            yield Z if root is None else Z * root[rows, None]

    def factor(self, curvature: Floats | None = None) -> Factor:
        """R with R'R = Z' diag(weight * curvature) Z; curvature 1 if not given.

        From cross-products where those are well conditioned, by QR where they are not; without a curvature and
        where the size of the problem allows it, in double-double then.
        """
        if self.X.size > _SMALL:
            factor = factorise(self._rows(curvature), self.basis.width, cheap=True)
            if is_safe(factor):
                return factor
        factor = factorise(self._rows(curvature), self.basis.width, cheap=False)
        if curvature is not None or self.X.size > _SMALL or not _WELL < factor.condition < _HOPELESS:
            return factor
        return exact_factor(self.X, self.weight, self.basis) or factor
