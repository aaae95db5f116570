"""Separation: a direction along which a likelihood rises for ever, so that it has no maximum.

References
----------
Albert and Anderson, "On the existence of maximum likelihood estimates in logistic regression models",
Biometrika 71, 1984.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective import Problem

Floats = NDArray[np.float64]

LATE = 12  # steps, by which other descents have ended
_FLAT = 1e-2  # of the loss's slope at a mean of 1
_STEPS = 10.0
_ROUNDING = 1e-8  # of the largest slope: what is left of one that is the difference of two, as mu - y is
_CLOSE = 1e-11  # of the largest change of a linear predictor

# domain: at each y, whether the loss stays bounded as eta falls without end, and as it rises
_BOUNDED: dict[str, Callable[[Floats], tuple[NDArray[np.bool_], NDArray[np.bool_]]]] = {
    "counts": lambda y: (y == 0, np.zeros(len(y), dtype=bool)),
    "proportions": lambda y: (y == 0, y == 1),
}
_SATURATING = ("log", "logit", "probit")
_PART = 1e-6  # of the largest share in a direction: smaller ones are what is left of the descent
_MOST = 5


class Separation(DataError):
    """The loss falls for ever along a direction.

    Attributes
    ----------
    loss
        The loss's name.
    columns
        Places of the terms that separate the rows: each alone, or together.
    alone
        Whether each does alone.
    """

    def __init__(self, loss: str, columns: Sequence[int], *, alone: bool) -> None:
        self.loss, self.columns, self.alone = loss, tuple(columns), alone
        super().__init__(_sentence(loss, columns, (), alone=alone))

    def named(self, terms: Sequence[str]) -> DataError:
        """The error to raise where the names of the problem's terms are known."""
        return DataError(_sentence(self.loss, self.columns, terms, alone=self.alone))


def _sentence(loss: str, columns: Sequence[int], terms: Sequence[str], *, alone: bool) -> str:
    return (
        f"the loss {loss} has no finite minimum, as {_called(columns, terms, alone=alone)} the rows by y (complete or "
        "quasi-complete separation); leave out the column or level that does so, or add penalty='l2'."
    )


def _called(columns: Sequence[int], terms: Sequence[str], *, alone: bool) -> str:
    if not terms:
        return "a combination of the columns separates"
    names = [repr(terms[j]) for j in columns]
    names = names if len(names) <= _MOST else [*names[: _MOST - 1], f"{len(names) - _MOST + 1} more"]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if len(names) == 1:
        return f"column {listed} separates"
    return f"columns {listed} each separate" if alone else f"a combination of the columns {listed} separates"


Sides = tuple[NDArray[np.bool_], NDArray[np.bool_]]  # the rows that lose nothing as eta falls without end, and rises


def check_separation(problem: Problem, eta: Floats, step: Floats, slope: Floats, k: int) -> None:
    """Raise Separation if the loss falls for ever along the k-th step of a descent.

    Parameters
    ----------
    eta
        (n,) the linear predictor before the step.
    step
        (width,) the step.
    slope
        (n,) l' there.
    """
    if k < LATE:
        return
    change = problem.predict(step)
    limit = _CLOSE * float(np.abs(change).max())
    if not limit > 0:
        return
    saturates = problem.loss.link.name in _SATURATING and problem.loss.domain in _BOUNDED
    sides = (
        _known_sides(problem, change, limit, slope) if saturates else _seen_sides(problem, eta, change, limit, slope)
    )
    if sides is not None:
        single = _separating_alone(problem, sides)
        columns = single or [j for j in _parts(step) if j >= problem.basis.intercept]
        raise Separation(problem.loss.name, columns, alone=bool(single))


def _known_sides(problem: Problem, change: Floats, limit: float, slope: Floats) -> Sides | None:
    """The sides by y, if a step moves rows only to where their loss nears its least, and they are almost there.

    That there is such a step is what it means that there is no minimum.
    """
    fall, rise = _BOUNDED[problem.loss.domain](problem.y)
    apart = bool(((change >= -limit) | fall).all() and ((change <= limit) | rise).all())
    return (fall, rise) if apart and float(np.abs(slope[np.abs(change) > limit]).max()) < _FLAT else None


def _seen_sides(problem: Problem, eta: Floats, change: Floats, limit: float, slope: Floats) -> Sides | None:
    """The sides by where a step moves the rows, if ten such steps leave the loss of each of them still falling.

    And falling ever less: of a loss with a bottom, some row's would rise by then.
    """
    if problem.loss.kind != "smooth" or problem.loss.family:
        return None
    change = np.where(np.abs(change) > limit, change, 0.0)
    try:
        later = problem.at(eta + _STEPS * change).slope
    except DataError:  # the loss ends somewhere
        return None
    now, then = slope * change, later * change
    size = float(np.abs(now).max())
    falls = max(now.max(), then.max()) <= _ROUNDING * size and np.abs(then).max() < _FLAT * size
    return (change < 0, change > 0) if falls else None


def _parts(step: Floats) -> list[int]:
    """The terms that a direction is made of."""
    return np.flatnonzero(np.abs(step) > _PART * np.abs(step).max()).tolist()


def _separating_alone(problem: Problem, sides: Sides) -> list[int]:
    """The terms of which each, cut at one value (at 0 without an intercept), has all rows on the side of their y.

    Cut at c, a column that rises moves the rows below c down and those above it up; so no row may lie above c that
    must not rise, and none below it that must not fall. A column that falls does the opposite.
    """
    low_up = low_down = np.full(problem.basis.width, np.inf)
    high_up = high_down = -low_up
    fall, rise = sides
    for rows, Z in problem.parts():
        still_up, still_down = Z[~rise[rows]], Z[~fall[rows]]  # the rows that must not rise, and not fall
        low_up, high_up = _widened(low_up, high_up, still_up)
        low_down, high_down = _widened(low_down, high_down, still_down)
    if problem.basis.intercept:
        found = (high_up <= low_down) | (high_down <= low_up)
        return [int(j) + 1 for j in np.flatnonzero(found[1:])]
    return np.flatnonzero(((high_up <= 0) & (low_down >= 0)) | ((high_down <= 0) & (low_up >= 0))).tolist()


def _widened(low: Floats, high: Floats, Z: Floats) -> tuple[Floats, Floats]:
    return np.minimum(low, Z.min(axis=0, initial=np.inf)), np.maximum(high, Z.max(axis=0, initial=-np.inf))
