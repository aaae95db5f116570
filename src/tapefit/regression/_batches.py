"""fit_batches(): least squares of rows that fit no memory, one batch after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import (
    Batches,
    Encoding,
    Missing,
    Numeric,
    Poly,
    RowCount,
    Table,
    Weights,
    batches,
    encode,
    features_beside,
    has_values,
    listed,
    offset_column,
    row_weights,
    survey_encoding,
)
from tapefit.errors import DataError, UsageError
from tapefit.inference import Moments, RegressionResults, checked_level
from tapefit.regression._partial import results_of_moments
from tapefit.regression._solve import OnCollinear


def fit_batches(
    data: Any,
    *,
    target: str = "y",
    features: Sequence[str | Poly] | None = None,
    categorical: Sequence[str] = (),
    intercept: bool = True,
    missing: Missing = "error",
    on_collinear: OnCollinear = "error",
    freq_weights: str | None = None,
    var_weights: str | None = None,
    offset: str | None = None,
    confidence_level: float = 0.95,
    batch_rows: int = 65_536,
) -> RegressionResults:
    """Fit least squares to rows of which one batch at a time is in memory, to the same digits as `fit`.

    Each batch becomes cross-products in double-double arithmetic, which are added up. A file or dataset is read twice:
    first for the levels of its columns of text and the ranges of its polynomials.

    Parameters
    ----------
    data
        A path (delimited text, Parquet, Arrow), a pyarrow Dataset, or an iterable of what `fit` takes as data: a list
        of dataframes, a generator, a pyarrow RecordBatchReader. What can be gone through only once, "-" included, has
        no columns of text as features, and the range of polynomials is that of its first batch.
    target, features, categorical, intercept, missing, on_collinear, confidence_level
        As in `tapefit.fit`.
    freq_weights, var_weights, offset
        As in `tapefit.fit`, by the names of columns.
    batch_rows
        The rows of a batch of a file or dataset.

    Returns
    -------
    RegressionResults
        With classical standard errors.

    Raises
    ------
    DataError
        If the data cannot be used; the message names column, row and batch.
    UsageError
        If an option cannot be used.

    Examples
    --------
    >>> import tapefit
    >>> results = tapefit.fit_batches("examples/norris.csv", target="y", batch_rows=5)
    >>> results.params.round(6), results.rows.used
    (array([-0.262323,  1.002117]), 36)
    """
    checked_level(confidence_level)
    if missing not in ("error", "drop"):
        raise UsageError(f"Expected missing to be 'error' or 'drop', got {missing!r}; choose one of them.")
    plan = _Plan(target, missing, freq_weights, var_weights, offset)
    plan.check()
    features = listed(features)
    source = batches(data, rows=batch_rows, columns=plan.columns(features), categorical=categorical)
    first, encoding = _learned(source, plan, features, intercept)
    moments, rows = _summed(first, plan, encoding)
    results = results_of_moments(
        moments, encoding, rows=rows, on_collinear=on_collinear, confidence_level=confidence_level
    )
    return replace(results, offset=offset, freq_weights=freq_weights, var_weights=var_weights)


@dataclass(frozen=True)
class _Plan:
    """Which columns are what, for every batch."""

    target: str
    missing: Missing
    freq_weights: str | None
    var_weights: str | None
    offset: str | None

    def check(self) -> None:
        """Raise UsageError for what is given as values and not as a column."""
        for role in ("freq_weights", "var_weights", "offset"):
            if not isinstance(getattr(self, role), str | None):
                raise UsageError(f"Expected {role} to be the name of a column of the batches, got values; name one.")

    def columns(self, features: Sequence[str | Poly] | None) -> list[str] | None:
        """The columns to read; None for all."""
        if features is None:
            return None
        names = [one.name if isinstance(one, Poly) else one for one in features]
        return list(dict.fromkeys([self.target, *names, *self._beside()]))

    def _beside(self) -> list[str]:
        return [name for name in (self.freq_weights, self.var_weights, self.offset) if name is not None]

    def features(self, table: Table) -> list[str] | None:
        """The features where none are named: all columns that are nothing else."""
        return features_beside(table, [self.target, *self._beside()])

    def aside(self, table: Table) -> tuple[Numeric | None, Weights]:
        """Offset and weights of a batch."""
        return offset_column(table, self.offset), row_weights(table, self.freq_weights, self.var_weights)


def _learned(
    source: Batches, plan: _Plan, features: Sequence[str | Poly] | None, intercept: bool
) -> tuple[Iterator[Table], Encoding]:
    """The batches from the first, and the encoding that all of them have."""
    tables = source.start()
    head = next(tables, None)
    if head is None:
        raise DataError("expected batches of rows but there are none; give at least one")
    if features is None:
        features = plan.features(head)
    every = _chained(head, tables) if source.again else iter([head])
    encoding = survey_encoding(
        ((t, _counted(t, plan)) for t in every), plan.target, features=features, intercept=intercept
    )
    if source.again:
        return source.start(), encoding
    if encoding.categorical_names:
        raise UsageError(
            f"Expected numbers in batches that come only once, got text in {encoding.categorical_names[0]!r}, whose "
            "levels all batches together tell; pass a path, a list or a dataset."
        )
    return _chained(head, tables), encoding


def _chained(head: Table, rest: Iterator[Table]) -> Iterator[Table]:
    yield head
    yield from rest


def _counted(table: Table, plan: _Plan) -> NDArray[np.bool_]:
    """(n,) which rows of a batch have a target and stand for an observation."""
    added, weights = plan.aside(table)
    counted = weights.counted()
    there = has_values(table, [plan.target], [*weights.columns, *([added] if added else [])])
    return there if counted is None else there & counted


def _summed(tables: Iterator[Table], plan: _Plan, encoding: Encoding) -> tuple[Moments, RowCount]:
    """The moments of all batches, and what became of their rows."""
    whole: Moments | None = None
    read = used = 0
    for table in tables:
        read += table.n
        added, weights = plan.aside(table)
        counted = weights.counted()
        if plan.missing == "drop":
            counted = _counted(table, plan) & has_values(table, encoding.feature_names)
        if counted is not None and not counted.any():
            continue
        block, rows = encode(table, encoding, missing=plan.missing, offset=added, weights=weights)
        used += rows.used
        y = block.y if block.offset is None else block.y - block.offset
        new = Moments.of(np.asarray(block.X), y, block.weight, block.low, counts=block.counts)
        whole = new if whole is None else whole.merge(new)
    if whole is None or whole.nobs < 2:
        raise DataError("one row shows no spread; give at least 2 complete rows")
    return whole, RowCount(read, used, read - used)
