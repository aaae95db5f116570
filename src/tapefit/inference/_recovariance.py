"""Another covariance for a fit that is done: from what its results know, or from its rows once more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.errors import UsageError
from tapefit.inference._covariance import COVARIANCES, Covariance, covariance, undefined
from tapefit.inference._groups import group_codes
from tapefit.inference._likelihood import is_known
from tapefit.inference._rows_again import Given, check_free, rows_again
from tapefit.inference._solution import solution
from tapefit.inference._statistics import robust_f

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults


def with_cov_type(results: RegressionResults, kind: str, given: Given, *, groups: Any) -> RegressionResults:
    """The same results with another covariance.

    1. without rows: HC0 and HC1 differ by n / (n - k); "nonrobust" is s^2 R^-1 R^-T
    2. with rows: as in the fit

    Raises
    ------
    UsageError
        If the kind is unknown, or needs the rows and they are not there, or are not those of the fit; or if that had
        a penalty or constraints.
    """
    if kind not in COVARIANCES:
        raise UsageError(f"Expected a cov_type of {', '.join(sorted(COVARIANCES))}, got {kind!r}; choose one of them.")
    if kind != results.cov_type:
        check_free(results, f"Changing to cov_type {kind!r}")
    found = _from_state(results, kind) if groups is None else None  # 1
    if found is None and given.data is None:
        raise UsageError(
            f"cov_type {kind!r} needs the rows of the fit, which its results do not hold; pass the data again."
        )
    if found is None:
        found = _from_rows(results, kind, given, groups)  # 2
    whole = robust_f(results.statistics, results.theta, found) if not results.dropped else results.statistics
    return replace(
        results, cov_theta=found.matrix, cov_root=found.root, cov_type=found.kind, df_test=found.df, statistics=whole
    )


def _from_state(r: RegressionResults, kind: str) -> Covariance | None:
    """The covariance that the results hold already, or a multiple of it."""
    if kind == r.cov_type:
        return Covariance(r.cov_theta, kind, r.cov_root, r.df_test)
    if {kind, r.cov_type} == {"HC0", "HC1"} and r.df_resid > 0:
        factor = r.nobs / r.df_resid if kind == "HC1" else r.df_resid / r.nobs
        return Covariance(
            factor * r.cov_theta, kind, None if r.cov_root is None else np.sqrt(factor) * r.cov_root, r.df_test
        )
    if kind == "nonrobust" and r.use_t and r.inverse_factor is not None:
        return Covariance.of_root(np.sqrt(r.scale) * r.inverse_factor, kind)
    return None


def _from_rows(r: RegressionResults, kind: str, given: Given, groups: Any) -> Covariance:
    again = rows_again(r, given, what=f"cov_type {kind!r}")
    codes = group_codes(groups, again.table, again.used)
    fit = solution(again.problem, again.theta, again.residual, again.problem.factor(), codes).fit
    found = covariance(fit, kind)
    if r.df_resid <= 0 and not (kind == "nonrobust" and is_known(again.problem.loss)):
        found = undefined(found)
    k, kept = len(r.params), again.kept
    matrix = np.zeros((k, k))
    matrix[np.ix_(kept, kept)] = found.matrix
    if found.root is None:
        return replace(found, matrix=matrix)
    root = np.zeros((k, found.root.shape[1]))
    root[kept] = found.root
    return replace(found, matrix=matrix, root=root)
