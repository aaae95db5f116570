"""Least squares by preconditioned descent, refined in double-double arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import Factor, residual, score
from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD
from tapefit.objective import Problem
from tapefit.optim._outcome import Outcome

Floats = NDArray[np.float64]

_MAX_STEPS = 10
_SMALL = 2_000_000  # elements: refining in double-double costs a moment
_WELL = 100.0  # condition up to which plain float64 refinement gives all digits that matter


def solve_squares(problem: Problem, factor: Factor) -> Outcome:
    """Minimise ``|W^(1/2) (y - b0 - X b)|^2``.

    1. r = y - b0 - X b, from the raw columns
    2. step = R^-1 R^-T Z'W r
    3. b = b + step in the raw columns; back to 1 while steps shrink

    One step solves exactly but for rounding; each further one removes the rounding errors of the last, because
    the residual and the score are computed in double-double arithmetic where the size of the problem allows it
    or its condition asks for it. R is only a preconditioner: its own errors cost steps and no digits.

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
    exact = problem.X.size <= _SMALL or factor.condition > _WELL
    basis, beta = problem.basis, dd.from_float(np.zeros(problem.basis.width))
    curve: list[float] = []
    last = np.inf
    for _ in range(_MAX_STEPS):
        r, g = _residual_and_score(problem, beta, exact)  # 1
        curve.append(_mean_square(problem, r))
        step = factor.solve(g)  # 2
        size = float(np.linalg.norm(factor.R @ step))
        beta = dd.add(beta, dd.from_float(basis.to_raw(step)))  # 3
        if size <= 1e-17 * _norm(problem) or size > last / 2:
            break
        last = size
    curve.append(_mean_square(problem, _residual_and_score(problem, beta, exact)[0]))
    steps = len(curve) - 1
    message = f"Least squares, solved by {steps} preconditioned step{'s' * (steps > 1)}."
    theta = basis.from_raw(beta.hi)
    return Outcome(theta, beta.hi, steps, True, message, np.array(curve[1:]))


def _residual_and_score(problem: Problem, beta: DD, exact: bool) -> tuple[Floats, Floats]:
    basis = problem.basis
    if exact:
        r = residual(problem.X, problem.y, beta, intercept=basis.intercept)
        return r.hi, score(problem.X, r, problem.weight, basis)
    plain = problem.y - problem.predict(basis.from_raw(beta.hi))
    return plain, problem.gradient(plain)


def residuals(problem: Problem, beta: Floats) -> Floats:
    """y - b0 - X b, (n,), rounded once where the size of the problem allows it."""
    exact = problem.X.size <= _SMALL
    return _residual_and_score(problem, dd.from_float(beta), exact)[0]


def _mean_square(problem: Problem, r: Floats) -> float:
    return float(problem.weighted(np.square(r)).sum() / problem.total_weight)


def _norm(problem: Problem) -> float:
    return float(np.sqrt(problem.weighted(np.square(problem.y)).sum()))
