"""Solve: a problem and options in, coefficients and everything inferred from them out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.errors import ConvergenceWarning, DataError
from tapefit.inference import Fit, RegressionResults, covariance, statistics
from tapefit.numerics import Factor, dependent_columns
from tapefit.objective import Problem, pointwise, recognise
from tapefit.optim import Outcome, descend, residuals, solve_pinball, solve_smooth, solve_squares
from tapefit.regression._options import Options

Floats = NDArray[np.float64]
Callback = Callable[[int, float, Floats], object]

OnCollinear = Literal["error", "drop"]

_ILL = 1e7  # condition of the standardised columns above which half of the digits are in doubt


def find_coefficients(
    problem: Problem, factor: Factor, options: Options, callbacks: tuple[Callback, ...]
) -> tuple[Problem, Outcome]:
    """The coefficients, and the problem with its loss recognised for what it is."""
    problem = replace(problem, loss=recognise(problem.loss, problem.y))
    if options.solver != "auto":
        return problem, descend(problem, options.descent(), callbacks)
    squares = solve_squares(problem, factor)
    if problem.loss.kind == "squares":
        return problem, _measured(problem, squares)
    if problem.loss.kind == "pinball":
        return problem, solve_pinball(problem, squares.theta, problem.loss.level)
    start = _start(problem, squares.theta)
    return problem, solve_smooth(problem, start, max_iter=options.steps, tol=options.smooth_tol, callbacks=callbacks)


def _measured(problem: Problem, outcome: Outcome) -> Outcome:
    """The outcome with its curve in units of the loss, which may be a multiple of the square."""
    unit = pointwise(problem.loss, np.zeros(1), np.ones(1)).value[0]
    return replace(outcome, loss_curve=outcome.loss_curve * unit)


def _start(problem: Problem, squares: Floats) -> Floats:
    """The least-squares fit, or a constant or zero prediction where the loss is not defined there."""
    constant = np.zeros_like(squares)
    if problem.basis.intercept:
        constant[0] = problem.y.mean()
    for theta in (squares, constant):
        try:
            if np.isfinite(problem.at(problem.predict(theta)).value).all():
                return theta
        except DataError:
            continue
    return np.zeros_like(squares)


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

    def vector(self, values: Floats) -> Floats:
        """Values of the kept terms among zeros for those left out; (width,)."""
        out = np.zeros(self.full.basis.width)
        out[self.kept] = values
        return out

    def matrix(self, values: Floats) -> Floats:
        """The same for a covariance, (width, width)."""
        width = self.full.basis.width
        out = np.zeros((width, width))
        out[np.ix_(self.kept, self.kept)] = values
        return out


def independent(problem: Problem, terms: Sequence[str], on_collinear: OnCollinear) -> Independent:
    """The problem without columns that others make up.

    Raises
    ------
    DataError
        With `on_collinear` "error", naming the first such column and the ones that make it up.
    """
    factor = problem.factor()
    found = dependent_columns(factor, problem.n)
    everything = np.arange(problem.basis.width)
    if not found:
        return Independent(problem, factor, everything, problem)
    if on_collinear == "error":
        raise DataError(
            f"{_reason(found[0], terms)}, so their coefficients cannot be told apart; leave out one of them, or "
            "use on_collinear='drop'."
        )
    kept = np.setdiff1d(everything, [column for column, _ in found])
    first = int(problem.basis.intercept)
    rest = Problem.of(
        np.asfortranarray(problem.X[:, kept[first:] - first]),
        problem.y,
        problem.loss,
        intercept=problem.basis.intercept,
        weight=problem.weight,
    )
    return Independent(rest, rest.factor(), kept, problem, _drop_notes(found, terms))


def _drop_notes(found: list[tuple[int, list[int]]], terms: Sequence[str]) -> tuple[str, ...]:
    """One sentence a dropped column, or one for all if there are many."""
    if len(found) <= 3:
        return tuple(f"{_reason(case, terms)}; it was dropped." for case in found)
    names = _listed([terms[column] for column, _ in found])
    return (f"{len(found)} columns are combinations of others in the used rows and were dropped: {names}.",)


def _reason(case: tuple[int, list[int]], terms: Sequence[str]) -> str:
    column, parts = case
    others = [terms[k] for k in parts if terms[k] != "intercept"]
    what = f"is a combination of {_listed(others)}" if others else "is constant"
    return f"column {terms[column]!r} {what} in the used rows"


def _listed(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names[:5]] + ([f"{len(names) - 5} more"] if len(names) > 5 else [])
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


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
) -> RegressionResults:
    """What the coefficients say, with their uncertainty."""
    factor = design.factor
    rest = residuals(problem, outcome.beta)
    whole = statistics(problem, rest)
    seen = pointwise(problem.loss, problem.y, problem.y - rest)
    squares = problem.loss.kind == "squares"
    slope = -problem.weighted(rest) if squares else problem.weighted(seen.slope)
    bread = factor if problem.loss.kind != "smooth" else _bread(problem, seen.curvature, factor)
    cov = covariance(Fit(problem, bread, slope, rest, whole.scale, whole.df_resid), cov_type)
    theta = design.vector(outcome.theta)
    notes = design.notes + _notes(factor, outcome, whole.df_resid)
    return RegressionResults(
        encoding=encoding,
        params=design.vector(outcome.beta),
        theta=theta,
        basis=design.full.basis,
        cov_theta=design.matrix(cov.matrix),
        dropped=tuple(np.setdiff1d(np.arange(len(theta)), design.kept).tolist()),
        cov_type=cov.kind,
        statistics=whole,
        loss=problem.loss.name,
        loss_value=float(problem.weighted(seen.value).sum() / problem.total_weight),
        solver=solver,
        n_iter=outcome.n_iter,
        converged=outcome.converged,
        message=outcome.message,
        loss_curve=outcome.loss_curve,
        rows=rows,
        condition_number=factor.condition,
        use_t=squares,
        level=problem.loss.level if problem.loss.kind == "pinball" else float("nan"),
        confidence_level=confidence_level,
        warnings=notes,
    )


def _bread(problem: Problem, curvature: Floats, factor: Factor) -> Factor:
    """The factor of the Hessian at the solution; where that determines nothing, NaN in its place."""
    bread = problem.factor(np.maximum(curvature, 0.0))
    if dependent_columns(bread, problem.n):
        return replace(factor, R=np.full_like(factor.R, np.nan))
    return bread


def _notes(factor: Factor, outcome: Outcome, df_resid: int) -> tuple[str, ...]:
    notes: list[str] = []
    if not outcome.converged:
        notes.append("not converged, so the standard errors are those at the point reached; see the last line.")
    if df_resid <= 0:
        notes.append("as many coefficients as rows: the fit is exact, and standard errors are not defined.")
    if factor.condition > _ILL:
        digits = max(0, round(16 - float(np.log10(factor.condition))))
        notes.append(
            f"condition number {factor.condition:.1e}: some columns are nearly combinations of others, and about "
            f"{digits} digits of the coefficients are sure."
        )
    return tuple(notes)


def warn_unless_converged(outcome: Outcome) -> None:
    """Warn with the outcome's own sentence; a callback that stopped the descent meant it."""
    if not outcome.converged and not outcome.message.startswith("Stopped by a callback"):
        warnings.warn(outcome.message, ConvergenceWarning, stacklevel=3)
