"""Losses with corners within constraints, on a path that rounds the corners ever less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.objective import Problem, smoothed
from tapefit.optim._constrained import Constrained, active_of, nearest
from tapefit.optim._constraints import Constraints
from tapefit.optim._newton import curvature_of
from tapefit.optim._outcome import Outcome

Floats = NDArray[np.float64]

_STAGES = 8
_SHORTER = 0.1  # what remains of the stretch from stage to stage
_STEPS = 30
_SHARE = 1e-12  # of the rows' scatter that the last step of a stage may explain
_TRIALS = 30


def solve_constrained_corners(problem: Problem, constraints: Constraints, start: Floats) -> Constrained:
    """Minimise ``f(theta) = sum of w l(y, Z theta)`` for a convex loss with corners, within the constraints.

    As `solve_corners`, with each step to the minimum of its quadratic within the constraints.

    Parameters
    ----------
    start
        (width,) first coefficients, which meet the constraints.
    """
    theta, steps = start, 0
    active: tuple[tuple[int, float], ...] = ()
    h = problem.mean(np.abs(problem.y - problem.eta(start)))
    for _ in range(_STAGES):
        theta, taken, active = _stage(problem, constraints, theta, h)
        steps += taken
        h *= _SHORTER
    return Constrained(_outcome(problem, theta, steps), active)


def _stage(
    problem: Problem, constraints: Constraints, theta: Floats, h: float
) -> tuple[Floats, int, tuple[tuple[int, float], ...]]:
    """The minimiser for one stretch, the steps that it took, and the constraints that hold there."""
    active: tuple[tuple[int, float], ...] = ()
    for k in range(_STEPS):
        eta = problem.eta(theta)
        seen = smoothed(problem.loss, problem.y, eta, h)
        bend, factor = curvature_of(problem, seen)
        g = problem.gradient(seen.slope)
        step, found = nearest(factor, g, constraints, theta)
        active, promised = active_of(found, constraints), float(-(g @ step))
        if not promised > _SHARE * problem.total_weight * problem.mean(np.square(seen.slope) / bend):
            return theta + step, k, active
        theta = theta + _length(problem, eta, problem.predict(step), h, promised) * step
    return theta, _STEPS, active


def _length(problem: Problem, eta: Floats, way: Floats, h: float, promised: float) -> float:
    """How far of the whole way to go: to its end, or to where the slope along it is a tenth of that at the start."""

    def slope(length: float) -> float:
        seen = smoothed(problem.loss, problem.y, eta + length * way, h, order=1)
        return float(problem.weighted(seen.slope) @ way)

    low, at_low, high, at_high = 0.0, -promised, 1.0, slope(1.0)
    for _ in range(_TRIALS):
        if at_high <= 0.1 * promised:
            break
        middle = low - at_low * (high - low) / (at_high - at_low)
        middle = min(max(middle, low + 0.05 * (high - low)), high - 0.05 * (high - low))
        at_middle = slope(middle)
        if at_middle < -0.1 * promised:
            low, at_low = middle, at_middle
        else:
            high, at_high = middle, at_middle
    return high if abs(at_high) <= abs(at_low) or low == 0 else low


def _outcome(problem: Problem, theta: Floats, steps: int) -> Outcome:
    eta = problem.eta(theta)
    mean = problem.mean(problem.at(eta).value)
    message = f"Converged after {steps} quadratic steps along a path that rounds the loss's corners ever less."
    return Outcome(theta, problem.basis.to_raw(theta), max(steps, 1), True, message, np.array([mean]), problem.y - eta)
