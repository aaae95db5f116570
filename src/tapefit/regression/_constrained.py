"""Constrained fits: equations built in, inequalities by an active set, and the results of the model that is left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.errors import DataError
from tapefit.inference import ConstraintTable, RegressionResults, Statistics
from tapefit.numerics import Factor, dependent_columns
from tapefit.objective import Problem
from tapefit.optim import (
    Constrained,
    Constraints,
    Outcome,
    Restricted,
    Smooth,
    first_coefficients,
    nearest,
    penalty_unit,
    project,
    restrict,
    solve_constrained,
    solve_constrained_corners,
    solve_constrained_pinball,
    solve_squares,
)
from tapefit.regression._bread import augmented, held, square_loss
from tapefit.regression._constraint_options import ConstraintOptions, Rows
from tapefit.regression._options import Callback, Options
from tapefit.regression._penalty_terms import SquaresTerm
from tapefit.regression._solve import (
    Independent,
    OnCollinear,
    check_sizes,
    make_results,
    reason,
    recognised,
    warn_unless_converged,
)

Floats = NDArray[np.float64]

_NAN = float("nan")
_TRACE = 1e-6  # of a factor's size: a ridge that makes it invertible
_REFINEMENTS = 5
_ILL = 100.0  # condition above which the free fit is needed to its last digits to tell which constraints it breaks


@dataclass(frozen=True, eq=False)
class Asked:
    """A constrained fit as asked for.

    Attributes
    ----------
    problem
        The rows, with the loss recognised.
    wanted, constraints
        The constraints on the coefficients of raw and of standardised columns.
    terms
        The names of the coefficients.
    options, callbacks, on_collinear
        As in `tapefit.fit`.
    penalty
        What is added to the sum of the losses, if anything is.
    """

    problem: Problem
    wanted: Rows
    constraints: Constraints
    terms: tuple[str, ...]
    options: Options
    callbacks: tuple[Callback, ...]
    on_collinear: OnCollinear
    penalty: Smooth | None = None

    @property
    def chooses(self) -> bool:
        """Whether the penalty has an l1 part, which finds coefficients where columns depend on each other."""
        return isinstance(self.penalty, SquaresTerm) and bool(self.penalty.linear.any())


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
    found, notes = _solve(asked)
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
    return _of_all_terms(results, asked, found, left, notes)


def _curvature(problem: Problem) -> float:
    """l'' of squared errors, which their factor leaves out; 1 for other losses."""
    return float(problem.at(problem.y).curvature[0]) if problem.loss.kind == "squares" else 1.0


def _solve(asked: Asked) -> tuple[Constrained, tuple[str, ...]]:
    """The minimum, in terms of all coefficients, with the places of active constraints among all; and notes."""
    given = asked.constraints
    outer = _without_offset(restrict(asked.problem, given.select(given.equal), given.lower[given.equal]))
    unequal = np.flatnonzero(~given.equal)
    inner = outer.constraints(given.select(unequal))
    penalty = None if asked.penalty is None else _Within(asked.penalty, outer)
    factor, notes = _checked(asked, outer, penalty)
    calls = tuple(_told(call, asked.problem, outer) for call in asked.callbacks)
    found = _minimum(outer.problem, inner, factor, asked.options, calls, penalty)
    theta = outer.theta(found.outcome.theta)
    active = tuple((int(unequal[i]), side) for i, side in found.active)
    return Constrained(replace(found.outcome, theta=theta), active), notes


def _without_offset(left: Restricted) -> Restricted:
    """The same with what the fixed coefficients predict taken off y, for losses that see nothing but y - eta."""
    moved = left.problem.loss.kind in ("squares", "pinball")
    return replace(left, problem=left.problem.translated()) if moved else left


def _checked(asked: Asked, outer: Restricted, penalty: Smooth | None) -> tuple[Factor, tuple[str, ...]]:
    """The factor of the columns that are left, and a note if they, or columns and penalty, determine nothing."""
    factor, n = outer.problem.factor(), outer.problem.n
    root = np.zeros((0, len(factor.R))) if penalty is None else penalty.root(np.zeros(len(factor.R)))
    found = dependent_columns(augmented(factor, root) if len(root) else factor, n)
    if not found or asked.chooses:
        return factor, ()
    terms = [asked.terms[j] for j in outer.free]
    if asked.on_collinear == "error" or asked.problem.loss.kind in ("pinball", "corners"):
        raise DataError(
            f"{reason(found[0], terms)}, so their coefficients cannot be told apart; leave out one of them."
        )
    return factor, (
        f"{reason(found[0], terms)}: other coefficients within the constraints fit as well, and those of the smallest "
        "size are shown.",
    )


def _told(call: Callback, problem: Problem, outer: Restricted) -> Callback:
    """The callback, with the coefficients of all columns."""

    def whole(step: int, loss: float, beta: Floats) -> object:
        return call(step, loss, problem.basis.to_raw(outer.theta(outer.problem.basis.from_raw(beta))))

    return whole


def _minimum(
    problem: Problem,
    constraints: Constraints,
    factor: Factor,
    options: Options,
    callbacks: tuple[Callback, ...],
    penalty: Smooth | None,
) -> Constrained:
    singular = bool(dependent_columns(factor, problem.n))
    if problem.loss.kind == "squares" and penalty is None:
        return _squares(problem, constraints, factor, singular=singular)
    if problem.loss.kind == "pinball":
        return solve_constrained_pinball(problem, constraints, solve_squares(problem, factor).theta, problem.loss.level)
    first = _start(problem, constraints, held(factor, problem.n) if singular else factor, penalty)
    if problem.loss.kind == "corners":
        return solve_constrained_corners(problem, constraints, first)
    found = solve_constrained(
        problem,
        constraints,
        first,
        max_iter=options.steps,
        tol=options.smooth_tol,
        penalty=penalty,
        callbacks=callbacks,
    )
    by_choice = options.max_iter is not None or found.outcome.status == "stopped"
    if found.outcome.converged or by_choice or penalty is not None or problem.loss.form != "rows":
        return found
    with contextlib.suppress(DataError):  # the loss ends somewhere
        rounded = solve_constrained_corners(problem, constraints, found.outcome.theta)
        if rounded.outcome.loss_curve[-1] <= found.outcome.loss_curve[-1]:
            return rounded
    return found


def _squares(problem: Problem, constraints: Constraints, factor: Factor, *, singular: bool) -> Constrained:
    """The least-squares fit, moved to where it meets the constraints by as little as can be.

    Its last digits come with the fit of the model that is left.
    """
    start, g = np.zeros(problem.basis.width), np.zeros(problem.basis.width)
    if singular:
        g = -problem.gradient(problem.y)
    elif factor.condition > _ILL:
        start = solve_squares(problem, factor).theta
    else:
        for _ in range(2):
            start = start + factor.solve(problem.gradient(problem.y - problem.predict(start)))
    step, found = nearest(factor, g, constraints, start)
    theta = start + step
    _, _, rows, sign = constraints.halves()
    active = tuple(sorted((int(rows[i]), float(sign[i])) for i in found.active))
    residual = problem.y - problem.predict(theta)
    curve = np.array([problem.mean(np.square(residual))])
    return Constrained(Outcome(theta, theta, 1, True, "Least squares.", curve, residual), active)


def _start(problem: Problem, constraints: Constraints, factor: Factor, penalty: Smooth | None) -> Floats:
    """First coefficients within the constraints, where loss and penalty are defined."""
    zero = np.zeros(problem.basis.width)
    best = zero if problem.loss.kind == "squares" else first_coefficients(problem, factor)
    for theta in (best, zero):
        inside = project(factor, constraints, theta)
        with contextlib.suppress(DataError):
            more = 0.0 if penalty is None else penalty.value(inside)
            if np.isfinite(problem.at(problem.eta(inside)).value).all() and np.isfinite(more):
                return inside
    return project(factor, constraints, best)


@dataclass(frozen=True, eq=False)
class _Within:
    """A penalty as a function of the coefficients that equations leave."""

    penalty: Smooth
    outer: Restricted

    def value(self, theta: Floats) -> float:
        return self.penalty.value(self.outer.theta(theta))

    def slope(self, theta: Floats) -> Floats:
        return self.outer.map.T @ self.penalty.slope(self.outer.theta(theta))

    def root(self, theta: Floats) -> Floats:
        return self.penalty.root(self.outer.theta(theta)) @ self.outer.map


def _rest(asked: Asked, found: Constrained) -> tuple[Restricted, Outcome]:
    """The problem with all that holds with equality built in, and its solution."""
    given = asked.constraints
    equal = np.flatnonzero(given.equal)
    places = np.concatenate([equal, [row for row, _ in found.active]]).astype(np.intp)
    below = [given.lower[row] if side > 0 else given.upper[row] for row, side in found.active]
    left = _without_offset(restrict(asked.problem, given.select(places), np.concatenate([given.lower[equal], below])))
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
    more = _Within(asked.penalty, left)
    found = solve_constrained(left.problem, free, phi, max_iter=10, tol=asked.options.smooth_tol, penalty=more)
    return found.outcome.theta


def _of_all_terms(
    results: RegressionResults, asked: Asked, found: Constrained, left: Restricted, notes: tuple[str, ...]
) -> RegressionResults:
    """The results of the model that is left as those of all terms."""
    problem, given = asked.problem, asked.constraints
    theta = left.theta(results.theta)
    params, fixed = _params(asked, problem.basis.to_raw(theta), left)
    root = None if results.cov_root is None else left.map @ results.cov_root
    active = np.array(given.equal)
    active[[row for row, _ in found.active]] = True
    whole = results.statistics
    if active.any():
        whole = _statistics(results, asked, left, only_equations=not found.active)
    plain = problem.factor()
    singular = bool(dependent_columns(plain, problem.n))
    table = ConstraintTable(given.labels, tuple(active.tolist()), _multipliers(asked, theta, active))
    own = (_conditional(table, given),) if found.active else ()
    return replace(
        results,
        params=params,
        theta=theta,
        basis=problem.basis,
        cov_theta=left.map @ results.cov_theta @ left.map.T,
        cov_root=root,
        inverse_factor=None if singular else plain.inverse(),
        statistics=whole,
        constraints=table if given.labels else None,
        fixed=fixed,
        warnings=notes + own + results.warnings,
    )


def _params(asked: Asked, beta: Floats, left: Restricted) -> tuple[Floats, tuple[int, ...]]:
    """The coefficients of the raw columns, exactly at and within their own bounds; and the places of fixed ones."""
    T, out = asked.problem.basis.raw_map(), beta.copy()
    free = np.linalg.norm(T @ left.map, axis=1) > 1e-12 * np.linalg.norm(T, axis=1)
    for row, *ends in zip(asked.wanted.A, asked.wanted.lower, asked.wanted.upper, strict=True):
        own = np.flatnonzero(row)
        if len(own) == 1:
            out[own[0]] = np.clip(out[own[0]], *np.sort(np.array(ends) / row[own[0]]))
    return out, tuple(np.flatnonzero(~free).tolist())


def _statistics(results: RegressionResults, asked: Asked, left: Restricted, *, only_equations: bool) -> Statistics:
    """The statistics, with those left out that a choice among the constraints takes the meaning from."""
    problem, whole = asked.problem, results.statistics
    whole = replace(whole, df_model=len(left.free) - problem.basis.intercept, fvalue=_NAN, f_pvalue=_NAN)
    if not only_equations:
        whole = replace(whole, aic=_NAN, bic=_NAN, rsquared_adj=_NAN)
    if problem.loss.kind != "squares":
        return whole
    y = problem.y - problem.mean(problem.y) if problem.basis.intercept else problem.y
    total = float(problem.weighted(np.square(y)).sum())
    rest = problem.y - problem.predict(left.theta(results.theta))
    left_over = float(problem.weighted(np.square(rest)).sum())
    return replace(whole, rsquared=1 - left_over / total if total > 0 else _NAN, rsquared_adj=_NAN)


def _multipliers(asked: Asked, theta: Floats, active: NDArray[np.bool_]) -> Floats:
    """Lagrange's multipliers of the mean loss, or of the objective with its penalty, in units of the raw columns."""
    problem, given = asked.problem, asked.constraints
    out = np.zeros(len(given.labels))
    if not active.any():
        return out
    if problem.loss.kind in ("pinball", "corners"):
        return np.where(active, _NAN, 0.0)
    g = problem.gradient(problem.at(problem.eta(theta)).slope)
    unit = 1.0
    if asked.penalty is not None:
        g, unit = g + asked.penalty.slope(theta), penalty_unit(problem)
    solved = np.linalg.lstsq(given.A[active].T, unit * g / problem.total_weight, rcond=None)[0]
    out[active] = solved / given.size[active]
    return out


def _conditional(table: ConstraintTable, given: Constraints) -> str:
    """What a reader should know of the standard errors."""
    held = [label for label, on, equal in zip(table.labels, table.active, given.equal, strict=True) if on and not equal]
    listed = _listed(held)
    return (
        f"{listed} hold{'s' * (len(held) == 1)} with equality: the standard errors take that as given, as if it had "
        "been known before, so that they are too small near a bound; a coefficient at its bound has none."
    )


def _listed(names: Sequence[str]) -> str:
    shown = [f"'{name}'" for name in names[:4]] + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
