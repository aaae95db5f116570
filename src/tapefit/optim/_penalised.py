"""Penalised losses: quadratic steps on a triangular system, with the penalty kept as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import rows_factor
from tapefit.objective import Pointwise, Problem
from tapefit.optim._elastic import solve_elastic
from tapefit.optim._outcome import Callback, Outcome, notify

Floats = NDArray[np.float64]

_FLOOR = 1e-2  # of the largest curvature, for rows whose own would leave the step undetermined
_HALVINGS = 40
_DONE = 1e-13  # of the rows' scatter: what a last step may explain


@dataclass(frozen=True)
class Penalty:
    """``alpha (l1_ratio sum |phi| + (1 - l1_ratio) / 2 sum phi^2)``, where phi = size times theta.

    Attributes
    ----------
    alpha
        The strength, 0 or more.
    l1_ratio
        The share of the absolute values: 0 is ridge, 1 is the lasso.
    size
        (width,) what each standardised coefficient is multiplied by before it is penalised; 0 for the intercept.
    """

    alpha: float
    l1_ratio: float
    size: Floats

    def at(self, theta: Floats) -> float:
        """The penalty of these coefficients."""
        phi = self.size * theta
        return self.alpha * float(self.l1_ratio * np.abs(phi).sum() + 0.5 * (1 - self.l1_ratio) * (phi @ phi))

    @property
    def l1(self) -> Floats:
        """(width,) the weight of each absolute standardised coefficient."""
        return self.alpha * self.l1_ratio * self.size

    @property
    def l2(self) -> Floats:
        """(width,) the weight of half of each squared standardised coefficient."""
        return self.alpha * (1 - self.l1_ratio) * np.square(self.size)


@dataclass(frozen=True)
class Quadratic:
    """The mean loss about a point, but for a constant: ``1/2 |A theta - b|^2`` after the shift of the intercept.

    Attributes
    ----------
    A, b
        (m, width) triangular and (m,), with m at most width + 1.
    shift
        What the intercept was lessened by, so that b does not depend on the origin of y.
    """

    A: Floats
    b: Floats
    shift: float


def unit(problem: Problem) -> float:
    """What the loss counts times beside a penalty: a half for "mse", so that alpha means what it does elsewhere."""
    return 0.5 if problem.loss.name == "mse" else 1.0


def quadratic(problem: Problem, eta: Floats, rows: Pointwise) -> Quadratic:
    """The quadratic model of the mean loss at predictions `eta` (n,), reduced to a triangle by blockwise QR.

    With l'' below a hundredth of its largest the model is steeper than the loss; the gradient is the loss's own.
    """
    bend = np.where(np.isfinite(rows.curvature), np.maximum(rows.curvature, 0.0), 0.0)
    top = float(bend.max(initial=0.0)) or 1.0
    bend = np.maximum(bend, _FLOOR * top)
    working = eta - rows.slope / bend  # the response that least squares on these rows would be fitted to
    if problem.offset is not None:
        working = working - problem.offset
    share = problem.weighted(bend) * unit(problem) / problem.total_weight
    shift = float(share @ working / share.sum()) if problem.basis.intercept else 0.0
    root = np.sqrt(share)
    width = problem.basis.width
    parts = (np.column_stack([Z, working[part] - shift]) * root[part, None] for part, Z in problem.parts())
    R = rows_factor(parts, width + 1)
    return Quadratic(R[:, :width], R[:, width], shift)


def minimum(model: Quadratic, penalty: Penalty, start: Floats, *, intercept: bool) -> Floats:
    """The coefficients (width,) that make model plus penalty smallest."""
    size = np.where(penalty.size > 0, penalty.size, 1.0)
    moved = start.copy()
    moved[:intercept] -= model.shift
    phi, _ = solve_elastic(model.A / size, model.b, penalty.l1 / size, penalty.l2 / np.square(size), size * moved)
    theta = phi / size
    theta[:intercept] += model.shift
    return theta


def solve_penalised(
    problem: Problem,
    penalty: Penalty,
    start: Floats,
    *,
    max_iter: int = 100,
    callbacks: tuple[Callback, ...] = (),
) -> Outcome:
    """Minimise the mean loss plus a penalty.

    1. l, l', l'' of every row from the tape
    2. the quadratic model of the mean loss, as a triangle
    3. the minimum of model plus penalty, exactly
    4. halve the way there until the objective falls by a part of what was promised
    5. stop after a step that promises next to nothing; for squared errors the first step is the last

    Source: Lee, Sun, Saunders, "Proximal Newton-type methods for minimizing composite functions", SIAM J. Optim.
    24, 2014.
    """
    theta = start
    curve: list[float] = []
    f, eta, rows = _look(problem, penalty, theta)  # 1
    for k in range(1, max_iter + 1):
        model = quadratic(problem, eta, rows)  # 2
        goal = minimum(model, penalty, theta, intercept=problem.basis.intercept)  # 3
        step = goal - theta
        slope = unit(problem) * problem.gradient(rows.slope) @ step / problem.total_weight
        promised = float(penalty.at(theta) - penalty.at(goal) - slope)
        small = promised <= _DONE * _scatter(problem, rows)
        if problem.loss.kind == "squares" or small:
            f, eta, rows = _look(problem, penalty, goal)
            curve.append(problem.mean(rows.value))
            return _end(problem, goal, eta, k, curve)
        found = _search(problem, penalty, theta, step, f, promised)  # 4
        if found is None:
            break
        theta, (f, eta, rows) = found
        curve.append(problem.mean(rows.value))
        if notify(callbacks, k, curve[-1], problem.basis.to_raw(theta)):
            return replace(_end(problem, theta, eta, k, curve), converged=False, cause="stopped", message=_stopped(k))
    message = f"Stopped after {k} steps, before the optimality conditions were met; check the loss, or raise alpha."
    return Outcome(theta, problem.basis.to_raw(theta), k, False, message, np.array(curve or [f]), problem.y - eta)


def _stopped(k: int) -> str:
    return f"Stopped by a callback after {k} steps."


_At = tuple[float, Floats, Pointwise]


def _look(problem: Problem, penalty: Penalty, theta: Floats) -> _At:
    eta = problem.eta(theta)
    rows = problem.at(eta)
    return unit(problem) * problem.mean(rows.value) + penalty.at(theta), eta, rows


def _scatter(problem: Problem, rows: Pointwise) -> float:
    """The mean of l'^2 / l'': the scale of what a step can explain."""
    top = float(np.nanmax(rows.curvature)) or 1.0
    return problem.mean(np.square(rows.slope) / np.maximum(rows.curvature, _FLOOR * top)) + 1e-300


def _search(
    problem: Problem, penalty: Penalty, theta: Floats, step: Floats, f: float, promised: float
) -> tuple[Floats, _At] | None:
    length = 1.0
    for _ in range(_HALVINGS):
        there = theta + length * step
        try:
            seen = _look(problem, penalty, there)
        except DataError:  # left the loss's domain
            length /= 2
            continue
        if seen[0] <= f - 1e-4 * length * promised:
            return there, seen
        length /= 2
    return None


def _end(problem: Problem, theta: Floats, eta: Floats, steps: int, curve: list[float]) -> Outcome:
    message = f"Penalised, solved by {steps} quadratic step{'s' * (steps != 1)}."
    beta = problem.basis.to_raw(theta)
    return Outcome(theta, beta, steps, True, message, np.array(curve), problem.y - eta)
