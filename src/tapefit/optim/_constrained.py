"""Constrained losses: Newton's steps, each to the minimum of a quadratic within the constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import Factor, dependent_columns, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Pointwise, Problem
from tapefit.optim._constraints import Constraints
from tapefit.optim._least_distance import Nearest, least_distance
from tapefit.optim._newton import curvature_of
from tapefit.optim._outcome import Callback, Outcome, Status, notify
from tapefit.optim._separation import check_separation

Floats = NDArray[np.float64]

_HALVINGS = 40
_NOISE = 1e-12  # of the sum of losses: a fall below it drowns in rounding
_PULL = 1e-3  # of the factor's size: how strongly a step without curvature is held; its square times 1e16 are digits
_HOLDS = 60
_AJAR = 1e-9  # of a step's length: what may lead out of a constraint and be rounding


class Smooth(Protocol):
    """A smooth function of the standardised coefficients that is added to the sum of the losses."""

    def value(self, theta: Floats) -> float:
        """The function."""

    def slope(self, theta: Floats) -> Floats:
        """(width,) its gradient."""

    def root(self, theta: Floats) -> Floats:
        """(m, width) a B with B'B its Hessian, or what of it is positive."""


@dataclass(frozen=True)
class Constrained:
    """The end of a constrained descent.

    Attributes
    ----------
    outcome
        Where it ended.
    active
        The constraints that hold with equality, each with the side on which it does: 1 below, -1 above.
    """

    outcome: Outcome
    active: tuple[tuple[int, float], ...]


def nearest(R: Factor, g: Floats, constraints: Constraints, theta: Floats) -> tuple[Floats, Nearest]:
    """The step d (width,) that makes ``1/2 |R d|^2 + g'd`` smallest with ``theta + d`` within the constraints.

    Where R leaves directions undetermined, the smallest such step is taken, by proximal steps: each holds d to the
    last one, and they end after a few.

    Raises
    ------
    UsageError
        If the constraints contradict each other.
    """
    G, h, rows, _ = constraints.halves()
    short, size = h - G @ theta, np.abs(h) + np.abs(G) @ np.abs(theta)
    if not _is_singular(R):
        return _one_step(R, g, G, short, size, constraints, rows)
    pull = _PULL * (float(np.abs(R.R).max(initial=0.0)) or 1.0)
    held = from_rows(rows_factor([R.R, pull * np.eye(len(g))], len(g)))
    d = np.zeros(len(g))
    for _ in range(_HOLDS):
        after, found = _one_step(held, g - pull**2 * d, G, short, size, constraints, rows)
        moved, d = float(np.abs(after - d).max(initial=0.0)), after
        if moved <= 1e-13 * float(np.abs(d).max(initial=0.0)):
            break
    return d, found


def _one_step(
    R: Factor, g: Floats, G: Floats, short: Floats, size: Floats, constraints: Constraints, rows: NDArray[np.intp]
) -> tuple[Floats, Nearest]:
    white = R.whiten(g)
    turned = R.whiten(G.T).T if len(G) else np.zeros((0, len(g)))  # G R^-1
    found = least_distance(turned, short + turned @ white, size=size + np.abs(turned) @ np.abs(white))
    if found.conflict:
        raise constraints.contradict(rows[list(found.conflict)])
    return R.whiten_back(found.u - white), found


def _is_singular(factor: Factor) -> bool:
    return not np.isfinite(factor.R).all() or bool(dependent_columns(factor, len(factor.R)))


def project(factor: Factor, constraints: Constraints, theta: Floats) -> Floats:
    """The coefficients within the constraints whose predictions are nearest to those of `theta`."""
    return theta + nearest(factor, np.zeros(len(theta)), constraints, theta)[0]


def _is_open(constraints: Constraints, step: Floats) -> bool:
    """Whether no constraint ends a way along this step."""
    G = constraints.halves()[0]
    return bool((G @ step >= -_AJAR * float(np.linalg.norm(step))).all())


def active_of(found: Nearest, constraints: Constraints) -> tuple[tuple[int, float], ...]:
    """The active rows of a step, in terms of the constraints."""
    _, _, rows, sign = constraints.halves()
    return tuple(sorted((int(rows[i]), float(sign[i])) for i in found.active))


def solve_constrained(
    problem: Problem,
    constraints: Constraints,
    start: Floats,
    *,
    max_iter: int,
    tol: float,
    penalty: Smooth | None = None,
    callbacks: tuple[Callback, ...] = (),
) -> Constrained:
    """Minimise ``f(theta) = sum of w l(y, Z theta) + penalty(theta)`` within the constraints.

    1. l, l', l'' of every row from the tape, and the penalty's derivatives
    2. R with R'R = Z' diag(w l'') Z and the penalty's Hessian
    3. the step to the minimum of the quadratic ``1/2 |R d|^2 + g'd`` within the constraints, exactly
    4. halve the step until f falls by a part of what its slope promises
    5. stop after a step that is tiny beside the scatter of the rows, or below the rounding of the predictions

    Without an active constraint the steps are those of `solve_smooth`.

    Parameters
    ----------
    start
        (width,) first coefficients, which meet the constraints.
    max_iter, tol, callbacks
        As in `solve_smooth`.

    Raises
    ------
    DataError
        If the rows are separated by y along a way that no constraint ends.
    """
    at = _look(problem, penalty, start)  # 1
    curve: list[float] = []
    active: tuple[tuple[int, float], ...] = ()
    for k in range(1, max_iter + 1):
        bend, factor = curvature_of(problem, at.rows)  # 2
        g = problem.gradient(at.rows.slope)
        if penalty is not None:
            factor = from_rows(rows_factor([factor.R, penalty.root(at.theta)], len(g)))
            g = g + penalty.slope(at.theta)
        step, found = nearest(factor, g, constraints, at.theta)  # 3
        promised = float(-(g @ step))
        if not np.isfinite(step).all():
            return _end(problem, at, k - 1, False, _NOT_FINITE, curve, active, "stuck")
        active = active_of(found, constraints)
        if penalty is None and _is_open(constraints, step):
            check_separation(problem, at.eta, step, at.rows.slope, k)
        scatter = problem.total_weight * problem.mean(np.square(at.rows.slope) / bend)
        rounding = problem.total_weight * problem.mean(bend * np.square(at.eta)) * 1e-30
        settled = promised <= max(tol * scatter, rounding)  # 5
        after = _search(problem, penalty, at, step, promised, settled)  # 4
        if after is None:
            settled = settled or promised <= max(1e6 * rounding, 1e-4 * _NOISE * at.size)
            return _end(problem, at, k - 1, settled, _converged(k - 1) if settled else _STUCK, curve, active, "stuck")
        at = after
        curve.append(problem.mean(at.rows.value))
        if settled:
            return _end(problem, at, k, True, _converged(k), curve, active)
        if notify(callbacks, k, curve[-1], problem.basis.to_raw(at.theta)):
            return _end(problem, at, k, False, f"Stopped by a callback after {k} steps.", curve, active, "stopped")
    message = f"Stopped after {max_iter} steps, before the tolerance was met; raise max_iter, or check the loss."
    return _end(problem, at, max_iter, False, message, curve, active)


_STUCK = (
    "No step lowers the loss within the constraints, so loss or penalty is not smooth or not convex here; "
    "smooth its corners."
)
_NOT_FINITE = "The derivatives of the loss are no longer finite; check that the loss is defined for every prediction."


def _converged(steps: int) -> str:
    return f"Converged after {steps} quadratic step{'s' * (steps != 1)}."


class _At(NamedTuple):
    """A point of the descent: coefficients, predictions, rows, the objective, and the sum of its terms' sizes."""

    theta: Floats
    eta: Floats
    rows: Pointwise
    f: float
    size: float


def _look(problem: Problem, penalty: Smooth | None, theta: Floats) -> _At:
    eta = problem.eta(theta)
    rows = problem.at(eta)
    values = problem.weighted(rows.value)
    more = 0.0 if penalty is None else penalty.value(theta)
    return _At(theta, eta, rows, float(values.sum()) + more, float(np.abs(values).sum()) + abs(more))


def _search(
    problem: Problem, penalty: Smooth | None, at: _At, step: Floats, promised: float, settled: bool
) -> _At | None:
    """The first of the steps 1, 1/2, 1/4, ... that lowers f by a ten-thousandth of what its slope promises.

    Where f no longer shows such a fall for rounding, the whole step is taken.
    """
    length = 1.0
    for _ in range(_HALVINGS):
        try:
            seen = _look(problem, penalty, at.theta + length * step)
        except DataError:  # left the loss's domain
            length /= 2
            continue
        drowned = length == 1.0 and (settled or promised <= _NOISE * at.size)
        if seen.f <= at.f - 1e-4 * length * promised or (drowned and seen.f <= at.f + _NOISE * at.size):
            return seen
        length /= 2
    return None


def _end(
    problem: Problem,
    at: _At,
    steps: int,
    converged: bool,
    message: str,
    curve: list[float],
    active: tuple[tuple[int, float], ...],
    cause: Status | None = None,
) -> Constrained:
    means = np.array(curve or [problem.mean(at.rows.value)])
    beta = problem.basis.to_raw(at.theta)
    outcome = Outcome(at.theta, beta, max(steps, 1), converged, message, means, problem.y - at.eta, cause)
    return Constrained(outcome, active)
