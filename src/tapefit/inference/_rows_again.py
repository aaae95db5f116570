"""The rows of a fit once more, for what its results alone do not know; checked to be the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Table, encode, from_arrays, read
from tapefit.errors import DataError, UsageError
from tapefit.objective import Problem, find_loss

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

Floats = NDArray[np.float64]

_SAME = 1e-6  # relative difference of the residual variances of the fit and of the rows that come again


@dataclass(frozen=True)
class Rows:
    """The problem of a least-squares fit at its solution.

    Attributes
    ----------
    problem
        Its rows, with the columns that were kept.
    residual
        (n,) y - prediction.
    kept
        The terms that the columns are, the intercept included.
    table
        As it was read.
    used
        Places of the rows in it.
    """

    problem: Problem
    residual: Floats
    kept: NDArray[np.intp]
    table: Table
    used: NDArray[np.intp]


def rows_again(results: RegressionResults, data: Any, y: Any, *, sample_weight: Any, what: str) -> Rows:
    """The rows of the fit.

    Raises
    ------
    UsageError
        If the fit's loss is not a squared error, or these are not its rows. `what` begins the message.
    """
    if not results.use_t or results.offset is not None or results.exposure is not None:
        raise UsageError(
            f"{what} needs a fit of squared errors without offset, got the loss {results.loss}; "
            "pass the option to fit itself where it has one."
        )
    encoding = results.encoding
    table = _table(results, data, y)
    block, _ = encode(table, encoding, missing="drop" if results.rows.dropped else "error")
    used = np.arange(table.n) if block.kept is None else np.flatnonzero(block.kept)
    weight = None if sample_weight is None else _weights(sample_weight, table.n)[used]
    first = int(encoding.intercept)
    kept = np.setdiff1d(np.arange(len(results.params)), results.dropped)
    slopes = kept[first:] - first
    basis = results.basis.select(slopes)
    X = block.X if len(kept) == len(results.params) else np.asfortranarray(block.X[:, slopes])
    problem = Problem(X, block.y, weight, basis, find_loss("mse"))
    residual = block.y - problem.predict(results.theta[kept])
    _check_same(results, problem, residual, what)
    return Rows(problem, residual, kept, table, used)


def _table(results: RegressionResults, data: Any, y: Any) -> Table:
    if y is None:
        return read(data, categorical=results.encoding.categorical_names)
    names = results.encoding.feature_names if isinstance(data, (np.ndarray, list, tuple)) else None
    return from_arrays(data, y, feature_names=names, target=results.target)


def _weights(sample_weight: Any, n: int) -> Floats:
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (n,):
        raise DataError(f"sample_weight has shape {weight.shape} but the data has {n} rows; pass one weight a row.")
    return weight


def _check_same(results: RegressionResults, problem: Problem, residual: Floats, what: str) -> None:
    rss = float(problem.weighted(np.square(residual)).sum())
    expected = results.scale * results.df_resid
    slack = _SAME * expected + 1e-24 * float(problem.weighted(np.square(problem.y)).sum())
    if problem.n != results.nobs or (np.isfinite(expected) and not abs(rss - expected) <= slack):
        raise UsageError(
            f"{what} needs the {results.nobs:,} rows and weights of the fit, with a residual sum of squares of "
            f"{expected:.6g}, got {problem.n:,} rows with {rss:.6g}; pass the same data again."
        )
