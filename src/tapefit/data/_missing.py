"""Missing values: which rows are complete, and what to say of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from tapefit.data._match import usable
from tapefit.data._table import Categorical, Numeric, Table
from tapefit.data._wording import quoted
from tapefit.errors import DataError, UsageError

Missing: TypeAlias = Literal["error", "drop"]


def complete_rows(table: Table, columns: Sequence[Numeric | Categorical], missing: Missing) -> NDArray[np.bool_]:
    """Return which rows have a finite number or a level in each column, (n,) bool.

    Raises
    ------
    UsageError
        If ``missing`` is neither ``"error"`` nor ``"drop"``.
    DataError
        If a value is missing or infinite and ``missing="error"``, or a column has no value at all, or no row
        has one in every column.
    """
    if missing not in get_args(Missing):
        raise UsageError(f"missing must be 'error' or 'drop' but is {missing!r}; give one of these")
    kept = np.ones(table.n, dtype=np.bool_)
    for column in columns:
        there = has_value(column)
        if there.all():
            continue
        if not there.any():
            raise DataError(
                f"column {quoted(column.name)} of {table.source} has no finite value in any row; fill it in or leave "
                "the column out"
            )
        if missing == "error":
            raise _first_gap(table, column, there)
        kept &= there
    if not kept.any():
        raise DataError(
            f"expected rows with a value in every used column but {table.source} has none; fill in values or use "
            "fewer columns"
        )
    return kept


def has_values(table: Table, names: Sequence[str], others: Sequence[Numeric | Categorical] = ()) -> NDArray[np.bool_]:
    """Return which rows of a table have a value in each of the named columns and of the others, (n,) bool.

    Raises
    ------
    DataError
        If a column is not there or cannot be used.
    """
    there = np.ones(table.n, dtype=np.bool_)
    for column in (*(usable(table, name) for name in names), *others):
        there &= has_value(column)
    return there


def has_value(column: Numeric | Categorical) -> NDArray[np.bool_]:
    """Return which rows have a finite number or a level, (n,) bool."""
    return np.isfinite(column.values) if isinstance(column, Numeric) else column.codes >= 0


def _first_gap(table: Table, column: Numeric | Categorical, there: NDArray[np.bool_]) -> DataError:
    rows = np.flatnonzero(~there)
    i = int(rows[0])
    what = "an infinite value" if isinstance(column, Numeric) and np.isinf(column.values[i]) else "no value"
    others = f" and {len(rows) - 1:,} more rows" if len(rows) > 2 else " and one more row" if len(rows) == 2 else ""
    return DataError(
        f"expected a finite value in every row but column {quoted(column.name)} has {what} on {table.row_label(i)}"
        f'{others}; correct it, or leave such rows out with missing="drop" (--missing drop)'
    )
