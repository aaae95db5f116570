"""The solution: what the rows say where the descent ended, which every inference starts from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.inference._covariance import Fit
from tapefit.inference._likelihood import likelihood
from tapefit.inference._slopes import Slopes
from tapefit.inference._statistics import Statistics, statistics
from tapefit.numerics import Factor, dependent_columns, downdate, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Pointwise, Problem, Sums, pointwise

Floats = NDArray[np.float64]

_NAN = float("nan")


class Solution(NamedTuple):
    """A fit, seen at its coefficients.

    Attributes
    ----------
    fit
        What covariances are computed from.
    statistics
        Of the fit as a whole.
    loss_value
        The weighted mean loss.
    """

    fit: Fit
    statistics: Statistics
    loss_value: float


def solution(
    problem: Problem,
    theta: Floats,
    residual: Floats,
    factor: Factor,
    groups: NDArray[np.int64] | None = None,
    penalty_root: Floats | None = None,
    seen: Pointwise | None = None,
    sums: Sums | None = None,
) -> Solution:
    """The solution of a problem whose loss is recognised.

    Parameters
    ----------
    theta
        (width,) coefficients of the standardised columns.
    residual
        (n,) y less the linear predictor.
    factor
        R with R'R = Z'WZ, and the penalty's Hessian if there is one.
    groups
        As in `Fit`.
    penalty_root
        (m, width) a root of the penalty's Hessian beside the sum of the losses.
    seen
        The loss at the rows, where the descent has it.
    sums
        What a pass through many rows found at the coefficients, where the descent has it.
    """
    slopes = Slopes(problem, residual, seen, None if sums is None else theta)
    summed = None if sums is None or penalty_root is not None else _bread_of(problem, sums)
    if problem.loss.kind == "squares":
        loss_value, bread = float(square_loss(problem, problem.mean(np.square(residual)))), factor
    elif sums is not None and summed is not None:
        loss_value, bread = sums.value / problem.total_weight, summed
    else:
        loss_value = problem.mean(slopes.rows.value)
        bread = factor if problem.loss.kind == "pinball" else _bread(problem, slopes, factor, penalty_root)
    used = None if penalty_root is None else _used(problem, bread, penalty_root)
    known = None
    if problem.loss.family:
        eta = problem.eta(theta)
        factors = None if summed is None else (factor, summed)
        known = likelihood(problem, eta, loss_value, used=used, penalty_root=penalty_root, factors=factors)
    whole = known.statistics if known else statistics(problem, residual)
    fisher, plain = known.fisher if known else None, None
    if penalty_root is not None:
        plain = fisher or problem.factor()
        whole = _effective(problem, whole, residual, used)
    fit = Fit(problem, bread, slopes, residual, whole.scale, whole.df_resid, fisher, groups, plain)
    return Solution(fit, whole, loss_value)


def square_loss(problem: Problem, mean_square: Any) -> Any:
    """The mean loss of kind "squares", which may be a multiple of the square, where the mean square is this."""
    seen = pointwise(problem.loss, np.zeros(2), np.array([0.0, 1.0]), order=0).value
    return seen[0] + (seen[1] - seen[0]) * mean_square


def augmented(factor: Factor, root: Floats) -> Factor:
    """The factor of R'R + B'B for more rows B (m, width)."""
    return from_rows(rows_factor([factor.R, root], factor.R.shape[1]))


def _bread_of(problem: Problem, sums: Sums) -> Factor | None:
    """The factor of the Hessian from a pass through the rows; None where it must be looked at more closely."""
    factor = problem.factor_of(sums.gram) if sums.convex else None
    return None if factor is None or dependent_columns(factor, problem.n) else factor


def _bread(problem: Problem, slopes: Slopes, factor: Factor, penalty_root: Floats | None) -> Factor:
    """The factor of the Hessian at the solution; where that is not positive definite, NaN in its place."""
    curvature = np.ones(problem.n) if slopes.curvature is None else slopes.curvature
    bend = np.where(np.isfinite(curvature), curvature, 0.0)
    bread = problem.factor(np.maximum(bend, 0.0))
    if penalty_root is not None:
        bread = augmented(bread, penalty_root)
    if not dependent_columns(bread, problem.n):
        if (bend >= 0).all():
            return bread
        lessened = downdate(bread, problem.factor(np.maximum(-bend, 0.0)))
        if lessened is not None:
            return lessened
    return replace(factor, R=np.full_like(factor.R, np.nan))


def _used(problem: Problem, bread: Factor, penalty_root: Floats) -> float | None:
    """The trace of M^-1 H, with M the Hessian of loss and penalty and H that of the loss; None where M is singular."""
    if not np.isfinite(bread.R).all():
        return None
    bend = float(problem.at(problem.y).curvature[0]) if problem.loss.kind == "squares" else 1.0
    return len(bread.R) - float(np.square(bread.whiten(penalty_root.T)).sum()) / bend


def _effective(problem: Problem, whole: Statistics, residual: Floats, used: float | None) -> Statistics:
    """The statistics with what a penalty leaves of them, `used` degrees of freedom among them."""
    whole = replace(whole, rsquared_adj=_NAN, fvalue=_NAN, f_pvalue=_NAN, aic=_NAN, bic=_NAN)
    if used is None:
        return whole
    free = problem.nobs - used
    whole = replace(whole, df_resid=max(round(free), 0))
    if problem.loss.kind != "squares":
        return whole
    scale = float(problem.weighted(np.square(residual)).sum() / free) if free > 0 else _NAN
    return replace(whole, scale=scale)
