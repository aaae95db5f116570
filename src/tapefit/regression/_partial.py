"""From moments to results: least squares of rows that were seen once and are gone."""

from __future__ import annotations

import numpy as np

from tapefit.data import Encoding, Feature, RowCount
from tapefit.errors import DataError
from tapefit.inference import MomentFit, Moments, RegressionResults, of_squares, solve_moments
from tapefit.numerics import dependent_columns, select_powers
from tapefit.regression._solve import OnCollinear, check_powers, drop_notes, reason


def results_of_moments(
    moments: Moments,
    encoding: Encoding,
    *,
    rows: RowCount,
    on_collinear: OnCollinear = "error",
    confidence_level: float = 0.95,
) -> RegressionResults:
    """Least squares from moments alone, with classical standard errors.

    Parameters
    ----------
    moments
        Of the columns in the order of the encoding's terms.
    encoding
        The names of the terms.
    rows
        Rows read, used and dropped.
    on_collinear
        What to do about a column that others make up.
    confidence_level
        Of the intervals in the summary.

    Raises
    ------
    DataError
        With `on_collinear` "error", if a column is made up of others.
    """
    terms, first = encoding.term_names, int(encoding.intercept)
    full = solve_moments(moments, intercept=encoding.intercept, powers=encoding.powers)
    found = dependent_columns(full.factor, moments.nobs)
    if found and on_collinear == "error":
        raise DataError(
            f"{reason(found[0], terms)}, so their coefficients cannot be told apart; leave out one of them."
        )
    check_powers(full.basis, found, terms)
    kept = np.setdiff1d(np.arange(len(terms)), [column for column, _ in found])
    fit = full
    if found:
        slopes = [int(k) - first for k in kept[first:]]
        powers = select_powers(encoding.powers, slopes)
        fit = solve_moments(moments.select(slopes), intercept=encoding.intercept, powers=powers)
    whole = of_squares(moments.nobs, len(kept), fit.rss, fit.tss, moments.log_weight, intercept=encoding.intercept)
    params, theta, root = np.zeros(len(terms)), np.zeros(len(terms)), np.zeros((len(terms), len(kept)))
    params[kept], theta[kept], root[kept] = fit.beta, fit.theta, np.sqrt(whole.scale) * fit.inverse
    inverse = np.zeros((len(terms), len(terms)))
    inverse[np.ix_(kept, kept)] = fit.inverse
    mean_loss = fit.rss / moments.weight
    return RegressionResults(
        encoding=encoding,
        params=params,
        theta=theta,
        basis=full.basis,
        cov_theta=root @ root.T,
        cov_root=root,
        inverse_factor=inverse,
        dropped=tuple(np.setdiff1d(np.arange(len(terms)), kept).tolist()),
        cov_type="nonrobust",
        statistics=whole,
        loss="mse",
        loss_options={"loss": "mse"},
        loss_value=mean_loss,
        solver="auto",
        n_iter=1,
        status="converged",
        message="Least squares, solved from cross-products in double-double arithmetic.",
        loss_curve=np.array([mean_loss]),
        rows=rows,
        condition_number=fit.factor.condition,
        use_t=True,
        confidence_level=confidence_level,
        warnings=drop_notes(found, terms) + _notes(whole.df_resid, fit),
    )


def _notes(df_resid: int, fit: MomentFit) -> tuple[str, ...]:
    if df_resid <= 0:
        return ("as many coefficients as rows: the fit is exact, and standard errors are not defined.",)
    if fit.rss == 0:
        return ("the fit is exact up to rounding, so that standard errors say nothing.",)
    return ()


def plain_encoding(columns: int, *, intercept: bool) -> Encoding:
    """The names x1, x2, ... of columns that have none."""
    return Encoding("y", tuple(Feature(f"x{j + 1}") for j in range(columns)), intercept)
