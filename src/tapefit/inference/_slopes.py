"""Slopes: l' and l'' of the rows at the solution, computed when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.inference._sparsity import kernel_width
from tapefit.objective import Pointwise, Problem, smoothed

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Slopes:
    """The derivatives of the loss at each row.

    Attributes
    ----------
    problem
        Rows and loss.
    residual
        (n,) y less the linear predictor.
    seen
        The loss at the rows, where the descent has it.
    theta
        (width,) the coefficients, where the linear predictor is to come from them: y less the residual lacks digits of
        it if y is large.
    """

    problem: Problem
    residual: Floats
    seen: Pointwise | None = None
    theta: Floats | None = None

    @cached_property
    def rows(self) -> Pointwise:
        """The loss at each row with its derivatives, unweighted."""
        eta = self.problem.y - self.residual if self.theta is None else self.problem.eta(self.theta)
        return self.seen or self.problem.at(eta)

    @cached_property
    def slope(self) -> Floats:
        """(n,) l' times the weight; for squares minus the weighted residual."""
        squares = self.problem.loss.kind == "squares"
        return -self.problem.weighted(self.residual) if squares else self.problem.weighted(self.rows.slope)

    @cached_property
    def curvature(self) -> Floats | None:
        """(n,) l''; for a loss with corners its mean over a stretch of predictions; None for squares, where it is 1."""
        problem = self.problem
        if problem.loss.kind == "squares":
            return None
        if problem.loss.kind != "corners":
            return self.rows.curvature
        h = 0.6**0.5 * kernel_width(problem, self.residual, 0.5)  # a flat kernel of the same variance as Epanechnikov's
        try:
            return smoothed(problem.loss, problem.y, problem.y - self.residual, h).curvature
        except DataError:
            return np.full(problem.n, np.nan)
