"""Penalised fits: which penalty, on what scale, and what can be said about the coefficients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.errors import UsageError
from tapefit.inference import RegressionResults
from tapefit.numerics import Factor, dependent_columns
from tapefit.objective import Problem, UserPenalty, check_penalty
from tapefit.optim import (
    Constraints,
    Outcome,
    Penalty,
    Smooth,
    first_coefficients,
    penalty_unit,
    solve_constrained,
    solve_penalised,
)
from tapefit.regression._bread import augmented, held
from tapefit.regression._constrained import fit_constrained
from tapefit.regression._constraint_options import ConstraintOptions, Rows
from tapefit.regression._options import Callback, Options, _is_number
from tapefit.regression._penalty_terms import SquaresTerm, UserTerm, squares_term
from tapefit.regression._solve import Independent, make_results, recognised, warn_unless_converged

Floats = NDArray[np.float64]
PenaltyName = Literal["l1", "l2", "elasticnet"]
PenaltyFunction = Callable[[Any], Any]

PENALTIES: dict[str, Callable[[float], float]] = {  # the share of the absolute values
    "elasticnet": lambda l1_ratio: l1_ratio,
    "l1": lambda _: 1.0,
    "l2": lambda _: 0.0,
}
BIASED = (
    "the l2 penalty draws the coefficients towards 0: the standard errors show their scatter and not this bias, so "
    "the intervals cover the true values too rarely."
)
MOVED = (
    "the penalty {} moves the coefficients: the standard errors show their scatter and not this bias, so the intervals "
    "cover the true values too rarely."
)
CHOSEN = (
    "standard errors are not given: the l1 penalty chooses which coefficients are 0, and after such a choice "
    "estimates are neither normal nor centred; bootstrap the fit, or use penalty='l2'."
)


@dataclass(frozen=True)
class PenaltyOptions:
    """A penalty as asked for; see `tapefit.fit`."""

    penalty: str | PenaltyFunction
    alpha: float | str | None
    l1_ratio: float
    standardize: bool

    @staticmethod
    def of(
        penalty: str | PenaltyFunction | None, alpha: float | str | None, l1_ratio: float, *, standardize: bool
    ) -> PenaltyOptions | None:
        """The options, or None without a penalty."""
        if penalty is not None:
            own = callable(penalty) and alpha is None
            return PenaltyOptions(penalty, 1.0 if own else alpha, l1_ratio, standardize)
        if alpha is not None:
            raise UsageError(f"alpha={alpha!r} belongs to a penalty, which was not asked for; add penalty='l2', say.")
        return None

    def check(self, cov_type: str | None = None, solver: str = "auto", groups: object = None) -> None:
        """Raise UsageError, in one sentence, for an option that cannot be used."""
        if not callable(self.penalty) and self.penalty not in PENALTIES:
            raise UsageError(
                f"Expected a penalty of {', '.join(sorted(PENALTIES))} or a function of the slopes, got "
                f"{self.penalty!r}; choose one of them."
            )
        if callable(self.penalty) and self.alpha == "cv":
            raise UsageError(
                "alpha='cv' belongs to the named penalties, whose strengths have a largest one to begin with, got a "
                "function; pass a number."
            )
        if not (self.alpha == "cv" or (_is_number(self.alpha) and float(self.alpha or 0) >= 0)):
            raise UsageError(
                f"Expected alpha, the strength of the penalty, to be 0 or more or 'cv', got {self.alpha!r}; "
                "'cv' finds one by cross-validation."
            )
        if not (_is_number(self.l1_ratio) and 0 <= self.l1_ratio <= 1):
            raise UsageError(f"Expected l1_ratio from 0 to 1, got {self.l1_ratio!r}; 0.5 is half of each.")
        if solver != "auto":
            raise UsageError(f"A penalty needs solver='auto', got {solver!r}; leave solver out.")
        if cov_type is not None and self.share > 0:
            raise UsageError(f"cov_type={cov_type!r} cannot be used with an l1 penalty: {CHOSEN}")
        if groups is not None and self.share > 0:
            raise UsageError(f"groups cannot be used with an l1 penalty: {CHOSEN}")

    @property
    def share(self) -> float:
        """The share of the absolute values."""
        return 0.0 if callable(self.penalty) else PENALTIES[self.penalty](self.l1_ratio)

    @property
    def name(self) -> str:
        """What the results call it."""
        return UserPenalty(self.penalty).name if callable(self.penalty) else self.penalty

    def at(self, problem: Problem, alpha: float) -> Penalty:
        """The penalty on the coefficients of a problem's standardised columns."""
        return Penalty(alpha, self.share, sizes(problem, standardize=self.standardize))

    def term(self, problem: Problem, wanted: Rows) -> Smooth:
        """The penalty as a smooth term beside the sum of the losses.

        Raises
        ------
        UsageError
            If it is not smooth, as an l1 part is not for slopes that the constraints leave either sign; or not convex.
        """
        alpha, size = float(self.alpha or 0), sizes(problem, standardize=self.standardize)
        if not callable(self.penalty):
            return squares_term(problem, alpha, self.share, size, wanted)
        own, first = UserPenalty(self.penalty), int(problem.basis.intercept)
        check_penalty(own, len(size) - first)
        return UserTerm(own, size[first:], problem.total_weight / penalty_unit(problem) * alpha, first)


def sizes(problem: Problem, *, standardize: bool) -> Floats:
    """What a standardised coefficient (width,) is multiplied by before it is penalised; 0 for the intercept.

    With `standardize` that gives a coefficient times its column's standard deviation (its root mean square
    without an intercept), which does not depend on units; else the coefficient of the raw column.
    """
    first = int(problem.basis.intercept)
    if standardize:
        slopes = np.linalg.norm(problem.factor().R[first:, first:], axis=0) / np.sqrt(problem.total_weight)
        slopes = np.where(slopes > 0, slopes, 1.0)
    else:
        slopes = 1 / problem.basis.scale
    return np.concatenate([np.zeros(first), slopes])


def known(problem: Problem) -> Problem:
    """The problem with its loss recognised; one that has no second derivative is refused."""
    problem = recognised(problem)
    if problem.loss.kind in ("pinball", "corners"):
        raise UsageError(
            f"Expected a smooth loss beside a penalty, got {problem.loss.name}, which has corners; use 'huber', or "
            "leave the penalty out."
        )
    return problem


def start_of(problem: Problem) -> Floats:
    """First coefficients: zeros but for the intercept, where the loss is defined."""
    if problem.loss.kind == "squares":
        return np.zeros(problem.basis.width)
    return first_coefficients(problem, held(problem.factor(), problem.n))


def fit_penalised(
    problem: Problem,
    options: PenaltyOptions,
    alpha: float,
    *,
    encoding: Encoding,
    rows: RowCount,
    cov_type: str | None,
    confidence_level: float,
    groups: NDArray[np.int64] | None = None,
    fit: Options | None = None,
    callbacks: tuple[Callback, ...] = (),
) -> RegressionResults:
    """The results of a penalised fit."""
    problem = known(problem)
    penalty = options.at(problem, alpha)
    outcome = _penalised_outcome(problem, penalty, fit or Options(), callbacks)
    warn_unless_converged(outcome)
    outcome = replace(outcome, message=f"{outcome.message[:-1]}, {options.name} with alpha={alpha:.6g}.")
    root = np.diag(np.sqrt(problem.total_weight / penalty_unit(problem) * penalty.l2))
    factor = penalised_factor(problem, root)
    chooses = bool(alpha) and options.share > 0
    kind = _sandwich_kind(problem) if chooses else cov_type
    results = make_results(
        Independent(problem, factor, np.arange(problem.basis.width), problem),
        problem,
        outcome,
        encoding=encoding,
        rows=rows,
        solver="auto",
        cov_type=kind,
        confidence_level=confidence_level,
        groups=groups,
        penalty_root=root,
    )
    return told(results, options, alpha)


def _penalised_outcome(problem: Problem, penalty: Penalty, fit: Options, callbacks: tuple[Callback, ...]) -> Outcome:
    """Ridge of a loss other than squared errors by Newton's steps; the others by steps that keep the l1 part."""
    start = start_of(problem)
    if problem.loss.kind == "squares" or penalty.l1_ratio:
        return solve_penalised(problem, penalty, start, max_iter=fit.steps, callbacks=callbacks)
    width = problem.basis.width
    none = Constraints.of(np.zeros((0, width)), np.zeros(0), np.zeros(0), (), problem.basis)
    term = SquaresTerm(np.zeros(width), problem.total_weight / penalty_unit(problem) * penalty.l2)
    found = solve_constrained(
        problem, none, start, max_iter=fit.steps, tol=fit.smooth_tol, penalty=term, callbacks=callbacks
    )
    return replace(found.outcome, message=found.outcome.message.replace("Converged after", "Penalised, solved by"))


def fit_with_terms(
    problem: Problem, options: PenaltyOptions, given: ConstraintOptions | None, fit: Options, **more: Any
) -> RegressionResults:
    """The results of a fit with a penalty of the user's own, or with a penalty and constraints.

    `more` is for `fit_constrained`.
    """
    results = fit_constrained(known(problem), given, fit, penalty=options.term, **more)
    return told(results, options, float(options.alpha or 0))


def told(results: RegressionResults, options: PenaltyOptions, alpha: float) -> RegressionResults:
    """The results with the penalty's name and strength, and what it does to the standard errors."""
    results = replace(results, penalty=options.name, alpha=alpha)
    if alpha and options.share > 0:
        return _without_errors(results)
    return noted(results, MOVED.format(options.name) if callable(options.penalty) else BIASED)


def penalised_factor(problem: Problem, root: Floats) -> Factor:
    """R with R'R the Hessian of squared errors and penalty, at a curvature of 1; NaN where that is singular.

    For other losses it stands for the design alone.
    """
    curvature = float(problem.at(problem.y).curvature[0]) if problem.loss.kind == "squares" else 1.0
    factor = augmented(problem.factor(), root / np.sqrt(curvature))
    if dependent_columns(factor, problem.n):  # more columns than rows: only an l1 penalty gives coefficients then
        return replace(factor, R=np.full_like(factor.R, np.nan))
    return factor


def _sandwich_kind(problem: Problem) -> str:
    return "nonrobust" if problem.loss.kind == "squares" or problem.loss.family else "HC0"


def _without_errors(results: RegressionResults) -> RegressionResults:
    """The results of a fit that chose its coefficients."""
    slopes = results.theta[int(results.basis.intercept) :]
    whole = replace(results.statistics, df_model=int(np.count_nonzero(slopes)))
    nothing = np.full_like(results.cov_theta, np.nan)
    others = tuple(text for text in results.warnings if "standard errors" not in text or "converged" in text)
    results = replace(results, warnings=others)
    return noted(replace(results, statistics=whole, cov_theta=nothing, cov_root=nothing), CHOSEN)


def noted(results: RegressionResults, note: str) -> RegressionResults:
    """The results with a note first."""
    return replace(results, warnings=(note, *results.warnings))
