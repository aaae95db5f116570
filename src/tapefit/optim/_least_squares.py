"""Least squares by preconditioned descent, refined in double-double arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import DD, Factor, NormalEquations
from tapefit.numerics import _doubledouble as dd
from tapefit.objective import Problem
from tapefit.optim._outcome import Outcome

Floats = NDArray[np.float64]

_MAX_STEPS = 20
_SMALL = 200_000  # elements: refining in double-double costs a moment
_MIDDLE = 2_000_000  # elements: it costs a second
_WELL, _FAIR = 10.0, 100.0  # conditions up to which float64 refinement gives all digits, and all that matter
_STILL = 1e-12  # of the residuals: a step that moves the predictions by less leaves them as they are
_ROUNDING = {True: 1e-24, False: 1e-15}  # of the size of y: errors below it change no digit


def solve_squares(problem: Problem, factor: Factor) -> Outcome:
    """Minimise ``|W^(1/2) (y - Z theta)|^2``.

    1. r = y - Z theta, from the raw columns
    2. step = R^-1 R^-T Z'W r
    3. theta = theta + step; back to 1 while steps shrink

    One step solves exactly but for rounding; each further one removes the rounding errors of the last, because
    the residual and the score are computed in double-double arithmetic where the size of the problem allows it
    or its condition asks for it. R is only a preconditioner: its own errors cost steps and no digits. Of many rows,
    the first step comes from the cross-products that gave R, and the residuals are computed again only if a step
    moves them by more than a 1e-12 part of their size.

    Parameters
    ----------
    problem
        The rows.
    factor
        R with R'R = Z'WZ.

    References
    ----------
    Bjorck, "Iterative refinement of linear least squares solutions", BIT 7, 1967.
    """
    few = problem.normal_equations
    if few is not None:
        return _outcome(problem, *_from_normal_equations(problem, factor, few))
    elements = problem.X.size
    exact = elements <= _SMALL or factor.condition > (_WELL if elements <= _MIDDLE else _FAIR)
    theta = dd.from_float(np.zeros(problem.basis.width))
    if exact:
        r, g = problem.residual(theta, exact=True)  # 1
    else:
        r, g = problem.y, problem.first_gradient()
    curve: list[float] = []
    y_size = float(np.sqrt(problem.sum_squares(problem.y)))
    enough, still = _ROUNDING[exact] * y_size, -1.0
    last = np.inf
    for _ in range(_MAX_STEPS):
        step = factor.solve(g)  # 2
        size = float(np.linalg.norm(factor.R @ step))
        if not size < last:
            break
        theta = dd.add(theta, dd.from_float(step))  # 3
        if size <= still:
            curve.append(curve[-1] - size * size / problem.total_weight)
            break
        r, g = problem.residual(theta, exact=exact)  # 1
        squares = problem.sum_squares(r)
        curve.append(squares / problem.total_weight)
        if size > last / 2 or (np.isfinite(last) and size * size / last <= enough):  # what the next step would be
            break
        last, still = size, -1.0 if exact else _STILL * float(np.sqrt(squares))
    return _outcome(problem, theta, r, curve)


def _from_normal_equations(problem: Problem, factor: Factor, few: NormalEquations) -> tuple[DD, Floats, list[float]]:
    """The same steps where C and b are known to 30 digits, so that a score is b - C theta, without the rows."""
    theta, g, steps = dd.from_float(np.zeros(problem.basis.width)), few.gradient, []
    enough, last = _ROUNDING[True] * float(np.sqrt(problem.sum_squares(problem.y))), np.inf
    for _ in range(_MAX_STEPS):
        step = factor.solve(g)  # 2
        size = float(np.linalg.norm(factor.R @ step))
        if not size < last:
            break
        theta = dd.add(theta, dd.from_float(step))  # 3
        steps.append(step)
        if size > last / 2 or (np.isfinite(last) and size * size / last <= enough):
            break
        last, g = size, few.score(theta)  # 1
    r = few.residual(theta)
    if few.level:
        theta = dd.add(theta, dd.from_float(np.append(few.level, np.zeros(len(theta.hi) - 1))))
    if r is None:
        r, _ = problem.residual(theta, exact=True)
    left = np.cumsum(steps[::-1], axis=0)[::-1][1:]  # (steps - 1, width) what was still to go after each
    squares = problem.sum_squares(r) + np.append(np.square(left @ factor.R.T).sum(axis=1), 0.0)
    return theta, r, (squares / problem.total_weight).tolist()


def _outcome(problem: Problem, theta: DD, r: Floats, curve: list[float]) -> Outcome:
    message = f"Least squares, solved by {len(curve)} preconditioned step{'s' * (len(curve) > 1)}."
    beta = problem.basis.to_raw(theta.hi, theta.lo)
    return Outcome(theta.hi, beta, len(curve), True, message, np.array(curve), r)
