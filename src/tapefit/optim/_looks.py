"""Looks: what a descent sees at each of its points, and the walk from one to the next, row by row on the tape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tapefit.objective import Loss, Problem, pointwise
from tapefit.optim._rates import Rates

if TYPE_CHECKING:
    from tapefit.optimizers import Transform

Floats = NDArray[np.float64]
Places = NDArray[np.intp] | slice


class Look(NamedTuple):
    """A point of a descent, and the loss there.

    Attributes
    ----------
    params
        (width,) the coefficients of the columns that the descent works on.
    loss
        The weighted mean loss.
    slope
        The root mean square of l'.
    steep
        The largest element of the gradient, each divided by the root mean square of its column.
    held
        The mean loss of the rows held out; NaN if there are none.
    """

    params: Floats
    loss: float
    slope: float
    steep: float
    held: float


@dataclass(frozen=True)
class Rows:
    """Rows that a descent works on.

    Attributes
    ----------
    Z
        (m, width) the columns, as they are or standardised.
    y, offset
        (m,) each; no offset for zeros.
    weight
        (m,) or None for ones.
    """

    Z: Floats
    y: Floats
    offset: Floats | None
    weight: Floats | None

    @staticmethod
    def of(problem: Problem, Z: Floats, places: Places) -> Rows:
        """Some of the rows of a problem, with the columns `Z` (n, width)."""
        offset = None if problem.offset is None else problem.offset[places]
        return Rows(Z[places], problem.y[places], offset, None if problem.weight is None else problem.weight[places])

    def take(self, places: Places) -> Rows:
        """Some of these rows."""
        return Rows(
            self.Z[places],
            self.y[places],
            None if self.offset is None else self.offset[places],
            None if self.weight is None else self.weight[places],
        )

    def eta(self, params: Floats) -> Floats:
        """(m,) the linear predictor."""
        eta = self.Z @ params
        return eta if self.offset is None else eta + self.offset

    def mean(self, values: Floats) -> float:
        """The weighted mean of values of rows (m,)."""
        if self.weight is None:
            return float(values.sum() / len(values))
        return float(self.weight @ values / self.weight.sum())

    def gradient(self, slope: Floats) -> Floats:
        """(width,) the weighted mean of the columns times l'."""
        if self.weight is None:
            return np.asarray(slope @ self.Z / len(slope))
        return np.asarray((self.weight * slope) @ self.Z / self.weight.sum())

    @property
    def sizes(self) -> Floats:
        """(width,) the root mean squares of the columns; 1 for one of zeros."""
        w = self.weight
        squares = np.square(self.Z).sum(axis=0) / len(self.y) if w is None else w @ np.square(self.Z) / w.sum()
        return np.where(squares > 0, np.sqrt(squares), 1.0)


@dataclass(frozen=True)
class Task:
    """What a walk needs to know.

    Attributes
    ----------
    loss
        The loss.
    rows, held
        Those that are fitted, and those held out, if any.
    transform, rates
        What becomes of a gradient.
    """

    loss: Loss
    rows: Rows
    held: Rows | None
    transform: Transform
    rates: Rates


class Walk(Protocol):
    """The points of a descent, one after the other."""

    def next(self) -> Look:
        """Go to the next point and look; the first one is where the walk begins."""


class RowWalk:
    """A walk that goes through the rows at each step, by the tape.

    Parameters
    ----------
    task
        What to walk on.
    batch_size
        For rows a step, in an order that `rng` draws for each pass; 0 for all.
    rng
        The generator.

    Attributes
    ----------
    params
        (width,) where it is.
    slower
        What changes are multiplied by.
    """

    def __init__(self, task: Task, batch_size: int, rng: np.random.Generator) -> None:
        self._task, self._batch_size, self._rng = task, batch_size, rng
        self.params = np.zeros(task.rows.Z.shape[1])
        self.slower = 1.0
        self._state = task.transform.init(self.params)
        self._steps = 0
        self._gradient: Floats | None = None
        self._sizes = task.rows.sizes

    def next(self) -> Look:
        """Go to the next point and look.

        Raises
        ------
        DataError
            If the loss is not defined there.
        """
        if self._gradient is not None:
            self._go(self._gradient)
        task = self._task
        rows = task.rows
        seen = pointwise(task.loss, rows.y, rows.eta(self.params), order=1)
        self._gradient = g = rows.gradient(seen.slope)
        return Look(
            self.params,
            rows.mean(seen.value),
            float(np.sqrt(rows.mean(np.square(seen.slope)))),
            float(np.max(np.abs(g) / self._sizes)),
            float("nan") if task.held is None else self._mean_loss(task.held),
        )

    def _mean_loss(self, rows: Rows) -> float:
        return rows.mean(pointwise(self._task.loss, rows.y, rows.eta(self.params), order=0).value)

    def _go(self, gradient: Floats) -> None:
        if not self._batch_size:
            self._move(gradient)
            return
        for places in self._batches():
            part = self._task.rows.take(places)
            self._move(part.gradient(pointwise(self._task.loss, part.y, part.eta(self.params), order=1).slope))

    def _batches(self) -> Iterator[NDArray[np.intp]]:
        order = self._rng.permutation(len(self._task.rows.y))
        for i in range(0, len(order), self._batch_size):
            yield order[i : i + self._batch_size]

    def _move(self, gradient: Floats) -> None:
        from tapefit.optimizers import Step

        step = Step(self._steps + 1, self._task.rates.at(self._steps), self.params)
        change, self._state = self._task.transform.update(gradient, self._state, step)
        self._steps += 1
        self.params = self.params + self.slower * change
