"""Mappings from name to values to tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tapefit.data._names import check_unique, select
from tapefit.data._series import as_series, column_from_series
from tapefit.data._table import Table
from tapefit.data._wording import count, quoted
from tapefit.errors import DataError

_SOURCE = "the mapping"


def table_from_mapping(
    data: Mapping[Any, Any], *, columns: Sequence[str] | None = None, declared: Sequence[str] = ()
) -> Table:
    """Return the table of a mapping from name to one-dimensional values.

    Raises
    ------
    DataError
        If the lengths differ, a wanted column is missing or values do not have one dimension.
    """
    check_unique([str(name) for name in data], _SOURCE)
    values = {str(name): one for name, one in data.items()}
    chosen = {name: as_series(name, values[name]) for name in select(tuple(values), columns, _SOURCE)}
    n = _common_length({name: len(series) for name, series in chosen.items()})
    made = {name: column_from_series(name, series, declared=name in declared) for name, series in chosen.items()}
    return Table(made, n, _SOURCE)


def _common_length(lengths: Mapping[str, int]) -> int:
    first, n = next(iter(lengths.items()), ("", 0))
    for name, length in lengths.items():
        if length != n:
            raise DataError(
                f"column {quoted(name)} has {count(length, 'row')} but {quoted(first)} has {n:,}; "
                "give columns of equal length"
            )
    return n
