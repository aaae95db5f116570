"""Moments: all that least squares needs of its rows, in a state that merges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import Basis, Factor, Powers
from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._cholesky import cholesky, solve_normal, whiten
from tapefit.numerics._cholesky import inverse as invert
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._gram import gram
from tapefit.numerics._triangular import from_rows

Floats = NDArray[np.float64]

_ROUNDING = 1e-28  # of y'y: below it a residual sum of squares is rounding
_SMALL = 2_000_000  # elements of a block up to which its cross-products are taken exactly


@dataclass(frozen=True)
class Moments:
    """Cross-products of the columns (1, x - origin, y - origin) over the rows seen, in double-double.

    Thirty-two digits leave sixteen for the coefficients after squaring a condition number of 1e8. `merge` is
    associative up to the rounding of double-doubles, so neither the order nor the size of blocks shows in sixteen
    digits. Blocks of more than 2,000,000 elements are summed in float64.

    Attributes
    ----------
    nobs
        Observations.
    rows
        Rows, of which each may stand for several observations.
    origin
        (p + 1,) near the columns and y: the values of the first row seen.
    products
        (p + 2, p + 2) weighted cross-products about the origin.
    log_weight
        The sum of the logarithms of the weights, for the likelihood.
    """

    nobs: int
    rows: int
    origin: Floats
    products: DD
    log_weight: float = 0.0

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        return float(self.products.hi[0, 0])

    @staticmethod
    def of(
        X: Floats,
        y: Floats,
        weight: Floats | None = None,
        low: Floats | None = None,
        *,
        counts: Floats | None = None,
    ) -> Moments:
        """The moments of rows X (n, p) and y (n,), n > 0, with positive weights (n,) if there are any.

        `low` (n, p) is what X lacks for 32 digits, if that is known; `counts` (n,) how many observations each row
        stands for, which is a factor of its weight.
        """
        origin = np.append(X[0], y[0])
        products = dd.from_float(np.zeros((len(origin) + 1, len(origin) + 1)))
        cross, step = (_exact, 1 << 12) if X.size <= _SMALL else (_plain, 1 << 16)
        for start in range(0, len(y), step):
            rows = slice(start, start + step)
            A = _away(X[rows], None if low is None else low[rows], y[rows], origin)
            products = dd.add(products, cross(A, None if weight is None else weight[rows, None]))
        times = np.ones(len(y)) if counts is None else counts
        log_weight = 0.0 if weight is None else float(times @ np.log(weight / times))
        return Moments(int(times.sum()), len(y), origin, products, log_weight)

    def merge(self, other: Moments) -> Moments:
        """The moments of the rows of both."""
        moved = other.about(self.origin)
        return Moments(
            self.nobs + other.nobs,
            self.rows + other.rows,
            self.origin,
            dd.add(self.products, moved.products),
            self.log_weight + other.log_weight,
        )

    def about(self, origin: Floats) -> Moments:
        """The same moments about another origin: T'MT with T the shift, exact but for double-double rounding."""
        shift = dd.two_sum(self.origin, -origin)
        M = self.products
        # columns: v_j + d_j 1, then rows the same
        first = DD(M.hi[:, :1], M.lo[:, :1])
        d = DD(np.concatenate([[0.0], shift.hi])[None, :], np.concatenate([[0.0], shift.lo])[None, :])
        M = dd.add(M, dd.product(first, d))
        top = DD(M.hi[:1, :], M.lo[:1, :])
        M = dd.add(M, dd.product(DD(d.hi.T, d.lo.T), top))
        return replace(self, origin=origin, products=M)

    def select(self, columns: list[int]) -> Moments:
        """The moments of some of the columns, and of y."""
        kept = [*columns, len(self.origin) - 1]
        places = np.ix_([0, *(k + 1 for k in kept)], [0, *(k + 1 for k in kept)])
        M = self.products
        return replace(self, origin=self.origin[kept], products=DD(M.hi[places], M.lo[places]))

    def means(self) -> DD:
        """(p + 1,) the weighted means of the columns and y."""
        count = DD(self.products.hi[0, 0], self.products.lo[0, 0])
        sums = DD(self.products.hi[0, 1:], self.products.lo[0, 1:])
        return dd.add(dd.quotient(sums, count), dd.from_float(self.origin))

    def centred(self, *, intercept: bool) -> DD:
        """(p + 1, p + 1) cross-products of columns and y, about their means with an intercept and about 0 without."""
        if not intercept:
            M = self.about(np.zeros_like(self.origin)).products
            return DD(M.hi[1:, 1:], M.lo[1:, 1:])
        M = self.products
        count = DD(M.hi[0, 0], M.lo[0, 0])
        sums = DD(M.hi[0, 1:], M.lo[0, 1:])
        mean = dd.quotient(sums, count)
        outer = dd.product(DD(mean.hi[:, None], mean.lo[:, None]), DD(sums.hi[None, :], sums.lo[None, :]))
        return dd.subtract(DD(M.hi[1:, 1:], M.lo[1:, 1:]), outer)


def _exact(A: DD, weight: Floats | None) -> DD:
    return gram(A, None if weight is None else dd.multiply(A, np.broadcast_to(weight, A.hi.shape)))


def _plain(A: DD, weight: Floats | None) -> DD:
    return dd.from_float(A.hi.T @ (A.hi if weight is None else A.hi * weight))


def _away(X: Floats, low: Floats | None, y: Floats, origin: Floats) -> DD:
    """The columns (1, x - origin, y - origin), (m, p + 2)."""
    m, p = X.shape
    hi, lo = np.empty((m, p + 2)), np.zeros((m, p + 2))
    hi[:, 0], hi[:, 1:-1], hi[:, -1] = 1.0, X, y
    hi[:, 1:], lo[:, 1:] = dd.two_sum(hi[:, 1:], np.broadcast_to(-origin, (m, p + 1)))
    if low is not None:
        moved = dd.add(DD(hi[:, 1:-1], lo[:, 1:-1]), dd.from_float(low))
        hi[:, 1:-1], lo[:, 1:-1] = moved
    return DD(hi, lo)


@dataclass(frozen=True)
class MomentFit:
    """Least squares from moments alone.

    Attributes
    ----------
    beta
        (width,) coefficients of the raw columns, the intercept first.
    theta
        (width,) coefficients of the standardised columns.
    basis
        The standardised columns.
    factor
        R with R'R = Z'WZ.
    inverse
        R^-1, (width, width), rounded once; NaN where the columns depend on each other.
    rss, tss
        Residual and total sum of squares.
    """

    beta: Floats
    theta: Floats
    basis: Basis
    factor: Factor
    inverse: Floats
    rss: float
    tss: float


def solve_moments(moments: Moments, *, intercept: bool, powers: tuple[tuple[int, Powers], ...] = ()) -> MomentFit:
    """Minimise the weighted squares of y - b0 - X b; `powers` are the polynomials among the columns.

    1. cross-products about the means, scaled by powers of two
    2. R with R'R = Z'WZ in double-double
    3. coefficients R^-1 R^-T Z'W y, and from them the intercept
    4. residual squares y'y - |R^-T Z'W y|^2
    """
    C = moments.centred(intercept=intercept)  # 1
    p = len(moments.origin) - 1
    weight = moments.weight
    size = np.diag(C.hi)[:p] / weight
    scale = np.ldexp(1.0, np.frexp(np.sqrt(np.where(size > 0, size, 1.0)))[1])
    mean = moments.means()
    basis = Basis(mean.hi[:p] if intercept else np.zeros(p), scale, intercept, powers)
    unit = np.outer(scale, scale)
    R = cholesky(DD(C.hi[:p, :p] / unit, C.lo[:p, :p] / unit))  # 2
    full = np.zeros((basis.width, basis.width))
    full[0, 0] = np.sqrt(weight)
    full[int(intercept) :, int(intercept) :] = R.hi
    factor = from_rows(full)
    if (np.diag(R.hi) == 0).any():
        nothing = np.full(basis.width, np.nan)
        return MomentFit(nothing, nothing, basis, factor, np.full_like(full, np.nan), np.nan, float(C.hi[p, p]))
    g = DD(C.hi[:p, p] / scale, C.lo[:p, p] / scale)
    gamma, white = solve_normal(R, g), whiten(R, g)  # 3
    slopes = DD(gamma.hi / scale, gamma.lo / scale)
    raw, constant = basis.in_powers(slopes)
    beta, theta = raw.hi, gamma.hi
    if intercept:
        shift = dd.total(dd.product(slopes, DD(mean.hi[:p], mean.lo[:p])))
        at_zero = dd.subtract(DD(mean.hi[p:], mean.lo[p:]), DD(shift.hi[None], shift.lo[None]))
        beta = np.append(dd.add(at_zero, constant).hi, beta)
        theta = np.append(mean.hi[p], theta)
    inverse = np.zeros_like(full)
    inverse[0, 0] = 1 / np.sqrt(weight)
    inverse[int(intercept) :, int(intercept) :] = invert(R)
    rss = dd.subtract(DD(C.hi[p, p], C.lo[p, p]), dd.total(dd.product(white, white)))  # 4
    left = float(rss.hi) if rss.hi > _ROUNDING * C.hi[p, p] else 0.0
    return MomentFit(beta, theta, basis, factor, inverse, left, float(C.hi[p, p]))
