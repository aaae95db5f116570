"""Passes: a loss of many rows with its gradient and its curvature, in one go through the rows."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import Standardised, in_order, ranges
from tapefit.objective._losses import Loss
from tapefit.objective._pointwise import Chunks, Pointwise
from tapefit.objective._repeated import CHUNK

Floats = NDArray[np.float64]

_FLOOR = 1e-2  # of the largest curvature of a range, for rows whose own would make too much of their slope


class Sums(NamedTuple):
    """What a step of a descent needs of the rows, with w the weights and Z the standardised columns.

    Attributes
    ----------
    value, size
        The sums of w l and of w |l|.
    gradient
        (width,) Z'W l'.
    gram
        (width, width) Z' diag(w h) Z, with h the part of l'' above 0.
    scatter
        The sum of w l'^2 / l'', where l'' below a hundredth of the largest of a range of rows counts as that.
    rounding
        The sum of w h eta^2.
    convex
        Whether l'' is finite and not negative in any row, so that `gram` is the Hessian.
    """

    value: float
    size: float
    gradient: Floats
    gram: Floats
    scatter: float
    rounding: float
    convex: bool


class _Part(NamedTuple):
    """The same of a range of rows, with cross-products of the columns as they are."""

    numbers: tuple[float, ...]  # value, size, scatter, rounding, and the sums of w h and w l'
    convex: bool
    gram: Floats  # (p, p)
    products: Floats  # (2, p), with w h and with w l'


class Passes:
    """Goes through many rows of a loss, a range at a time, in as many threads as there are.

    Sums of ranges are added in the order of the rows, so that threads change nothing.

    Parameters
    ----------
    loss
        One that gives one value a row.
    design
        The standardised columns.
    y, weight, offset
        (n,) as in `Problem`.
    """

    def __init__(
        self, loss: Loss, design: Standardised, y: Floats, weight: Floats | None, offset: Floats | None
    ) -> None:
        self._loss, self._design, self._y, self._weight, self._offset = loss, design, y, weight, offset
        self._chunks: Chunks | None = None

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self._y)

    @property
    def total_weight(self) -> float:
        """The sum of the weights."""
        return float(self.n if self._weight is None else self._weight.sum())

    def sample(self, places: NDArray[np.intp]) -> Passes:
        """The same of some rows."""
        design = Standardised(self._design.design.part(places), self._design.basis)
        weight, offset = (None if v is None else v[places] for v in (self._weight, self._offset))
        few = Passes(self._loss, design, self._y[places], weight, offset)
        few._chunks = self._of_loss()  # a program that is made for the sample serves all rows
        return few

    def at(self, theta: Floats) -> Sums:
        """The sums at the coefficients `theta` (width,).

        Raises
        ------
        DataError, UsageError
            As `pointwise`.
        """
        chunks = self._of_loss()
        work = partial(self._part, chunks, self._design.coefficients(theta))
        first, *others = ranges(self.n, self._design.design.range_rows)
        part = work(first)
        gram, products, numbers, convex = part.gram, part.products, [part.numbers], part.convex
        for part in in_order(work, others, min(chunks.workers, self._design.design.workers)):
            gram += part.gram
            products += part.products
            numbers.append(part.numbers)
            convex = convex and part.convex
        value, size, scatter, rounding, bends, slopes = map(math.fsum, zip(*numbers, strict=True))
        with np.errstate(all="ignore"):
            whole = self._design.about(gram, products[0], bends)
            gradient = self._design.from_sums(products[1], slopes)
        return Sums(value, size, gradient, whole, scatter, rounding, convex)

    def _of_loss(self) -> Chunks:
        """A named loss is the same in each pass; a user's may depend on what changes between them."""
        if self._chunks is None or not self._loss.key:
            self._chunks = Chunks(self._loss, 2, self.n)
        return self._chunks

    def _part(self, chunks: Chunks, coefficients: tuple[Floats, float], rows: slice) -> _Part:
        """The sums of a range."""
        wide = slice(max(0, min(rows.start, rows.stop - CHUNK)), rows.stop)
        lead = rows.start - wide.start
        y, y_hat = self._y[wide], self._design.design.part(wide).times(*coefficients)
        if self._offset is not None:
            y_hat += self._offset[wide]
        seen = [
            chunks.at(y[piece], y_hat[piece], wide.start + piece.start)
            for piece in map(chunks.widened, chunks.spans(len(y)))
        ]
        return self._summed(rows, _joined(seen, len(y), lead), y_hat[lead:])

    def _summed(self, rows: slice, seen: Pointwise, eta: Floats) -> _Part:
        value, slope, curvature = seen.value, seen.slope, seen.curvature
        convex = bool(curvature.min() >= 0 and curvature.max() < np.inf)  # false for NaN, too
        bend = curvature if convex else np.where(np.isfinite(curvature), np.maximum(curvature, 0.0), 0.0)
        top = float(bend.max())
        with np.errstate(all="ignore"):
            scatter = np.square(slope)
            scatter /= np.maximum(bend, _FLOOR * top if top > 0 else 1.0)
            rounding = np.square(eta)
            if self._weight is not None:
                w = self._weight[rows]
                value, slope, bend, scatter = value * w, slope * w, bend * w, scatter * w
            gram, products = self._design.design.part(rows).gram(bend, bend, slope)
            numbers = (value.sum(), np.abs(value).sum(), scatter.sum(), rounding @ bend, bend.sum(), slope.sum())
        return _Part(tuple(map(float, numbers)), convex, gram, products)


def _joined(seen: list[Pointwise], n: int, lead: int) -> Pointwise:
    """Chunks one after the other, of which the last may begin before its turn; without the first `lead` rows."""
    last = n - (len(seen) - 1) * CHUNK

    def whole(parts: list[Floats]) -> Floats:
        return parts[0][lead:] if len(parts) == 1 else np.concatenate([*parts[:-1], parts[-1][-last:]])[lead:]

    value, slope = whole([one.value for one in seen]), whole([one.slope for one in seen])
    return Pointwise(value, slope, whole([one.curvature for one in seen]))
