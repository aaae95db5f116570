"""Views: a loss as ops on the coefficients of a descent, through its rows or, where it is quadratic, without them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tapefit.objective import Loss, pointwise
from tapefit.objective._pointwise import _derivatives
from tapefit.optim._looks import Rows
from tapefit.tape import Tensor, Variable
from tapefit.tape.ops import _math as m
from tapefit.tape.ops._linalg import matvec
from tapefit.tape.ops._reduce import reduce_max, reduce_sum

Floats = NDArray[np.float64]
Seen = tuple[list[Any], list[Any]]


class View(Protocol):
    """A loss as ops on coefficients, which are one tensor (width,) or single numbers."""

    def look(self, w: Sequence[Any]) -> Seen:
        """The loss, the root mean square of l', the largest slope, the loss held out; and the gradient like `w`."""


class RowView:
    """A loss through its rows.

    Parameters
    ----------
    loss, rows, held
        As in `Task`.
    single
        Whether coefficients are single numbers.
    """

    def __init__(self, loss: Loss, rows: Rows, held: Rows | None, *, single: bool) -> None:
        self._loss, self._rows = loss, _OnTape(rows, single)
        self._held = None if held is None else _OnTape(held, single)
        self._sizes = _numbers(rows.sizes, single)

    def look(self, w: Sequence[Any]) -> Seen:
        """As `View`."""
        rows = self._rows
        value, slope = _derivatives(self._loss, rows.y, rows.eta(w), 1)
        weighted = rows.weighted(slope)
        gradient = rows.back(weighted)
        seen = [rows.mean(value), m.sqrt(rows.total(weighted * slope)), _steepest(gradient, self._sizes), _nothing()]
        if self._held is not None:
            other = self._held
            seen[3] = other.mean(_derivatives(self._loss, other.y, other.eta(w), 0)[0])
        return seen, gradient


class _OnTape:
    """Rows as constants of a program."""

    def __init__(self, rows: Rows, single: bool) -> None:
        self.y = Tensor(rows.y)
        self._offset = None if rows.offset is None else Tensor(rows.offset)
        self._weight = None if rows.weight is None else Tensor(rows.weight)
        # a variable, as machine code that has no numbers of one table in it serves all tables
        self._share = Variable(np.asarray(1.0 / (len(rows.y) if rows.weight is None else rows.weight.sum())))
        self._single = single
        columns = [np.ascontiguousarray(z) for z in rows.Z.T]
        self._columns = [Tensor(z) for z in columns] if single else [Tensor(rows.Z), Tensor(np.array(columns))]

    def eta(self, w: Sequence[Any]) -> Any:
        """(m,) the linear predictor."""
        if self._single:
            eta = reduce(lambda a, b: a + b, (x * z for x, z in zip(w, self._columns, strict=True)))
        else:
            eta = matvec(self._columns[0], w[0])
        return eta if self._offset is None else eta + self._offset

    def weighted(self, values: Any) -> Any:
        """(m,) values times the rows' weights."""
        return values if self._weight is None else values * self._weight

    def total(self, values: Any) -> Any:
        """The sum of values, over that of the weights."""
        return reduce_sum(values) * self._share.read_value()

    def mean(self, values: Any) -> Any:
        """The weighted mean."""
        return self.total(self.weighted(values))

    def back(self, weighted: Any) -> list[Any]:
        """The weighted mean of the columns times l', of which the weighted values are given."""
        if self._single:
            return [self.total(weighted * z) for z in self._columns]
        return [matvec(self._columns[1], weighted) * self._share.read_value()]


class SquareView:
    """A squared error without its rows: with r the residuals at c, at c + d they are r - Z d.

    So the mean square is that of r, plus d'(q + b) with b = -Z'W r and q = C d + b, C = Z'WZ, over the sum of the
    weights; and the gradient is 2 q. With c the minimum nothing cancels on the way there.

    Parameters
    ----------
    loss
        Of kind "squares": a constant plus a multiple of the square.
    rows, held
        As in `Task`.
    centre
        (width,) c.
    single
        Whether coefficients are single numbers.
    """

    def __init__(self, loss: Loss, rows: Rows, held: Rows | None, centre: Floats, *, single: bool) -> None:
        at_zero, at_one = pointwise(loss, np.zeros(2), np.array([0.0, 1.0]), order=0).value.tolist()
        self._constant, self._factor = (Variable(np.asarray(x)) for x in (at_zero, at_one - at_zero))
        self._centre, self._sizes = _numbers(centre, single), _numbers(rows.sizes, single)
        self._rows = _Moments(rows, centre, single)
        self._held = None if held is None else _Moments(held, centre, single)

    def look(self, w: Sequence[Any]) -> Seen:
        """As `View`."""
        d = [x - c.read_value() for x, c in zip(w, self._centre, strict=True)]
        twice = self._factor.read_value() * 2.0
        square, q = self._rows.at(d)
        gradient = [twice * part for part in q]
        seen = [self._loss(square), twice * m.sqrt(square), _steepest(gradient, self._sizes), _nothing()]
        if self._held is not None:
            seen[3] = self._loss(self._held.at(d)[0])
        return seen, gradient

    def _loss(self, square: Any) -> Any:
        return self._constant.read_value() + self._factor.read_value() * square


class _Moments:
    """C, b and the mean square at the centre, of some rows."""

    def __init__(self, rows: Rows, centre: Floats, single: bool) -> None:
        r = rows.y - rows.eta(centre)
        share = np.full(len(r), 1.0 / len(r)) if rows.weight is None else rows.weight / rows.weight.sum()
        C = (rows.Z.T * share) @ rows.Z
        self._b = _numbers(-((share * r) @ rows.Z), single)
        self._square = Variable(np.asarray(share @ np.square(r)))
        self._C: Any = [_numbers(row, single) for row in C] if single else Tensor(C)
        self._single = single

    def at(self, d: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The mean square, and half of its gradient."""
        b = [x.read_value() for x in self._b]
        Cd = [_dot([c.read_value() for c in row], d) for row in self._C] if self._single else [matvec(self._C, d[0])]
        q = [x + y for x, y in zip(Cd, b, strict=True)]
        more = _dot(d, [x + y for x, y in zip(q, b, strict=True)])
        return m.maximum(self._square.read_value() + more, 0.0), q


def _numbers(values: Floats, single: bool) -> list[Variable]:
    """Numbers as variables, one each or all in one."""
    return [Variable(np.asarray(x)) for x in (values if single else [values])]


def _dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    products = [x * y for x, y in zip(a, b, strict=True)]
    return reduce_sum(products[0]) if products[0].shape else reduce(lambda x, y: x + y, products)


def _steepest(gradient: Sequence[Any], sizes: Sequence[Variable]) -> Any:
    """The largest element of the gradient, each divided by its column's size."""
    parts = [m.abs(g) / size.read_value() for g, size in zip(gradient, sizes, strict=True)]
    return reduce_max(parts[0]) if parts[0].shape else reduce(m.maximum, parts)


def _nothing() -> Tensor:
    return Tensor(np.asarray(np.nan))
