"""Penalised fits: which penalty, on what scale, and what can be said about the coefficients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.errors import UsageError
from tapefit.inference import RegressionResults
from tapefit.numerics import Factor, dependent_columns
from tapefit.objective import Problem
from tapefit.optim import Penalty, first_coefficients, penalty_unit, solve_penalised
from tapefit.regression._bread import augmented
from tapefit.regression._options import _is_number
from tapefit.regression._solve import Independent, make_results, recognised, warn_unless_converged

Floats = NDArray[np.float64]
PenaltyName = Literal["l1", "l2", "elasticnet"]

PENALTIES: dict[str, Callable[[float], float]] = {  # the share of the absolute values
    "elasticnet": lambda l1_ratio: l1_ratio,
    "l1": lambda _: 1.0,
    "l2": lambda _: 0.0,
}
BIASED = (
    "the l2 penalty draws the coefficients towards 0: the standard errors show their scatter and not this bias, so "
    "the intervals cover the true values too rarely."
)
CHOSEN = (
    "standard errors are not given: the l1 penalty chooses which coefficients are 0, and after such a choice "
    "estimates are neither normal nor centred; bootstrap the fit, or use penalty='l2'."
)


@dataclass(frozen=True)
class PenaltyOptions:
    """A penalty as asked for; see `tapefit.fit`."""

    penalty: str
    alpha: float | str | None
    l1_ratio: float
    standardize: bool

    @staticmethod
    def of(
        penalty: str | None, alpha: float | str | None, l1_ratio: float, *, standardize: bool
    ) -> PenaltyOptions | None:
        """The options, or None without a penalty."""
        if penalty is not None:
            return PenaltyOptions(penalty, alpha, l1_ratio, standardize)
        if alpha is not None:
            raise UsageError(f"alpha={alpha!r} belongs to a penalty, which was not asked for; add penalty='l2', say.")
        return None

    def check(self, cov_type: str | None = None, solver: str = "auto", groups: object = None) -> None:
        """Raise UsageError, in one sentence, for an option that cannot be used."""
        if self.penalty not in PENALTIES:
            raise UsageError(
                f"Expected a penalty of {', '.join(sorted(PENALTIES))}, got {self.penalty!r}; choose one of them."
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
        return PENALTIES[self.penalty](self.l1_ratio)

    def at(self, problem: Problem, alpha: float) -> Penalty:
        """The penalty on the coefficients of a problem's standardised columns."""
        return Penalty(alpha, self.share, sizes(problem, standardize=self.standardize))


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
    return first_coefficients(
        problem, augmented(problem.factor(), np.sqrt(1e-8 * problem.n) * np.eye(problem.basis.width))
    )


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
) -> RegressionResults:
    """The results of a penalised fit."""
    problem = known(problem)
    penalty = options.at(problem, alpha)
    outcome = solve_penalised(problem, penalty, start_of(problem))
    warn_unless_converged(outcome)
    outcome = replace(outcome, message=f"{outcome.message[:-1]}, {options.penalty} with alpha={alpha:.6g}.")
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
    results = replace(results, penalty=options.penalty, alpha=alpha)
    return _without_errors(results) if chooses else noted(results, BIASED)


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
    return noted(replace(results, statistics=whole, cov_theta=nothing, cov_root=nothing), CHOSEN)


def noted(results: RegressionResults, note: str) -> RegressionResults:
    """The results with a note on their standard errors first, and no other on them."""
    others = [text for text in results.warnings if "standard errors" not in text]
    return replace(results, warnings=(note, *others))
