"""Losses with corners: preconditioned descent on the loss averaged over an ever shorter stretch of predictions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.objective import Pointwise, Problem, smoothed
from tapefit.optim._newton import curvature_of
from tapefit.optim._outcome import Outcome

Floats = NDArray[np.float64]

_STAGES = 8
_SHORTER = 0.1  # what remains of the stretch from stage to stage
_STEPS = 30
_SHARE = 1e-12  # of the rows' scatter that the last step of a stage may explain
_TRIALS = 20


def solve_corners(problem: Problem, start: Floats) -> Outcome:
    """Minimise ``f(theta) = sum of w l(y, Z theta)`` for a convex loss with corners, from its values and l'.

    The loss averaged over predictions from eta - h to eta + h has the slope ``(l(eta + h) - l(eta - h)) / 2h`` and
    the curvature ``(l'(eta + h) - l'(eta - h)) / 2h``, whatever corners lie between.

    1. h = the mean error of `start`
    2. preconditioned steps for this h, each as long as the slope along it says
    3. h = h / 10; back to 2, until h is a ten-millionth of the first

    Parameters
    ----------
    problem
        Rows and a loss that gives one value a row.
    start
        (width,) first coefficients of the standardised columns.
    """
    theta = start
    h = problem.mean(np.abs(problem.y - problem.eta(start)))  # 1
    if not h > 1e-13 * float(np.abs(problem.y).max()):
        return _outcome(problem, start, 0)
    steps = 0
    for _ in range(_STAGES):
        theta, taken = _stage(problem, theta, h)  # 2
        steps += taken
        h *= _SHORTER  # 3
    return _outcome(problem, theta, steps)


def _stage(problem: Problem, theta: Floats, h: float) -> tuple[Floats, int]:
    """The minimiser for one stretch, and the steps that it took."""
    for k in range(_STEPS):
        eta = problem.eta(theta)
        seen = smoothed(problem.loss, problem.y, eta, h)
        bend, factor = curvature_of(problem, seen)
        white = factor.whiten(problem.gradient(seen.slope))
        step, promised = -factor.whiten_back(white), float(white @ white)
        if not promised > _SHARE * problem.total_weight * problem.mean(np.square(seen.slope) / bend):
            return theta, k
        theta = theta + _length(problem, eta, problem.predict(step), h, promised) * step
    return theta, _STEPS


def _length(problem: Problem, eta: Floats, way: Floats, h: float, promised: float) -> float:
    """How far to go, by false position: to where the slope along the way is a tenth of that at the start."""

    def slope(length: float) -> float:
        seen: Pointwise = smoothed(problem.loss, problem.y, eta + length * way, h, order=1)
        return float(problem.weighted(seen.slope) @ way)

    low, at_low, high, at_high = 0.0, -promised, 1.0, slope(1.0)
    for _ in range(_TRIALS):
        if abs(at_high) <= 0.1 * promised:
            break
        if at_high < 0:
            low, at_low, high = high, at_high, 2 * high
        else:
            middle = low - at_low * (high - low) / (at_high - at_low)
            middle = min(max(middle, low + 0.05 * (high - low)), high - 0.05 * (high - low))
            at_middle = slope(middle)
            if at_middle < -0.1 * promised:
                low, at_low = middle, at_middle
                continue
            high, at_high = middle, at_middle
            continue
        at_high = slope(high)
    return high if abs(at_high) <= abs(at_low) or low == 0 else low


def _outcome(problem: Problem, theta: Floats, steps: int) -> Outcome:
    eta = problem.eta(theta)
    mean = problem.mean_loss(eta)
    message = f"Converged after {steps} preconditioned steps along a path that rounds the loss's corners ever less."
    beta = problem.basis.to_raw(theta)
    return Outcome(theta, beta, max(steps, 1), True, message, np.array([mean]), problem.y - eta)
