"""Constrained fits: equations built in, inequalities by an active set, and the results of the model that is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.inference import RegressionResults
from tapefit.numerics import dependent_columns
from tapefit.objective import Problem
from tapefit.optim import Constrained, Outcome, Restricted, Smooth, restrict, solve_constrained, solve_squares
from tapefit.regression._bread import augmented, square_loss
from tapefit.regression._constrained_minimum import Asked, Within, solve, without_offset
from tapefit.regression._constrained_view import of_all_terms
from tapefit.regression._constraint_options import ConstraintOptions, Rows
from tapefit.regression._options import Callback, Options
from tapefit.regression._solve import (
    Independent,
    OnCollinear,
    check_sizes,
    make_results,
    recognised,
    warn_unless_converged,
)

Floats = NDArray[np.float64]

_TRACE = 1e-6  # of a factor's size: a ridge that makes it invertible
_REFINEMENTS = 5


def fit_constrained(
    problem: Problem,
    given: ConstraintOptions | None,
    options: Options,
    *,
    callbacks: tuple[Callback, ...],
    encoding: Encoding,
    rows: RowCount,
    on_collinear: OnCollinear,
    cov_type: str | None,
    confidence_level: float,
    groups: NDArray[np.int64] | None = None,
    penalty: Callable[[Problem, Rows], Smooth] | None = None,
    tell: Callable[[str], None],
) -> RegressionResults:
    """The results of a fit within constraints, or with a smooth penalty, or both.

    1. equations are built in: they leave a problem with fewer coefficients
    2. its minimum within the inequalities, which shows those that hold with equality
    3. those are built in, too; what is left is fitted and judged as a model without constraints

    Raises
    ------
    DataError
        If columns depend on each other, and `on_collinear` is "error".
    UsageError
        If the constraints contradict each other or name what is not there.
    """
    terms = encoding.term_names
    check_sizes(problem, terms)
    problem = recognised(problem)
    wanted = (given or ConstraintOptions()).at(terms)
    smooth = None if penalty is None else penalty(problem, wanted)
    asked = Asked(problem, wanted, wanted.on(problem.basis), terms, options, callbacks, on_collinear, smooth)
    found, notes = solve(asked)
    for note in notes:
        tell(note)
    warn_unless_converged(found.outcome)
    left, outcome = _rest(asked, found)
    root = None if smooth is None else smooth.root(found.outcome.theta) @ left.map
    plain = left.problem.factor()
    factor = plain if root is None else augmented(plain, root / np.sqrt(_curvature(problem)))
    if dependent_columns(factor, problem.n):
        factor = replace(factor, R=np.full_like(factor.R, np.nan))
    results = make_results(
        Independent(left.problem, factor, np.arange(len(left.free)), left.problem),
        left.problem,
        outcome,
        encoding=encoding,
        rows=rows,
        solver="auto",
        cov_type=cov_type,
        confidence_level=confidence_level,
        groups=groups,
        penalty_root=root,
    )
    return of_all_terms(results, asked, found, left, notes)


def _curvature(problem: Problem) -> float:
    """l'' of squared errors, which their factor leaves out; 1 for other losses."""
    return float(problem.at(problem.y).curvature[0]) if problem.loss.kind == "squares" else 1.0


def _rest(asked: Asked, found: Constrained) -> tuple[Restricted, Outcome]:
    """The problem with all that holds with equality built in, and its solution."""
    given = asked.constraints
    equal = np.flatnonzero(given.equal)
    places = np.concatenate([equal, [row for row, _ in found.active]]).astype(np.intp)
    below = [given.lower[row] if side > 0 else given.upper[row] for row, side in found.active]
    left = without_offset(restrict(asked.problem, given.select(places), np.concatenate([given.lower[equal], below])))
    problem, outcome = left.problem, found.outcome
    squares = problem.loss.kind == "squares" and asked.penalty is None
    if squares and not dependent_columns(problem.factor(), problem.n):
        outcome = solve_squares(problem, problem.factor())
        outcome = replace(outcome, loss_curve=square_loss(problem, outcome.loss_curve))
        phi, residual = outcome.theta, outcome.residual
    else:
        phi = left.phi(outcome.theta)
        phi = _settled(problem, phi) if squares else _sharpened(asked, left, phi)
        residual = problem.y - problem.eta(phi)
    return left, replace(outcome, theta=phi, beta=problem.basis.to_raw(phi), residual=residual)


def _settled(problem: Problem, phi: Floats) -> Floats:
    """The least-squares coefficients nearest to these, of columns that depend on each other."""
    factor = problem.factor()
    near = augmented(factor, _TRACE * np.abs(factor.R).max(initial=1e-300) * np.eye(len(phi)))
    for _ in range(_REFINEMENTS):
        phi = phi + near.solve(problem.back(problem.weighted(problem.y - problem.predict(phi))))
    return phi


def _sharpened(asked: Asked, left: Restricted, phi: Floats) -> Floats:
    """The coefficients by one more descent where columns that depend on each other cost them digits."""
    singular = bool(dependent_columns(asked.problem.factor(), asked.problem.n))
    if not singular or asked.penalty is None or dependent_columns(left.problem.factor(), left.problem.n):
        return phi
    nothing = asked.constraints.select(np.zeros(0, dtype=np.intp))
    free = replace(nothing, A=np.zeros((0, len(phi))))
    more = Within(asked.penalty, left)
    found = solve_constrained(left.problem, free, phi, max_iter=10, tol=asked.options.smooth_tol, penalty=more)
    return found.outcome.theta
