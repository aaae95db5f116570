"""Results of the model that constraints leave, shown as those of all terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tapefit.inference import ConstraintTable, RegressionResults, Statistics
from tapefit.numerics import dependent_columns
from tapefit.optim import Constrained, Constraints, Restricted, penalty_unit
from tapefit.regression._constrained_minimum import Asked

Floats = NDArray[np.float64]

_NAN = float("nan")


def of_all_terms(
    results: RegressionResults, asked: Asked, found: Constrained, left: Restricted, notes: tuple[str, ...]
) -> RegressionResults:
    """The results of the model that is left as those of all terms."""
    problem, given = asked.problem, asked.constraints
    theta = left.theta(results.theta)
    params, fixed = _params(asked, problem.basis.to_raw(theta), left)
    root = None if results.cov_root is None else left.map @ results.cov_root
    active = np.array(given.equal)
    active[[row for row, _ in found.active]] = True
    whole = results.statistics
    if active.any():
        whole = _statistics(results, asked, left, only_equations=not found.active)
    plain = problem.factor()
    singular = bool(dependent_columns(plain, problem.n))
    table = ConstraintTable(given.labels, tuple(active.tolist()), _multipliers(asked, theta, active))
    own = (_conditional(table, given),) if found.active else ()
    return replace(
        results,
        params=params,
        theta=theta,
        basis=problem.basis,
        cov_theta=left.map @ results.cov_theta @ left.map.T,
        cov_root=root,
        inverse_factor=None if singular else plain.inverse(),
        statistics=whole,
        constraints=table if given.labels else None,
        fixed=fixed,
        warnings=notes + own + results.warnings,
    )


def _params(asked: Asked, beta: Floats, left: Restricted) -> tuple[Floats, tuple[int, ...]]:
    """The coefficients of the raw columns, exactly at and within their own bounds; and the places of fixed ones."""
    T, out = asked.problem.basis.raw_map(), beta.copy()
    free = np.linalg.norm(T @ left.map, axis=1) > 1e-12 * np.linalg.norm(T, axis=1)
    for row, *ends in zip(asked.wanted.A, asked.wanted.lower, asked.wanted.upper, strict=True):
        own = np.flatnonzero(row)
        if len(own) == 1:
            out[own[0]] = np.clip(out[own[0]], *np.sort(np.array(ends) / row[own[0]]))
    return out, tuple(np.flatnonzero(~free).tolist())


def _statistics(results: RegressionResults, asked: Asked, left: Restricted, *, only_equations: bool) -> Statistics:
    """The statistics, with those left out that a choice among the constraints takes the meaning from."""
    problem, whole = asked.problem, results.statistics
    constant = problem.basis.intercept and 0 in left.free
    whole = replace(whole, df_model=len(left.free) - constant, fvalue=_NAN, f_pvalue=_NAN)
    if not only_equations:
        whole = replace(whole, aic=_NAN, bic=_NAN, rsquared_adj=_NAN)
    if problem.loss.kind != "squares":
        return whole
    y = problem.y
    if problem.basis.intercept:
        y = y - y[0]  # zeros, exactly, if all are equal
        y = y - problem.mean(y)
    total = float(problem.weighted(np.square(y)).sum())
    rest = problem.y - problem.predict(left.theta(results.theta))
    left_over = float(problem.weighted(np.square(rest)).sum())
    return replace(whole, rsquared=1 - left_over / total if total > 0 else _NAN, rsquared_adj=_NAN)


def _multipliers(asked: Asked, theta: Floats, active: NDArray[np.bool_]) -> Floats:
    """Lagrange's multipliers of the mean loss, or of the objective with its penalty, in units of the raw columns."""
    problem, given = asked.problem, asked.constraints
    out = np.zeros(len(given.labels))
    if not active.any():
        return out
    if problem.loss.kind in ("pinball", "corners"):
        return np.where(active, _NAN, 0.0)
    g = problem.gradient(problem.at(problem.eta(theta)).slope)
    unit = 1.0
    if asked.penalty is not None:
        g, unit = g + asked.penalty.slope(theta), penalty_unit(problem)
    solved = np.linalg.lstsq(given.A[active].T, unit * g / problem.total_weight, rcond=None)[0]
    out[active] = solved / given.size[active]
    return out


def _conditional(table: ConstraintTable, given: Constraints) -> str:
    """What a reader should know of the standard errors."""
    held = [label for label, on, equal in zip(table.labels, table.active, given.equal, strict=True) if on and not equal]
    listed = _listed(held)
    return (
        f"{listed} hold{'s' * (len(held) == 1)} with equality: the standard errors take that as given, as if it had "
        "been known before, so that they are too small near a bound; a coefficient at its bound has none."
    )


def _listed(names: Sequence[str]) -> str:
    shown = [f"'{name}'" for name in names[:4]] + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
