"""Preconditioned descent for smooth losses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import Factor, dependent_columns, downdate, from_gram, is_rough
from tapefit.objective import Pointwise, Problem
from tapefit.optim._outcome import Callback, Outcome, Status, notify
from tapefit.optim._point import Point, look
from tapefit.optim._separation import LATE, check_separation

Floats = NDArray[np.float64]

_HALVINGS = 40
_FLOOR = 1e-2  # of the largest curvature, for rows whose own would leave the step undetermined
_NOISE = 1e-12  # of the sum of losses, there or at the start: a fall below it drowns in rounding


def solve_smooth(
    problem: Problem, start: Floats | Point, *, max_iter: int, tol: float, callbacks: tuple[Callback, ...] = ()
) -> Outcome:
    """Minimise ``f(theta) = sum of w l(y, Z theta)``.

    1. l, l', l'' of every row from the tape
    2. R with R'R = Z' diag(w l'') Z
    3. step = -R^-1 R^-T Z'W l'
    4. halve the step until f falls by what its slope promises
    5. stop after a step that is tiny beside the scatter of the rows, or below the rounding of the predictions

    Where the Hessian is not positive definite, rows with l'' <= 0 bend no step; where too few are left to determine
    one, rows without curvature get a hundredth of the largest.

    Parameters
    ----------
    start
        (width,) first coefficients of the standardised columns, or the point that they are.
    max_iter
        The largest number of steps.
    tol
        The part of the rows' scatter (the sum of w l'^2 / l'') that a step may explain to be the last one. It is
        free of units, of the origin of y and of constants in the loss.
    callbacks
        Called after each step with its number, the mean loss and the raw coefficients; True stops.

    Raises
    ------
    DataError
        If the rows are separated by y, so that the loss of a likelihood has no finite minimum.
    """
    at = start if isinstance(start, Point) else look(problem, start)  # 1
    curve: list[float] = []
    first = at.size
    for k in range(1, max_iter + 1):
        model = _model(problem, at)  # 2
        white = model.factor.whiten(at.gradient)
        step, promised = -model.factor.whiten_back(white), float(white @ white)  # 3
        if not np.isfinite(step).all():
            return _outcome(problem, at, k - 1, False, _NOT_FINITE, curve, "stuck")
        if k >= LATE:
            check_separation(problem, at.eta, step, at.rows.slope, k)
        rounding = model.rounding * 1e-30
        size = max(at.size, first)  # losses of next to nothing are differences that round as larger ones do
        after = _search(problem, at, step, promised, model.factor, _NOISE * size)  # 4
        settled = promised <= max(tol * model.scatter, rounding)  # 5
        if after is None:
            settled = settled or promised <= max(1e6 * rounding, 1e-4 * _NOISE * size)
            return _outcome(problem, at, k - 1, settled, _converged(k - 1) if settled else _STUCK, curve, "stuck")
        at = after
        curve.append(at.f / problem.total_weight)
        if settled:
            return _outcome(problem, at, k, True, _converged(k), curve)
        if notify(callbacks, k, curve[-1], problem.basis.to_raw(at.theta)):
            return _outcome(problem, at, k, False, f"Stopped by a callback after {k} steps.", curve, "stopped")
    message = f"Stopped after {max_iter} steps, before the tolerance was met; raise max_iter, or check the loss."
    return _outcome(problem, at, max_iter, False, message, curve)


_STUCK = (
    "No step along the gradient lowers the loss, so it is not smooth or not convex here; "
    "smooth its corners, or fit it with solver='adam'."
)
_NOT_FINITE = "The derivatives of the loss are no longer finite; check that the loss is defined for every prediction."


def _converged(steps: int) -> str:
    return f"Converged after {steps} preconditioned step{'s' * (steps != 1)}."


class _Model(NamedTuple):
    """The factor of the curvature at a point, and the sums of w l'^2 / l'' and of w l'' eta^2."""

    factor: Factor
    scatter: float
    rounding: float


def _model(problem: Problem, at: Point) -> _Model:
    sums = at.sums
    if sums is not None and sums.convex:
        factor = from_gram(sums.gram)
        if is_rough(factor) and not dependent_columns(factor, problem.n):
            return _Model(factor, sums.scatter, sums.rounding)
    bend, factor = curvature_of(problem, at.rows)
    total = problem.total_weight
    scatter = total * problem.mean(np.square(at.rows.slope) / bend)
    return _Model(factor, scatter, total * problem.mean(bend * np.square(at.eta)))


def curvature_of(problem: Problem, rows: Pointwise) -> tuple[Floats, Factor]:
    """The curvature that every row counts with, positive for the scatter's sake, and the factor from it."""
    bend = np.where(np.isfinite(rows.curvature), np.maximum(rows.curvature, 0.0), 0.0)
    top = float(bend.max(initial=0.0))
    raised = np.maximum(bend, _FLOOR * top if top > 0 else 1.0)
    if top > 0:
        factor = problem.preconditioner(bend)
        if not dependent_columns(factor, problem.n):
            return raised, _lessened(problem, factor, rows) or factor
    return raised, problem.preconditioner(raised)


def _lessened(problem: Problem, factor: Factor, rows: Pointwise) -> Factor | None:
    """The factor of the whole Hessian, rows with negative curvature too; None if it is not positive definite."""
    negative = np.where(np.isfinite(rows.curvature), np.maximum(-rows.curvature, 0.0), 0.0)
    return downdate(factor, problem.factor(negative)) if negative.any() else None


def _search(problem: Problem, at: Point, step: Floats, promised: float, factor: Factor, noise: float) -> Point | None:
    """The first of the steps 1, 1/2, 1/4, ... that lowers f by a ten-thousandth of what its slope promises.

    Where f no longer shows such a fall for rounding, the gradient has to become smaller instead.
    """
    length = 1.0
    for _ in range(_HALVINGS):
        try:
            seen = look(problem, at.theta + length * step)
        except DataError:  # left the loss's domain
            length /= 2
            continue
        if seen.f <= at.f - 1e-4 * length * promised:
            return seen
        if length * promised <= noise and seen.f <= at.f + noise:
            white = factor.whiten(seen.gradient)
            if white @ white < promised:
                return seen
        length /= 2
    return None


def _outcome(
    problem: Problem,
    at: Point,
    steps: int,
    converged: bool,
    message: str,
    curve: list[float],
    cause: Status | None = None,
) -> Outcome:
    means = np.array(curve or [at.f / problem.total_weight])
    beta = problem.basis.to_raw(at.theta)
    residual = problem.y - at.eta
    return Outcome(at.theta, beta, max(steps, 1), converged, message, means, residual, cause, at.rows_if_seen, at.sums)
