"""Normal equations: all that least squares asks of few rows, to some 30 digits from one pass through them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._basis import Basis
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._gram import FINE, QUICK, products
from tapefit.numerics._refined import REFINED_CONDITION, refined_cholesky
from tapefit.numerics._triangular import Factor, from_gram

Floats = NDArray[np.float64]

_MANY = 20_000  # numbers from which it pays to see whether 27 digits are enough
_WELL = 100.0  # condition up to which they are
_EASY = 3.0  # condition up to which Cholesky's factor is right to a few roundings
_CLOSE = 2.0**-22  # of predictions and y: residuals below it have digits that two slices do not hold


@dataclass(frozen=True, eq=False)
class NormalEquations:
    """C = Z'WZ and b = Z'W (y - level), with Z the standardised columns, a column of ones first if there is one.

    Computed when they are first asked for. They square the condition number, and have the digits to spare for that.

    Attributes
    ----------
    X
        (n, p) raw columns.
    y
        (n,)
    weight
        (n,) weights, or None for ones.
    basis
        Centre and scale of the columns.
    low
        (n, p) what the raw columns lack for 32 digits, if that is known.
    """

    X: Floats
    y: Floats
    weight: Floats | None
    basis: Basis
    low: Floats | None = None

    @cached_property
    def level(self) -> float:
        """What is taken off y, near its mean; 0 without an intercept."""
        return float(self.y.mean()) if self.basis.intercept else 0.0

    @cached_property
    def _rows(self) -> DD:
        """(p + 1, n) the standardised columns and y less its level, exactly, a column a row; lo None for zeros."""
        p = self.X.shape[1]
        hi = np.empty((p + 1, len(self.y)))
        hi[:p], hi[p] = self.X.T, self.y
        lo = np.zeros(0)
        if self.basis.intercept:
            hi, lo = dd.two_sum(hi, -np.append(self.basis.centre, self.level)[:, None])
        if self.low is not None:
            lo = lo if lo.size else np.zeros_like(hi)
            moved = dd.add(DD(hi[:p], lo[:p]), dd.from_float(np.ascontiguousarray(self.low.T)))
            hi[:p], lo[:p] = moved
        hi[:p] /= self.basis.scale[:, None]
        if lo.size:
            lo[:p] /= self.basis.scale[:, None]
        return DD(hi, lo)

    def _whole(self, slices: int) -> DD:
        """(width + 1, width + 1) the cross-products of the columns and of y less its level."""
        hi, lo = self._rows
        low, w = lo if lo.size else None, self.weight
        other = None if w is None else dd.multiply(DD(hi, np.zeros_like(hi) if low is None else lo), w)
        found = products(hi, low, other, slices=slices)
        if not self.basis.intercept:
            return found.matrix
        total = float(len(self.y)) if w is None else math.fsum(w)
        rest = 0.0 if w is None else math.fsum([*w.tolist(), -total])
        sums = found.sums
        return DD(_bordered(found.matrix.hi, sums.hi, total), _bordered(found.matrix.lo, sums.lo, rest))

    @cached_property
    def _found(self) -> tuple[DD, DD, Factor | None]:
        """C, (width, width), b, (width,), and the factor; of many numbers first as well conditioned columns need it."""
        if self.X.size > _MANY:
            quick = self._factored(QUICK)
            if quick[2] is not None and quick[2].condition <= _WELL:
                return quick
        return self._factored(FINE)

    def _factored(self, slices: int) -> tuple[DD, DD, Factor | None]:
        hi, lo = self._whole(slices)
        C = DD(hi[:-1, :-1], lo[:-1, :-1])
        return C, DD(hi[:-1, -1], lo[:-1, -1]), _factor(C)

    @property
    def gradient(self) -> Floats:
        """b, (width,)."""
        return self._found[1].hi

    @property
    def factor(self) -> Factor | None:
        """R with R'R = C; None where the columns are too ill conditioned for it."""
        return self._found[2]

    def score(self, theta: DD) -> Floats:
        """b - C theta, (width,): Z'W of the residuals, rounded once."""
        C, b, _ = self._found
        return dd.subtract(b, dd.total(dd.product(C, DD(theta.hi[None, :], theta.lo[None, :])))).hi

    def residual(self, theta: DD) -> Floats | None:
        """y - level - Z theta, (n,), each row's to a rounding of their root mean square; None where these are tiny.

        The leading bits of the columns times those of theta are summed without rounding; what is left of both is so
        small that float64 is enough for it.
        """
        (hi, lo), first = self._rows, int(self.basis.intercept)
        p = len(hi) - 1
        Z, slopes = hi[:p], DD(theta.hi[first:], theta.lo[first:])
        exponent = np.frexp(np.maximum(Z.max(axis=1, initial=0.0), -Z.min(axis=1, initial=0.0)))[1]
        bits = (53 - (p + 1).bit_length()) // 2
        top, rest = _cut(Z, exponent[:, None], bits)
        steep, small = _leading(slopes.hi, exponent, bits)
        if lo.size:
            rest += lo[:p]
        r, more = dd.two_sum(hi[p], -(steep @ top))
        more -= slopes.hi @ rest + (small + slopes.lo) @ top
        if lo.size:
            more += lo[p]
        if first:
            r, e = dd.two_sum(r, np.broadcast_to(-theta.hi[0], r.shape))
            more += e - theta.lo[0]
        r = r + more
        size = float(np.abs(hi[p]).max()) + float(np.ldexp(np.abs(slopes.hi), exponent).sum())
        return r if float(r @ r) >= len(r) * (_CLOSE * size) ** 2 else None


def _factor(C: DD) -> Factor | None:
    """R with R'R = C; to 32 digits where a condition asks for more than the 16 that Cholesky keeps."""
    plain = from_gram(C.hi)
    if not plain.condition <= REFINED_CONDITION:
        return None
    if plain.condition <= _EASY:
        return plain
    R = refined_cholesky(C, plain.R)
    return None if R is None else Factor(R.hi, "double-double", R.lo)


def _bordered(inner: Floats, sums: Floats, corner: float) -> Floats:
    """A symmetric matrix with one more row and column before the others."""
    out = np.empty((len(inner) + 1, len(inner) + 1))
    out[0, 0], out[0, 1:], out[1:, 0], out[1:, 1:] = corner, sums, sums, inner
    return out


def _cut(A: Floats, exponent: NDArray[np.int_], bits: int) -> tuple[Floats, Floats]:
    """Numbers below 2**exponent as their leading bits and the rest."""
    rounder = np.ldexp(0.75, exponent - bits + 53)
    top = A + rounder
    top -= rounder
    return top, A - top


def _leading(slopes: Floats, exponent: NDArray[np.int_], bits: int) -> tuple[Floats, Floats]:
    """Slopes likewise, cut so that their products with columns of these exponents are multiples of one number."""
    moved = np.ldexp(slopes, exponent)
    whole = np.frexp(np.abs(moved).max(initial=0.0))[1]
    top, _ = _cut(moved, whole, bits)
    steep = np.ldexp(top, -exponent)
    return steep, slopes - steep
