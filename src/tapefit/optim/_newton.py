"""Preconditioned descent for smooth losses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import Factor, dependent_columns
from tapefit.objective import Pointwise, Problem
from tapefit.optim._outcome import Callback, Outcome, notify

Floats = NDArray[np.float64]

_HALVINGS = 40
_FLOOR = 1e-2  # of the largest curvature, for rows whose own would leave the step undetermined


def solve_smooth(
    problem: Problem, start: Floats, *, max_iter: int, tol: float, callbacks: tuple[Callback, ...] = ()
) -> Outcome:
    """Minimise ``f(theta) = sum of w l(y, Z theta)``.

    1. l, l', l'' of every row from the tape
    2. R with R'R = Z' diag(w l'') Z
    3. step = -R^-1 R^-T Z'W l'
    4. halve the step until f falls by what its slope promises
    5. stop where the promised fall is below `tol` of f

    Rows with l'' <= 0 bend no step; where too few are left to determine one, rows without curvature get a
    hundredth of the largest.

    Parameters
    ----------
    start
        (width,) first coefficients of the standardised columns.
    max_iter
        The largest number of steps.
    tol
        Relative to the sum of the rows' losses.
    callbacks
        Called after each step with its number, the mean loss and the raw coefficients; True stops.
    """
    theta = start
    now = problem.at(problem.predict(theta))  # 1
    f = _sum(problem, now)
    curve = [f / problem.total_weight]
    for k in range(1, max_iter + 1):
        g = problem.gradient(now.slope)
        factor = _curvature_factor(problem, now)  # 2
        white = factor.whiten(g)
        step, promised = -factor.whiten_back(white), float(white @ white)  # 3
        if not np.isfinite(step).all():
            return _outcome(problem, theta, k - 1, False, _NOT_FINITE, curve)
        if promised <= tol * max(abs(f), float(np.finfo(float).tiny)) or not np.any(step):
            return _outcome(problem, theta, k - 1, True, f"Converged after {k - 1} preconditioned steps.", curve)
        theta_next, seen, f_next = _line_search(problem, theta, step, f, promised)  # 4
        if seen is None:
            close = promised <= 1e-8 * abs(f)  # 5: the rest is below the rounding of f
            message = f"Converged after {k - 1} preconditioned steps." if close else _STUCK
            return _outcome(problem, theta, k - 1, close, message, curve)
        theta, now, f = theta_next, seen, f_next
        curve.append(f / problem.total_weight)
        if notify(callbacks, k, curve[-1], problem.basis.to_raw(theta)):
            return _outcome(problem, theta, k, False, f"Stopped by a callback after {k} steps.", curve)
    message = f"Stopped after {max_iter} steps, before the tolerance was met; raise max_iter, or check the loss."
    return _outcome(problem, theta, max_iter, False, message, curve)


_STUCK = (
    "No step along the gradient lowers the loss, so it is not smooth or not convex here; "
    "smooth its corners, or fit it with solver='adam'."
)
_NOT_FINITE = "The derivatives of the loss are no longer finite; check that the loss is defined for every prediction."


def _sum(problem: Problem, now: Pointwise) -> float:
    return float(problem.weighted(now.value).sum())


def _curvature_factor(problem: Problem, now: Pointwise) -> Factor:
    bend = np.where(np.isfinite(now.curvature), np.maximum(now.curvature, 0.0), 0.0)
    top = float(bend.max(initial=0.0))
    if top > 0:
        factor = problem.factor(bend)
        if not dependent_columns(factor, problem.n):
            return factor
    return problem.factor(np.maximum(bend, _FLOOR * top if top > 0 else 1.0))


def _line_search(
    problem: Problem, theta: Floats, step: Floats, f: float, promised: float
) -> tuple[Floats, Pointwise | None, float]:
    """The first of the steps 1, 1/2, 1/4, ... that lowers f by a ten-thousandth of what its slope promises."""
    length = 1.0
    for _ in range(_HALVINGS):
        candidate = theta + length * step
        try:
            seen = problem.at(problem.predict(candidate))
        except DataError:  # left the loss's domain
            length /= 2
            continue
        value = _sum(problem, seen)
        if value <= f - 1e-4 * length * promised:
            return candidate, seen, value
        length /= 2
    return theta, None, f


def _outcome(problem: Problem, theta: Floats, steps: int, converged: bool, message: str, curve: list[float]) -> Outcome:
    return Outcome(theta, problem.basis.to_raw(theta), steps, converged, message, np.array(curve[1:] or curve))
