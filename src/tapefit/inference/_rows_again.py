"""The rows of a fit once more, for what its results alone do not know; checked to be the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Missing, Table, Weights, encode, from_arrays, offset_column, read, row_weights
from tapefit.errors import UsageError
from tapefit.inference._new_rows import offset_source
from tapefit.objective import Loss, Problem, check_loss, find_loss, recognise

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

Floats = NDArray[np.float64]

_SAME = 1e-6  # relative difference of the mean losses of the fit and of the rows that come again
_ROUNDING = 1e-18  # of y: what the losses of a perfect fit are, before `_SAME`
_DEVIANCE = 1e-9  # of 1 and y: the same of deviances, which are differences of numbers of about that size


@dataclass(frozen=True)
class Given:
    """What a caller passes again; see `tapefit.fit`."""

    data: Any
    y: Any = None
    freq_weights: Any = None
    var_weights: Any = None
    sample_weight: Any = None
    offset: Any = None
    exposure: Any = None
    loss: Any = None


@dataclass(frozen=True)
class Rows:
    """The problem of a fit at its solution.

    Attributes
    ----------
    problem
        Its rows, with the columns that were kept, and its loss, recognised.
    theta
        (width,) the coefficients of its standardised columns.
    residual
        (n,) y less the linear predictor.
    kept
        The terms that the columns are, the intercept included.
    table
        As it was read.
    used
        Places of the rows in it.
    """

    problem: Problem
    theta: Floats
    residual: Floats
    kept: NDArray[np.intp]
    table: Table
    used: NDArray[np.intp]


def rows_again(results: RegressionResults, given: Given, *, what: str) -> Rows:
    """The rows of the fit.

    Raises
    ------
    UsageError
        If these are not its rows, or its loss is a function that is not passed again, or it had a penalty or
        constraints. `what` begins the message.
    """
    check_free(results, what)
    loss = _loss(results, given.loss, what)
    encoding = results.encoding
    table = _table(results, given)
    added = offset_column(
        table, *(offset_source(role, getattr(results, role), getattr(given, role)) for role in ("offset", "exposure"))
    )
    weights = _weights(results, given, table)
    missing: Missing = "drop" if results.rows.dropped else "error"
    block, _ = encode(table, encoding, missing=missing, offset=added, weights=weights)
    used = np.arange(table.n) if block.kept is None else np.flatnonzero(block.kept)
    first = int(encoding.intercept)
    kept = np.setdiff1d(np.arange(len(results.params)), results.dropped)
    slopes = kept[first:] - first
    basis = results.basis.select(slopes)
    X, low = block.X, block.low
    if len(kept) < len(results.params):
        X, low = np.asfortranarray(X[:, slopes]), None if low is None else low[:, slopes]
    problem = Problem(X, block.y, block.weight, basis, loss, block.offset, low, block.counts)
    problem = replace(problem, loss=recognise(check_loss(loss, block.y).linked(), block.y))
    if problem.loss.kind in ("squares", "pinball"):
        problem = problem.translated()
    theta = results.theta[kept]
    residual = problem.y - problem.eta(theta)
    _check_same(results, problem, residual, what)
    return Rows(problem, theta, residual, kept, table, used)


def check_free(results: RegressionResults, what: str) -> None:
    """Raise UsageError if a penalty or constraints, and not the rows alone, hold the coefficients."""
    held = f"the penalty {results.penalty}" if results.penalty else "constraints" if results.constraints else ""
    if held:
        raise UsageError(
            f"{what} takes the rows to be all that moves the coefficients, but this fit has {held}; pass cov_type to "
            "fit itself, or fit without."
        )


def _loss(results: RegressionResults, given: Any, what: str) -> Loss:
    """The loss of the fit: by its name, as the squared error that it was seen to be, or as it is passed again."""
    if results.loss_options is not None:
        return find_loss(**results.loss_options, link=results.link)
    if results.use_t:
        return find_loss("mse")
    if given is None:
        raise UsageError(
            f"{what} needs the loss {results.loss}, of which the results keep the name alone; pass the function "
            "again, as loss=."
        )
    return find_loss(given, link=None if results.link == "identity" else results.link)


def _table(results: RegressionResults, given: Given) -> Table:
    if given.y is None:
        return read(given.data, categorical=results.encoding.categorical_names)
    names = results.encoding.feature_names if isinstance(given.data, (np.ndarray, list, tuple)) else None
    return from_arrays(given.data, given.y, feature_names=names, target=results.target)


def _weights(results: RegressionResults, given: Given, table: Table) -> Weights:
    """Those that are given, else those of the fit where they were columns."""
    freq = results.freq_weights or None if given.freq_weights is None else given.freq_weights
    var = given.var_weights
    if var is None and given.sample_weight is None:
        var = results.var_weights or None
    return row_weights(table, freq, var, given.sample_weight)


def _check_same(results: RegressionResults, problem: Problem, residual: Floats, what: str) -> None:
    """Raise UsageError if the rows do not have the residual sum of squares, or the mean loss, of the fit."""
    if results.use_t:
        name, expected = "residual sum of squares", results.scale * results.df_resid
        found = float(problem.weighted(np.square(residual)).sum())
        size = expected + 1e-18 * float(problem.weighted(np.square(problem.y)).sum())
    else:
        name, expected = "mean loss", results.loss_value
        values = problem.at(problem.y - residual).value
        found, size = problem.mean(values), problem.mean(np.abs(values)) + _ROUNDING * problem.mean(np.abs(problem.y))
        if problem.loss.family:
            size += _DEVIANCE * (1 + problem.mean(np.abs(problem.y)))
    unit = "rows" if results.freq_weights is None else "observations"
    if problem.nobs != results.nobs or (np.isfinite(expected) and not abs(found - expected) <= _SAME * size):
        raise UsageError(
            f"{what} needs the {results.nobs:,} {unit} and weights of the fit, with a {name} of {expected:.6g}, got "
            f"{problem.nobs:,} {unit} with {found:.6g}; pass the same data again."
        )
