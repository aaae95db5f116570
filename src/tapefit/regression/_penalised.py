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
from tapefit.numerics import Factor, dependent_columns, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Problem, check_loss, recognise
from tapefit.optim import Penalty, first_coefficients, penalty_unit, solve_penalised
from tapefit.regression._options import _is_number
from tapefit.regression._solve import Independent, make_results, warn_unless_converged

Floats = NDArray[np.float64]
PenaltyName = Literal["l1", "l2", "elasticnet"]

PENALTIES: dict[str, Callable[[float], float]] = {  # the share of the absolute values
    "elasticnet": lambda l1_ratio: l1_ratio,
    "l1": lambda _: 1.0,
    "l2": lambda _: 0.0,
}
_NAN = float("nan")
_BIASED = (
    "the l2 penalty draws the coefficients towards 0: the standard errors show their scatter and not this bias, so "
    "the intervals cover the true values too rarely."
)
_CHOSEN = (
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

    def check(self, cov_type: str | None = None, solver: str = "auto") -> None:
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
            raise UsageError(f"cov_type={cov_type!r} cannot be used with an l1 penalty: {_CHOSEN}")

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
    problem = replace(problem, loss=recognise(check_loss(problem.loss, problem.y).linked(), problem.y))
    if problem.loss.kind == "pinball":
        raise UsageError(
            f"Expected a smooth loss beside a penalty, got {problem.loss.name}, which has corners; use 'huber', or "
            "leave the penalty out."
        )
    return problem.translated() if problem.loss.kind == "squares" else problem


def start_of(problem: Problem) -> Floats:
    """First coefficients: zeros but for the intercept, where the loss is defined."""
    if problem.loss.kind == "squares":
        return np.zeros(problem.basis.width)
    return first_coefficients(problem, _augmented(problem.factor(), np.full(problem.basis.width, 1e-8 * problem.n)))


def fit_penalised(
    problem: Problem,
    options: PenaltyOptions,
    alpha: float,
    *,
    encoding: Encoding,
    rows: RowCount,
    cov_type: str | None,
    confidence_level: float,
) -> RegressionResults:
    """The results of a penalised fit."""
    problem = known(problem)
    penalty = options.at(problem, alpha)
    outcome = solve_penalised(problem, penalty, start_of(problem))
    warn_unless_converged(outcome)
    outcome = replace(outcome, message=f"{outcome.message[:-1]}, {options.penalty} with alpha={alpha:.6g}.")
    plain = problem.factor()
    factor = _augmented(plain, problem.total_weight * penalty.l2 / _bend(problem))
    if dependent_columns(factor, problem.n):  # more columns than rows: only an l1 penalty gives coefficients then
        factor = replace(factor, R=np.full_like(factor.R, np.nan))
    design = Independent(problem, factor, np.arange(problem.basis.width), problem)
    kind = cov_type or ("nonrobust" if problem.loss.kind == "squares" else "HC0")
    results = make_results(
        design,
        problem,
        outcome,
        encoding=encoding,
        rows=rows,
        solver="auto",
        cov_type=kind,
        confidence_level=confidence_level,
    )
    return _corrected(results, problem, penalty, plain, factor)


def _bend(problem: Problem) -> float:
    """The curvature of squared errors as it counts beside a penalty; 1 for other losses."""
    if problem.loss.kind != "squares":
        return 1.0
    return penalty_unit(problem) * float(problem.at(problem.y).curvature[0])


def _augmented(factor: Factor, squares: Floats) -> Factor:
    """The factor of R'R + diag(squares), by augmented rows."""
    return from_rows(rows_factor([factor.R, np.diag(np.sqrt(squares))], len(squares)))


def _corrected(
    results: RegressionResults, problem: Problem, penalty: Penalty, plain: Factor, factor: Factor
) -> RegressionResults:
    """The results with the covariance and the degrees of freedom that a penalty leaves."""
    whole: Any = replace(results.statistics, rsquared_adj=_NAN, fvalue=_NAN, f_pvalue=_NAN, aic=_NAN, bic=_NAN)
    if penalty.alpha and penalty.l1_ratio > 0:
        whole = replace(whole, df_model=int(np.count_nonzero(results.theta[int(problem.basis.intercept) :])))
        return _noted(_with_root(results, whole, np.full_like(results.cov_theta, np.nan)), _CHOSEN)
    if problem.loss.kind != "squares":
        return _noted(_with_root(results, whole, _sandwich(results, problem, penalty)), _BIASED)
    effective = float(np.square(factor.whiten(plain.R.T)).sum())  # trace of the hat matrix
    free = problem.n - effective
    rest = problem.y - problem.predict(results.theta)
    scale = float(problem.weighted(np.square(rest)).sum() / free) if free > 0 else _NAN
    whole = replace(whole, scale=scale, df_resid=max(round(free), 0))
    if results.cov_type != "nonrobust":
        return _noted(replace(results, statistics=whole), _BIASED)
    return _noted(_with_root(results, whole, np.sqrt(scale) * factor.solve(plain.R.T)), _BIASED)


def _with_root(results: RegressionResults, whole: Any, root: Floats) -> RegressionResults:
    """The results with the covariance B B' of a root B."""
    return replace(results, statistics=whole, cov_theta=root @ root.T, cov_root=root)


def _sandwich(results: RegressionResults, problem: Problem, penalty: Penalty) -> Floats:
    """A root of M^-1 (sum of scores' squares) M^-1 with M the Hessian of loss and penalty."""
    rows = problem.at(problem.eta(results.theta))
    bread = _augmented(problem.factor(np.maximum(rows.curvature, 0.0)), problem.total_weight * penalty.l2)
    slope = problem.weighted(rows.slope)
    root = rows_factor((Z * slope[part, None] for part, Z in problem.parts()), problem.basis.width)
    return bread.solve(root.T)


def _noted(results: RegressionResults, note: str) -> RegressionResults:
    others = [text for text in results.warnings if "standard errors" not in text]
    return replace(results, warnings=(note, *others))
