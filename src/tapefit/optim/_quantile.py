"""Pinball losses (the absolute error among them) as linear programmes, by an interior point method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from tapefit.numerics import Factor
from tapefit.objective import Problem
from tapefit.optim._outcome import Outcome

Floats = NDArray[np.float64]

_MAX_STEPS = 100
_GAP = 1e-13  # of the loss at the start
_ENOUGH = 1e-8  # of it, where rounding allows no less
_CHOICE = 4  # times as many rows as coefficients, of which those that the vertex fits exactly are chosen
_BACK = 0.9995  # the part of the way to the boundary that a step may go


@dataclass(frozen=True)
class _Point:
    """An interior point: a in (0, u), s = u - a, their multipliers z and w, and the coefficients theta."""

    a: Floats
    s: Floats
    z: Floats
    w: Floats
    theta: Floats


def solve_pinball(problem: Problem, start: Floats, level: float) -> Outcome:
    """Minimise the sum of w rho(y - Z theta), where rho(e) = e (level - [e < 0]).

    The dual is: maximise y'a subject to Z'a = (1 - level) Z'u and 0 <= a <= u, with u the weights.

    1. affine step: R with R'R = Z' diag(q) Z, q = 1 / (z / a + w / s)
    2. how far it may go, and from that the centring (Mehrotra's mu)
    3. corrected step with the same R
    4. back to 1 while the duality gap is larger than rounding
    5. the rows with the smallest errors are fitted exactly, as a vertex of the programme does, where that is no worse

    Errors are taken from the least-squares fit `start` and scaled, so origin and unit of y play no part.

    References
    ----------
    Portnoy and Koenker, "The Gaussian hare and the Laplacian tortoise", Statistical Science 12, 1997.
    """
    offset = problem.predict(start)
    rest = problem.y - offset
    scale = float(np.abs(rest).mean())
    if scale <= 1e-13 * float(np.abs(problem.y).mean()):
        return _end(problem, start, 0, level, "The rows are fitted exactly.")
    y = rest / scale
    u = np.ones(problem.n) if problem.weight is None else problem.weight / problem.weight.mean()
    b = (1 - level) * problem.back(u)
    point = _first(y, u, level, problem.basis.width)
    gap, limit, enough = _gap(point, y, u, b), _GAP * float(u.sum()), _ENOUGH * float(u.sum())
    steps, after = 0, point
    with np.errstate(all="ignore"):
        while gap > limit and steps < _MAX_STEPS:
            steps += 1
            after = _step(problem, after)
            left = _gap(after, y, u, b)
            if not np.isfinite(left) or (gap <= enough and left > gap):  # the rest is below rounding
                break
            if left < gap:
                point, gap = after, left
    theta = start + scale * _vertex(problem, y, u, -point.theta, level)
    if gap <= enough:
        return _end(problem, theta, steps, level, f"Converged after {steps} interior point steps.")
    message = (
        f"Stopped after {steps} interior point steps with a duality gap of {gap:.1e}; look for extreme values in y."
    )
    return _end(problem, theta, steps, level, message, converged=False)


def _first(y: Floats, u: Floats, level: float, width: int) -> _Point:
    a = (1 - level) * u
    return _Point(a, u - a, np.maximum(-y, 0) + 1e-6, np.maximum(y, 0) + 1e-6, np.zeros(width))


def _gap(point: _Point, y: Floats, u: Floats, b: Floats) -> float:
    return float(abs(-y @ point.a - point.theta @ b + point.w @ u))


def _step(problem: Problem, at: _Point) -> _Point:
    q = 1.0 / (at.z / at.a + at.w / at.s)
    r = at.z - at.w
    factor = _factor(problem, q)
    d_theta = factor.solve(problem.back(q * r))  # 1
    da = q * (problem.predict(d_theta) - r)
    dz, dw = -at.z * (1 + da / at.a), -at.w * (1 - da / at.s)
    primal, dual = _room(at, da, dz, dw)
    if min(primal, dual) < 1:
        mu = at.z @ at.a + at.w @ at.s  # 2
        left = (at.z + dual * dz) @ (at.a + primal * da) + (at.w + dual * dw) @ (at.s - primal * da)
        mu = left * (left / mu) ** 2 / (2 * len(q))
        cross_a, cross_s = da * dz, -da * dw
        centre = mu * (1 / at.a - 1 / at.s)
        change = r + cross_a / at.a - cross_s / at.s - centre
        d_theta = factor.solve(problem.back(q * change))  # 3
        da = q * (problem.predict(d_theta) - change)
        dz = (mu - cross_a - at.z * da) / at.a - at.z
        dw = (mu - cross_s + at.w * da) / at.s - at.w
        primal, dual = _room(at, da, dz, dw)
    return _Point(at.a + primal * da, at.s - primal * da, at.z + dual * dz, at.w + dual * dw, at.theta + dual * d_theta)


def _factor(problem: Problem, q: Floats) -> Factor:
    """R with R'R = Z' diag(q) Z."""
    return problem.preconditioner(q if problem.weight is None else q / problem.weight)


def _room(at: _Point, da: Floats, dz: Floats, dw: Floats) -> tuple[float, float]:
    """The parts of the primal and of the dual step that stay inside, at most 1."""
    primal = min(_bound(at.a, da), _bound(at.s, -da))
    dual = min(_bound(at.z, dz), _bound(at.w, dw))
    return min(1.0, _BACK * primal), min(1.0, _BACK * dual)


def _bound(v: Floats, dv: Floats) -> float:
    """How far v > 0 may go along dv before one of it is 0, at most 1e20."""
    fastest = float((dv / v).min())
    return -1.0 / fastest if fastest < -1e-20 else 1e20


def _vertex(problem: Problem, y: Floats, u: Floats, theta: Floats, level: float) -> Floats:
    """`theta` moved so that its smallest errors are exactly 0, if the loss does not rise."""
    width = problem.basis.width
    error = y - problem.predict(theta)
    several = min(_CHOICE * width, len(error))
    nearest = np.argpartition(np.abs(error), several - 1)[:several]
    nearest = nearest[_independent(problem.basis.columns(problem.X[nearest]), np.abs(error[nearest]))]
    Z = problem.basis.columns(problem.X[nearest])
    if np.linalg.cond(Z) > 1e12:
        return theta
    moved = theta + np.linalg.solve(Z, error[nearest])
    return moved if _cost(y - problem.predict(moved), u, level) <= _cost(error, u, level) * (1 + 1e-15) else theta


def _independent(Z: Floats, size: Floats) -> NDArray[np.intp]:
    """Places of `width` independent rows of Z (m, width), of small size (m,) where there is a choice."""
    scale = 1.0 / (size + 1e-12 * size.max() + np.finfo(float).tiny)
    order: NDArray[np.intp] = qr(Z.T * (scale / scale.max()), mode="r", pivoting=True)[1]
    return order[: Z.shape[1]]


def _cost(error: Floats, u: Floats, level: float) -> float:
    return float(np.sum(u * error * (level - (error < 0))))


def _end(problem: Problem, theta: Floats, steps: int, level: float, message: str, *, converged: bool = True) -> Outcome:
    y_hat = problem.predict(theta)
    mean = problem.mean_loss(y_hat)
    beta = problem.basis.to_raw(theta)
    return Outcome(theta, beta, max(steps, 1), converged, message, np.array([mean]), problem.y - y_hat)
