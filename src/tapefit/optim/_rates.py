"""Learning rates: the largest stable one, and the one chosen by "auto"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective import Problem, pointwise

if TYPE_CHECKING:
    from tapefit.optim._descent import DescentOptions

Floats = NDArray[np.float64]


def curvature_range(problem: Problem, Z: Floats, params: Floats | None = None) -> tuple[float, float]:
    """The smallest and largest eigenvalue of the mean loss's Hessian in the columns `Z`; NaN where l'' is 0.

    Parameters
    ----------
    problem
        Rows and loss.
    Z
        (n, width) the columns that the descent works on.
    params
        (width,) where the Hessian is taken; by default its largest at predictions of 0 and at those of y.
    """
    bend = _curvature(problem, np.zeros(problem.n) if params is None else Z @ params)
    if params is None:
        bend = np.maximum(bend, _curvature(problem, problem.near()))
    if not np.isfinite(bend).all() or not bend.any():
        return float("nan"), float("nan")
    if problem.loss.kind != "squares":  # the largest curvature bounds what the descent may meet
        bend = np.full_like(bend, bend.max())
    values = np.linalg.eigvalsh((Z.T * problem.weighted(bend)) @ Z / problem.total_weight)
    return float(max(values[0], 0.0)), float(values[-1])


def _curvature(problem: Problem, y_hat: Floats) -> Floats:
    """l'' of every row, 0 where it is negative or the loss is not defined."""
    try:
        return np.maximum(pointwise(problem.loss, problem.y, y_hat).curvature, 0.0)
    except DataError:
        return np.zeros(problem.n)


def _batch_curvature(problem: Problem, Z: Floats, top: float, batch_size: int) -> float:
    """What takes the place of the largest eigenvalue where each step sees a batch of rows only."""
    bend = max(float(_curvature(problem, at).max()) for at in (np.zeros(problem.n), problem.near()))
    return top + bend * float(np.max(np.sum(np.square(Z), axis=1))) / batch_size


def largest_stable_rate(problem: Problem, Z: Floats, options: DescentOptions) -> float:
    """The learning rate above which a descent on `Z` diverges: 2 / lambda_max, more with momentum; inf if unknown.

    For sgd, the rate up to which no batch can make it diverge.
    """
    top = curvature_range(problem, Z)[1]
    if not top > 0 or options.solver == "adam":
        return float("inf")
    if options.solver == "sgd":
        return 2 / _batch_curvature(problem, Z, top, options.batch_size)
    return 2 * (1 + options.momentum) / top if options.solver == "momentum" else 2 / top


@dataclass(frozen=True)
class Rates:
    """The learning rate at each step.

    Attributes
    ----------
    first
        The rate of step 0.
    decay
        Later rates are ``first / (1 + decay * step)``; 0 for a constant rate.
    """

    first: float
    decay: float = 0.0

    def at(self, step: Any) -> Any:
        """The rate of a step: of a number, or of a tensor in a program."""
        return self.first / (1 + self.decay * step) if self.decay else self.first

    @staticmethod
    def of(problem: Problem, Z: Floats, options: DescentOptions) -> Rates:
        """The rates asked for; "auto" goes by the curvature, or where there is none by the spread of y."""
        if not isinstance(options.learning_rate, str):
            return Rates(float(options.learning_rate))
        low, top = curvature_range(problem, Z)
        spread = _spread(problem)
        if options.solver == "adam":
            return Rates(0.1 * spread, decay=0.02)
        if not top > 0:
            return Rates(0.5 * spread, decay=0.02)
        if options.solver == "sgd":
            return Rates(1 / _batch_curvature(problem, Z, top, options.batch_size))
        if options.solver == "momentum":
            return Rates(1 / top)
        return Rates(2 / (top + low) if problem.loss.kind == "squares" else 1 / top)


def _spread(problem: Problem) -> float:
    """The weighted standard deviation of y; its size if all are equal; 1 if all are 0."""
    y = problem.y
    if not np.ptp(y):
        return float(np.abs(y[0])) or 1.0
    return float(np.sqrt(problem.mean(np.square(y - problem.mean(y)))))
