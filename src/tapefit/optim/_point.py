"""Point: coefficients that a descent looks at, and what the loss is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.objective import Pointwise, Problem, Sums

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Point:
    """Coefficients with their predictions and losses.

    Attributes
    ----------
    problem
        The rows.
    theta
        (width,) the coefficients of the standardised columns.
    f, size
        The sums of the losses and of their sizes, weighted.
    sums
        Gradient, curvature and more from one pass, of many rows; None for few.
    rows_if_seen
        The loss at each row, of few rows.
    """

    problem: Problem
    theta: Floats
    f: float
    size: float
    sums: Sums | None = None
    rows_if_seen: Pointwise | None = None

    @property
    def eta(self) -> Floats:
        """(n,) the linear predictor, which is computed anew each time."""
        return self.problem.eta(self.theta)

    @cached_property
    def rows(self) -> Pointwise:
        """The loss at each row with its derivatives."""
        return self.rows_if_seen or self.problem.at(self.eta)

    @property
    def gradient(self) -> Floats:
        """(width,) Z'W l'."""
        return self.problem.gradient(self.rows.slope) if self.sums is None else self.sums.gradient


def look(problem: Problem, theta: Floats) -> Point:
    """The point of these coefficients, (width,).

    Raises
    ------
    DataError, UsageError
        As `pointwise`.
    """
    if problem.passes is not None:
        sums = problem.passes.at(theta)
        return Point(problem, theta, sums.value, sums.size, sums)
    rows = problem.at(problem.eta(theta))
    values = problem.weighted(rows.value)
    return Point(problem, theta, float(values.sum()), float(np.abs(values).sum()), None, rows)
