"""Solve: a problem and options in, coefficients and everything inferred from them out."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.errors import ConvergenceWarning, DataError, UsageError
from tapefit.inference import RegressionResults, covariance, is_known, robust_f, solution, square_loss, undefined
from tapefit.numerics import Basis, Factor, dependent_columns, few_threads
from tapefit.objective import IDENTITY, Problem, check_loss, recognise
from tapefit.optim import (
    Outcome,
    Point,
    Separation,
    descend,
    first_coefficients,
    sampled_start,
    solve_corners,
    solve_pinball,
    solve_smooth,
    solve_squares,
)
from tapefit.regression._options import Options

Floats = NDArray[np.float64]
Callback = Callable[[int, float, Floats], object]

OnCollinear = Literal["error", "drop"]

_EXACT = 1e-30  # of the mean square of y: below it a residual is rounding
_EXACT_LINKED = 1e-26  # the same of means, which come through a link
_SOME = 1 << 12  # rows
_LARGE, _TINY = 1e150, 1e-150  # sizes of y whose squares are floats; columns are scaled, so theirs do not matter
_LAST_STEPS = 20  # of descent from the end of a smoothing path
_ILL = 1e7  # condition of the standardised columns above which half of the digits are in doubt


@few_threads("X.shape")
def find_coefficients(
    problem: Problem, factor: Factor, options: Options, callbacks: tuple[Callback, ...], terms: Sequence[str] = ()
) -> tuple[Problem, Outcome]:
    """The coefficients, and the problem with its loss recognised for what it is.

    Parameters
    ----------
    terms
        The names of the problem's terms, for messages.

    Raises
    ------
    UsageError
        If the loss is not one that can be fitted; see `check_loss`.
    DataError
        If the columns `terms` separate the rows, so that the loss has no minimum.
    """
    problem = recognised(problem)
    if options.solver != "auto":
        return problem, descend(problem, options.descent(), callbacks)
    if problem.loss.kind == "squares":
        return problem, _measured(problem, solve_squares(problem, factor))
    if problem.loss.kind == "pinball":
        near = solve_squares(problem, factor).theta
        return problem, solve_pinball(problem, near, problem.loss.level)
    try:
        sampled = sampled_start(problem)
        start = first_coefficients(problem, factor) if sampled is None else sampled
        return problem, _by_descent(problem, start, options, callbacks)
    except Separation as found:
        raise found.named(terms) from None


def recognised(problem: Problem) -> Problem:
    """The problem with its loss recognised for what it is.

    Raises
    ------
    UsageError
        If the loss is not one that can be fitted, or gives rows with weights one value in all.
    """
    problem = replace(problem, loss=recognise(check_loss(problem.loss, problem.y).linked(), problem.y))
    if problem.weight is not None and problem.loss.form != "rows":
        raise UsageError(
            f"Expected one loss a row for sample_weight to weigh, got one value in all from {problem.loss.name!r}; "
            "return the rows' losses without taking their mean or sum."
        )
    return problem.translated() if problem.loss.kind in ("squares", "pinball") else problem


def _by_descent(problem: Problem, start: Floats | Point, options: Options, callbacks: tuple[Callback, ...]) -> Outcome:
    """Preconditioned descent; around corners, a smoothing path, from whose end descent may come to the very minimum."""

    def descent(theta: Floats | Point, steps: int = options.steps) -> Outcome:
        return solve_smooth(problem, theta, max_iter=steps, tol=options.smooth_tol, callbacks=callbacks)

    if problem.loss.kind == "corners" and not isinstance(start, Point):
        found = [solve_corners(problem, start)]
    else:
        found = [descent(start)]
        by_choice = options.max_iter is not None or found[0].status == "stopped"
        if found[0].converged or problem.loss.form != "rows" or by_choice:
            return found[0]
        with contextlib.suppress(DataError):  # the loss ends somewhere
            found.append(solve_corners(problem, found[0].theta))
    found.append(descent(found[-1].theta, _LAST_STEPS))
    best = min(found, key=lambda outcome: float(outcome.loss_curve[-1]))
    sure = next((outcome for outcome in found if outcome.converged), best)
    return replace(best, converged=sure.converged, message=sure.message, cause=sure.cause)


def _measured(problem: Problem, outcome: Outcome) -> Outcome:
    """The outcome with its curve in units of the loss, which may be a multiple of the square."""
    return replace(outcome, loss_curve=square_loss(problem, outcome.loss_curve))


@dataclass(frozen=True)
class Independent:
    """A problem whose columns are independent, and how its coefficients stand among all terms.

    Attributes
    ----------
    problem, factor
        Of the columns that are kept.
    kept
        (k,) the terms that they are.
    full
        The problem with all columns.
    notes
        What was left out, and why.
    """

    problem: Problem
    factor: Factor
    kept: NDArray[np.intp]
    full: Problem
    notes: tuple[str, ...] = ()

    def terms(self, names: Sequence[str]) -> list[str]:
        """The names of the kept terms, of those of all terms."""
        return [names[k] for k in self.kept]

    @property
    def dropped(self) -> tuple[int, ...]:
        """The terms that are left out."""
        kept = set(self.kept.tolist())
        return tuple(k for k in range(self.full.basis.width) if k not in kept)

    def vector(self, values: Floats) -> Floats:
        """Values of the kept terms among zeros for those left out; (width,)."""
        out = np.zeros(self.full.basis.width)
        out[self.kept] = values
        return out

    def rows(self, values: Floats) -> Floats:
        """Rows of the kept terms among zeros for those left out; (width, m)."""
        out = np.zeros((self.full.basis.width, values.shape[1]))
        out[self.kept] = values
        return out

    def matrix(self, values: Floats) -> Floats:
        """The same for a covariance, (width, width)."""
        width = self.full.basis.width
        out = np.zeros((width, width))
        out[np.ix_(self.kept, self.kept)] = values
        return out


@few_threads("X.shape")
def independent(problem: Problem, terms: Sequence[str], on_collinear: OnCollinear) -> Independent:
    """The problem without columns that others make up.

    Raises
    ------
    DataError
        With `on_collinear` "error", naming the first such column and the ones that make it up.
    """
    check_sizes(problem, terms)
    if on_collinear not in ("error", "drop"):
        raise UsageError(f"Expected on_collinear to be 'error' or 'drop', got {on_collinear!r}; choose one of them.")
    factor = problem.factor()
    found = dependent_columns(factor, problem.n)
    everything = np.arange(problem.basis.width)
    if not found:
        return Independent(problem, factor, everything, problem)
    if on_collinear == "error":
        raise DataError(
            f"{reason(found[0], terms)}, so their coefficients cannot be told apart; leave out one of them, or "
            "use on_collinear='drop' (--on-collinear drop)."
        )
    check_powers(problem.basis, found, terms)
    kept = np.setdiff1d(everything, [column for column, _ in found])
    slopes = kept[problem.basis.intercept :] - problem.basis.intercept
    rest = Problem.of(
        problem.select(slopes),
        problem.y,
        problem.loss,
        intercept=problem.basis.intercept,
        weight=problem.weight,
        offset=problem.offset,
        low=None if problem.low is None else np.asfortranarray(problem.low[:, slopes]),
        powers=problem.basis.select(slopes).powers,
        counts=problem.counts,
    )
    return Independent(rest, rest.factor(), kept, problem, drop_notes(found, terms))


def check_sizes(problem: Problem, terms: Sequence[str]) -> None:
    """Raise DataError for values at the edges of what floats can hold."""
    wide = ~np.isfinite(problem.basis.scale + problem.basis.centre)
    if wide.any():
        name = terms[int(np.argmax(wide)) + problem.basis.intercept]
        raise DataError(f"column {name!r} has values too large for a float to hold their differences; change its unit.")
    top, spread = float(np.abs(problem.y).max()), float(np.ptp(problem.y))
    if top > _LARGE or 0 < spread < _TINY:
        size = top if top > _LARGE else spread
        raise DataError(
            f"y has values of size {size:.1e}, whose squares a float cannot hold; change its unit so that they lie "
            f"between {_TINY:g} and {_LARGE:g}."
        )


def check_powers(basis: Basis, found: list[tuple[int, list[int]]], terms: Sequence[str]) -> None:
    """Raise DataError if a power would be dropped of which there are higher ones: they cannot do without it."""
    for case in found:
        column = case[0] - basis.intercept
        for start, powers in basis.powers:
            higher = range(column + 1, start + powers.degree) if column >= start else ()
            if set(higher) - {other - basis.intercept for other, _ in found}:
                raise DataError(
                    f"{reason(case, terms)}, and higher powers stand on it, so that it cannot be dropped; leave out "
                    "the columns that make it up."
                )


def drop_notes(found: list[tuple[int, list[int]]], terms: Sequence[str]) -> tuple[str, ...]:
    """One sentence a dropped column, or one for all if there are many."""
    if len(found) <= 3:
        return tuple(f"{reason(case, terms)}; it was dropped." for case in found)
    names = _listed([terms[column] for column, _ in found])
    return (f"{len(found)} columns are combinations of others in the used rows and were dropped: {names}.",)


def reason(case: tuple[int, list[int]], terms: Sequence[str]) -> str:
    column, parts = case
    others = [terms[k] for k in parts if terms[k] != "intercept"]
    what = f"is a combination of {_listed(others)}" if others else "is constant"
    return f"column {terms[column]!r} {what} in the used rows"


def _listed(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names[:5]] + ([f"{len(names) - 5} more"] if len(names) > 5 else [])
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


@few_threads("problem.X.shape")
def make_results(
    design: Independent,
    problem: Problem,
    outcome: Outcome,
    *,
    encoding: Encoding,
    rows: RowCount,
    solver: str,
    cov_type: str | None,
    confidence_level: float,
    groups: NDArray[np.int64] | None = None,
    penalty_root: Floats | None = None,
) -> RegressionResults:
    """What the coefficients say, with their uncertainty.

    With a penalty, `penalty_root` (m, width) is a root of its Hessian beside the sum of the losses, and the design's
    factor has it among its rows.

    Raises
    ------
    DataError
        If a coefficient is too large for a float, naming its column.
    """
    _check_coefficients(outcome.beta, design, encoding.term_names)
    factor = design.factor
    fit, whole, loss_value = solution(
        problem, outcome.theta, outcome.residual, factor, groups, penalty_root, outcome.rows, outcome.sums
    )
    cov = covariance(fit, cov_type)
    sure = cov.kind == "nonrobust" and is_known(problem.loss)
    if whole.df_resid <= 0 and penalty_root is None and not sure:
        cov = undefined(cov)
    if cov.kind != "nonrobust":
        whole = robust_f(whole, outcome.theta, cov)
    theta = design.vector(outcome.theta)
    return RegressionResults(
        encoding=encoding,
        params=design.vector(outcome.beta),
        theta=theta,
        basis=design.full.basis,
        cov_theta=design.matrix(cov.matrix),
        cov_root=None if cov.root is None else design.rows(cov.root),
        inverse_factor=design.matrix(factor.inverse()),
        df_test=cov.df,
        dropped=design.dropped,
        cov_type=cov.kind,
        statistics=whole,
        loss=problem.loss.name,
        loss_options=problem.loss.options,
        link=problem.loss.link.name,
        loss_value=loss_value,
        solver=solver,
        n_iter=outcome.n_iter,
        status=outcome.status,
        message=outcome.message,
        loss_curve=outcome.loss_curve,
        rows=rows,
        condition_number=factor.condition,
        use_t=problem.loss.kind == "squares",
        level=problem.loss.level if problem.loss.kind == "pinball" else float("nan"),
        confidence_level=confidence_level,
        warnings=design.notes + _notes(problem, factor, outcome, whole.df_resid, cov.matrix, sure=sure),
    )


def _check_coefficients(beta: Floats, design: Independent, terms: Sequence[str]) -> None:
    if not np.isfinite(beta).all():
        name = terms[design.kept[int(np.argmin(np.isfinite(beta)))]]
        raise DataError(
            f"the coefficient of column {name!r} is too large for a float, as the column's values are so small; "
            "change its unit."
        )


def _notes(
    problem: Problem, factor: Factor, outcome: Outcome, df_resid: int, cov: Floats, *, sure: bool
) -> tuple[str, ...]:
    notes: list[str] = []
    if outcome.status == "diverged":
        notes.append("the descent diverged: these are the best weights that it passed; see the last line.")
    elif not outcome.converged:
        notes.append("not converged, so the standard errors are those at the point reached; see the last line.")
    if df_resid <= 0 and sure:
        notes.append("as many coefficients as rows: the fit is exact, and its deviance says nothing.")
    elif df_resid <= 0:
        notes.append("as many coefficients as rows: the fit is exact, and standard errors are not defined.")
    elif not sure and _is_exact(problem, outcome.residual):
        notes.append("the fit is exact up to rounding, so that standard errors say nothing.")
    elif (np.diag(cov) < 0).any():
        notes.append("a two-way covariance came out with a negative variance, as it may with few clusters.")
    elif np.isnan(cov).any():
        notes.append("the standard errors are not defined: too few rows bend the loss, or a row has leverage 1.")
    if _ILL < factor.condition < float("inf"):
        digits = max(0, round(16 - float(np.log10(factor.condition))))
        notes.append(
            f"condition number {factor.condition:.1e}: some columns are nearly combinations of others, and about "
            f"{digits} digits of the coefficients are sure."
        )
    return tuple(notes)


def _is_exact(problem: Problem, residual: Floats) -> bool:
    """Whether the errors of the mean are rounding; `residual` (n,) is y less the linear predictor."""
    link = problem.loss.link
    least = _EXACT if link is IDENTITY else _EXACT_LINKED
    if link is not IDENTITY:
        some = slice(0, _SOME)  # of many rows these few tell that they are not fitted exactly
        mu = link.mu(problem.y[some] - residual[some])
        if problem.weight is None and np.square(problem.y[some] - mu).sum() > least * problem.sum_squares(problem.y):
            return False
        residual = problem.y - link.mu(problem.y - residual)
    top = max(float(problem.y.max()), -float(problem.y.min())) or 1.0
    if 1e-100 < top < 1e100:
        return problem.sum_squares(residual) <= least * problem.sum_squares(problem.y)
    with np.errstate(over="ignore"):
        return problem.mean(np.square(residual / top)) <= least * problem.mean(np.square(problem.y / top))


def warn_unless_converged(outcome: Outcome) -> None:
    """Warn with the outcome's own sentence; a callback that stopped the descent meant it."""
    if not outcome.converged and outcome.status != "stopped":
        warnings.warn(outcome.message, ConvergenceWarning, stacklevel=3)
