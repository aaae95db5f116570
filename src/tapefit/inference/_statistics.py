"""Statistics of the whole fit: variance explained, likelihood, information criteria."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.inference._covariance import Covariance
from tapefit.inference._distributions import f_tail
from tapefit.inference._quadratic_form import quadratic_form
from tapefit.numerics import blocks
from tapefit.objective import Problem

Floats = NDArray[np.float64]
_NAN = float("nan")


@dataclass(frozen=True)
class Statistics:
    """Numbers that describe a fit as a whole; NaN where one is not defined for the loss.

    Attributes
    ----------
    nobs, df_model, df_resid
        Rows, slopes, and rows less coefficients.
    scale
        The residual variance: the residual sum of squares over `df_resid`. Of a likelihood family, its dispersion.
    rsquared, rsquared_adj
        About the mean of y with an intercept, about 0 without.
    fvalue, f_pvalue
        Of the hypothesis that all slopes are 0.
    llf, aic, bic
        The log likelihood, normal for squared errors, and its information criteria.
    deviance, pearson_chi2
        Of a likelihood family: twice the log likelihood lost against a fit of every y (times the dispersion), and
        the sum of squared errors over the variance.
    null_deviance, llnull
        Deviance and log likelihood of the model that has a constant (and the offset) alone, the latter at the
        dispersion of the whole fit.
    """

    nobs: int
    df_model: int
    df_resid: int
    scale: float = _NAN
    rsquared: float = _NAN
    rsquared_adj: float = _NAN
    fvalue: float = _NAN
    f_pvalue: float = _NAN
    llf: float = _NAN
    aic: float = _NAN
    bic: float = _NAN
    deviance: float = _NAN
    pearson_chi2: float = _NAN
    null_deviance: float = _NAN
    llnull: float = _NAN


def statistics(problem: Problem, residual: Floats) -> Statistics:
    """The statistics of a fit with these residuals, (n,)."""
    n, width = problem.nobs, problem.basis.width
    if problem.loss.kind != "squares":
        return Statistics(n, width - problem.basis.intercept, n - width)
    rss = problem.sum_squares(residual)
    return of_squares(n, width, rss, _total_squares(problem), problem.log_weight, intercept=problem.basis.intercept)


def of_squares(n: int, width: int, rss: float, tss: float, log_weight: float = 0.0, *, intercept: bool) -> Statistics:
    """The statistics of least squares.

    Parameters
    ----------
    n, width
        Rows and coefficients.
    rss, tss
        Weighted sums of squares of the residuals and of y, the latter about its mean if there is an intercept.
    log_weight
        The sum of the logarithms of the weights.
    intercept
        Whether one of the coefficients is an intercept.
    """
    slopes, df_resid, df_total = width - intercept, n - width, n - intercept
    scale = rss / df_resid if df_resid > 0 else _NAN
    r2 = 1 - rss / tss if tss > 0 else _NAN
    adjusted = 1 - (1 - r2) * df_total / df_resid if df_resid > 0 else _NAN
    fvalue = (tss - rss) / slopes / scale if slopes and df_resid > 0 and scale > 0 else _NAN
    llf = _log_likelihood(n, rss, log_weight)
    return Statistics(
        nobs=n,
        df_model=slopes,
        df_resid=df_resid,
        scale=scale,
        rsquared=r2,
        rsquared_adj=adjusted,
        fvalue=fvalue,
        f_pvalue=f_tail(fvalue, slopes, df_resid) if np.isfinite(fvalue) else _NAN,
        llf=llf,
        aic=2 * width - 2 * llf,
        bic=float(np.log(n)) * width - 2 * llf,
    )


def robust_f(whole: Statistics, theta: Floats, cov: Covariance) -> Statistics:
    """The statistics with the F of all slopes under another covariance than the classical one.

    F = b'C^-1 b / slopes, on the standardised columns, where it has the same value as on the raw ones; from a root
    of C where there is one.
    """
    k, df = whole.df_model, whole.df_resid if cov.df is None else cov.df
    if not np.isfinite(whole.fvalue):
        return replace(whole, fvalue=_NAN, f_pvalue=_NAN)
    first = len(theta) - k
    root = None if cov.root is None else cov.root[first:]
    fvalue = quadratic_form(theta[first:], cov.matrix[first:, first:], root) / k
    return replace(whole, fvalue=fvalue, f_pvalue=f_tail(fvalue, k, df) if np.isfinite(fvalue) else _NAN)


def _total_squares(problem: Problem) -> float:
    """The weighted sum of squares of y about its mean, or about 0; in ranges of rows, so that it needs no arrays."""
    if not problem.basis.intercept:
        return problem.sum_squares(problem.y)
    origin = problem.y[0]  # the rest is zeros, exactly, if all are equal
    centre = math.fsum(float(v.sum()) for v in _weighted_parts(problem, origin, 1)) / problem.total_weight
    return math.fsum(float(v.sum()) for v in _weighted_parts(problem, origin, 2, centre))


def _weighted_parts(problem: Problem, origin: float, power: int, centre: float = 0.0) -> Iterator[Floats]:
    """Weights times powers of ``y - origin - centre`` in ranges of rows."""
    for rows in blocks(problem.n, 16):
        rest = (problem.y[rows] - origin - centre) ** power
        yield rest if problem.weight is None else rest * problem.weight[rows]


def _log_likelihood(n: int, rss: float, log_weight: float) -> float:
    if not rss > 0:
        return _NAN
    return -0.5 * n * (float(np.log(2 * np.pi * rss / n)) + 1) + 0.5 * log_weight
