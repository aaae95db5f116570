"""What a fit's inference starts from: the mean loss, the rows' slopes, and the factor of the Hessian."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.inference import Statistics, kernel_width
from tapefit.numerics import Factor, dependent_columns, downdate, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Pointwise, Problem, pointwise, smoothed

Floats = NDArray[np.float64]

_NAN = float("nan")


def square_loss(problem: Problem, mean_square: Any) -> Any:
    """The mean loss of kind "squares" where the mean squared residual is this."""
    seen = pointwise(problem.loss, np.zeros(2), np.array([0.0, 1.0])).value
    return seen[0] + (seen[1] - seen[0]) * mean_square


def inference(
    problem: Problem, residual: Floats, factor: Factor, penalty_root: Floats | None = None
) -> tuple[float, Floats, Factor]:
    """The mean loss, the weighted slopes of the rows, and the factor of the Hessian or of what stands for it."""
    if problem.loss.kind == "squares":
        loss_value = float(square_loss(problem, problem.mean(np.square(residual))))
        return loss_value, -problem.weighted(residual), factor
    seen = problem.at(problem.y - residual)
    if problem.loss.kind == "pinball":
        return problem.mean(seen.value), problem.weighted(seen.slope), factor
    bread = _bread(problem, _bend(problem, residual, seen), factor, penalty_root)
    return problem.mean(seen.value), problem.weighted(seen.slope), bread


def _bend(problem: Problem, residual: Floats, seen: Pointwise) -> Floats:
    """l'' of every row; for a loss with corners, its mean over a stretch of predictions."""
    if problem.loss.kind != "corners":
        return seen.curvature
    h = 0.6**0.5 * kernel_width(problem, residual, 0.5)  # a flat kernel of the same variance as Epanechnikov's
    try:
        return smoothed(problem.loss, problem.y, problem.y - residual, h).curvature
    except DataError:
        return np.full(problem.n, np.nan)


def _bread(problem: Problem, curvature: Floats, factor: Factor, penalty_root: Floats | None) -> Factor:
    """The factor of the Hessian at the solution; where that is not positive definite, NaN in its place."""
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


def augmented(factor: Factor, root: Floats) -> Factor:
    """The factor of R'R + B'B for more rows B (m, width)."""
    return from_rows(rows_factor([factor.R, root], factor.R.shape[1]))


def held(factor: Factor, n: int) -> Factor:
    """The factor with a trace of ridge, so that columns that others make up are no obstacle."""
    return augmented(factor, np.sqrt(1e-8 * n) * np.eye(len(factor.R)))


def effective(problem: Problem, whole: Statistics, residual: Floats, bread: Factor, plain: Factor) -> Statistics:
    """The statistics with what a penalty leaves of them.

    Squared errors have the trace of the hat matrix in place of the number of coefficients.
    """
    whole = replace(whole, rsquared_adj=_NAN, fvalue=_NAN, f_pvalue=_NAN, aic=_NAN, bic=_NAN)
    if problem.loss.kind != "squares" or not np.isfinite(bread.R).all():
        return whole
    free = problem.n - float(np.square(bread.whiten(plain.R.T)).sum())
    scale = float(problem.weighted(np.square(residual)).sum() / free) if free > 0 else _NAN
    return replace(whole, scale=scale, df_resid=max(round(free), 0))
