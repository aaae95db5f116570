"""Pinball losses within constraints, as linear programmes, by an interior point method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import Factor, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Problem
from tapefit.optim._constrained import Constrained
from tapefit.optim._constraints import Constraints
from tapefit.optim._outcome import Outcome

Floats = NDArray[np.float64]

_MAX_STEPS = 200
_GAP = 1e-13  # of the loss at the start, and of the sizes of the conditions
_ENOUGH = 1e-8
_BACK = 0.9995
_HELD = 1e-9  # of the size of the errors: what a constraint that holds with equality may be off


@dataclass(frozen=True)
class _Point:
    """Duals a in (0, u) of the rows and c > 0 of the constraints; what they multiply; and the coefficients.

    z and w are the errors below and above, sigma the slack of the constraints.
    """

    a: Floats
    z: Floats
    w: Floats
    c: Floats
    sigma: Floats
    theta: Floats


@dataclass(frozen=True)
class _Programme:
    """``min sum u rho(y - Z theta)`` subject to ``G theta >= h``, with its rows scaled to errors of about 1."""

    problem: Problem
    y: Floats
    u: Floats
    b: Floats
    G: Floats
    h: Floats
    level: float


def solve_constrained_pinball(problem: Problem, constraints: Constraints, start: Floats, level: float) -> Constrained:
    """Minimise the sum of w rho(y - Z theta), where rho(e) = e (level - [e < 0]), within the constraints.

    The dual is: maximise y'a + h'c subject to Z'a + G'c = (1 - level) Z'u, 0 <= a <= u and c >= 0.

    1. affine step: R with R'R = Z' diag(q) Z + G' diag(c / sigma) G, q = 1 / (z / a + w / (u - a))
    2. how far it may go, and from that the centring (Mehrotra's mu)
    3. corrected step with the same R
    4. back to 1 while the duality gap, or what is missing to the conditions, is larger than rounding
    5. the rows with the smallest errors are fitted exactly and the constraints with the smallest slack are met so, as
       a vertex of the programme does, where that is no worse

    References
    ----------
    Koenker and Ng, "Inequality constrained quantile regression", Sankhya 67, 2005.
    """
    rest = problem.y - problem.predict(start)
    scale = float(np.abs(rest).mean()) or float(np.abs(problem.y).mean()) or 1.0
    u = np.ones(problem.n) if problem.weight is None else problem.weight / problem.weight.mean()
    G, h, rows, sign = constraints.halves()
    lp = _Programme(problem, rest / scale, u, (1 - level) * problem.back(u), G, (h - G @ start) / scale, level)
    point, steps, gap = _interior(lp)
    theta, held = _vertex(lp, point)
    active = tuple(sorted((int(rows[i]), float(sign[i])) for i in held))
    if gap <= _ENOUGH:
        return Constrained(_end(problem, start + scale * theta, steps, _converged(steps)), active)
    message = f"Stopped after {steps} interior point steps with a gap of {gap:.1e}; look for extreme values in y."
    return Constrained(_end(problem, start + scale * theta, steps, message, converged=False), active)


def _converged(steps: int) -> str:
    return f"Converged after {steps} interior point step{'s' * (steps != 1)}."


def _interior(lp: _Programme) -> tuple[_Point, int, float]:
    """The best point, the steps taken, and its gap as a part of the loss at the start."""
    width, k = lp.problem.basis.width, len(lp.h)
    a = (1 - lp.level) * lp.u
    z, w = np.maximum(-lp.y, 0) + 1.0, np.maximum(lp.y, 0) + 1.0
    point = _Point(a, z, w, np.ones(k), np.maximum(-lp.h, 0) + 1.0, np.zeros(width))
    best, gap, steps = point, _gap(lp, point), 0
    with np.errstate(all="ignore"):
        while gap > _GAP and steps < _MAX_STEPS:
            steps += 1
            point = _step(lp, point)
            left = _gap(lp, point)
            if not np.isfinite(left) or (gap <= _ENOUGH and left > gap):  # the rest is below rounding
                break
            if left < gap:
                best, gap = point, left
    return best, steps, gap


def _gap(lp: _Programme, p: _Point) -> float:
    """Complementarity, and what is missing to the three conditions, beside the sum of the weights."""
    products = float(p.z @ p.a + p.w @ (lp.u - p.a) + p.c @ p.sigma)
    r_y, r_h, r_b = _residuals(lp, p)
    missing = float(np.abs(lp.u * r_y).sum() + np.abs(p.c * r_h).sum() + np.abs(r_h).max(initial=0.0))
    return (abs(products) + missing) / float(lp.u.sum()) + float(
        np.abs(r_b).max(initial=0.0) / (np.abs(lp.b).max(initial=0.0) + lp.u.sum())
    )


def _residuals(lp: _Programme, p: _Point) -> tuple[Floats, Floats, Floats]:
    """What is missing to Z theta + w - z = y, G theta - sigma = h and Z'a + G'c = b."""
    r_y = lp.y - lp.problem.predict(p.theta) - p.w + p.z
    return r_y, lp.h - lp.G @ p.theta + p.sigma, lp.b - lp.problem.back(p.a) - lp.G.T @ p.c


def _step(lp: _Programme, p: _Point) -> _Point:
    s = lp.u - p.a
    factor = _factor(lp, 1.0 / (p.w / s + p.z / p.a), p.c / p.sigma)
    targets = (-p.a * p.z, -s * p.w, -p.c * p.sigma)
    affine = _direction(lp, p, factor, targets)  # 1
    primal, dual = _room(lp, p, affine)
    count = 2 * len(p.a) + len(p.c)
    mu = float(p.z @ p.a + p.w @ s + p.c @ p.sigma)
    left = float(
        (p.z + primal * affine.z) @ (p.a + dual * affine.a)
        + (p.w + primal * affine.w) @ (s - dual * affine.a)
        + (p.c + dual * affine.c) @ (p.sigma + primal * affine.sigma)
    )
    mu = left * (left / mu) ** 2 / count  # 2
    targets = (
        mu - p.a * p.z - affine.a * affine.z,
        mu - s * p.w + affine.a * affine.w,
        mu - p.c * p.sigma - affine.c * affine.sigma,
    )
    d = _direction(lp, p, factor, targets)  # 3
    primal, dual = _room(lp, p, d)
    return _Point(
        p.a + dual * d.a,
        p.z + primal * d.z,
        p.w + primal * d.w,
        p.c + dual * d.c,
        p.sigma + primal * d.sigma,
        p.theta + primal * d.theta,
    )


def _factor(lp: _Programme, q: Floats, kappa: Floats) -> Factor:
    """R with R'R = Z' diag(q) Z + G' diag(kappa) G."""
    weight = lp.problem.weight
    R = lp.problem.preconditioner(q if weight is None else q / weight).R
    return from_rows(rows_factor([np.vstack([np.sqrt(kappa)[:, None] * lp.G, R])], len(R)))


def _direction(lp: _Programme, p: _Point, factor: Factor, targets: tuple[Floats, Floats, Floats]) -> _Point:
    """Newton's step to the three conditions and to complementarity products that change by `targets`."""
    s = lp.u - p.a
    r_y, r_h, r_b = _residuals(lp, p)
    to_z, to_w, to_c = targets
    q, kappa = 1.0 / (p.w / s + p.z / p.a), p.c / p.sigma
    t = r_y - to_w / s + to_z / p.a
    v = r_h + to_c / p.c
    theta = factor.solve(lp.problem.back(q * t) + lp.G.T @ (kappa * v) - r_b)
    a = q * (t - lp.problem.predict(theta))
    c = kappa * (v - lp.G @ theta)
    return _Point(a, (to_z - p.z * a) / p.a, (to_w + p.w * a) / s, c, (to_c - p.sigma * c) / p.c, theta)


def _room(lp: _Programme, p: _Point, d: _Point) -> tuple[float, float]:
    """The parts of the step in errors and slacks, and of that in their multipliers, that stay inside; at most 1."""
    primal = min(_bound(p.z, d.z), _bound(p.w, d.w), _bound(p.sigma, d.sigma))
    dual = min(_bound(p.a, d.a), _bound(lp.u - p.a, -d.a), _bound(p.c, d.c))
    return min(1.0, _BACK * primal), min(1.0, _BACK * dual)


def _bound(v: Floats, dv: Floats) -> float:
    falling = dv < 0
    return float(np.min(-v[falling] / dv[falling], initial=1e20))


def _vertex(lp: _Programme, p: _Point) -> tuple[Floats, list[int]]:
    """The coefficients with their smallest errors and slacks exactly 0, if that is no worse; and what holds."""
    width, problem = len(p.theta), lp.problem
    error = lp.y - problem.predict(p.theta)
    slack = lp.G @ p.theta - lp.h
    tight = np.flatnonzero((slack <= p.c) & (slack <= _HELD * 1e3))
    tight = tight[np.argsort(slack[tight])][:width]
    nearest = np.argsort(np.abs(error), kind="stable")[: width - len(tight)]
    rows = np.vstack([lp.G[tight], problem.basis.columns(problem.X[nearest])])
    best = p.theta
    if 0 < width == len(rows) and np.linalg.cond(rows) < 1e12:
        moved = p.theta + np.linalg.solve(rows, np.concatenate([-slack[tight], error[nearest]]))
        inside = (lp.G @ moved - lp.h >= -_HELD).all()
        if inside and _cost(lp, lp.y - problem.predict(moved)) <= _cost(lp, error) * (1 + 1e-13):
            best = moved
    slack = lp.G @ best - lp.h
    return best, np.flatnonzero(slack <= _HELD).tolist()


def _cost(lp: _Programme, error: Floats) -> float:
    return float(np.sum(lp.u * error * (lp.level - (error < 0))))


def _end(problem: Problem, theta: Floats, steps: int, message: str, *, converged: bool = True) -> Outcome:
    y_hat = problem.predict(theta)
    mean = problem.mean(problem.at(y_hat).value)
    beta = problem.basis.to_raw(theta)
    return Outcome(theta, beta, max(steps, 1), converged, message, np.array([mean]), problem.y - y_hat)
