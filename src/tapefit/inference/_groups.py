"""Groups: which rows belong together, from columns of the table or from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Categorical, Numeric, Table
from tapefit.errors import DataError, UsageError
from tapefit.inference._cluster import cluster_codes


def group_columns(groups: Any) -> tuple[str, ...]:
    """The columns that are named as groups: one, two, or none if `groups` is arrays."""
    if isinstance(groups, str):
        return (groups,)
    if isinstance(groups, (list, tuple)) and len(groups) in (1, 2) and all(isinstance(name, str) for name in groups):
        return tuple(groups)
    return ()


def group_codes(groups: Any, table: Table, used: NDArray[Any]) -> NDArray[np.int64] | None:
    """The cluster of each used row, (m, 1) or (m, 2), counted from 0; None without groups.

    Parameters
    ----------
    groups
        The name of a column, or two; or labels of the rows read, (n,), (n, 2), or a pair of (n,).
    table
        The rows read.
    used
        Which of them the fit uses: their places, or a mask (n,).

    Raises
    ------
    DataError
        If a used row has no group, there are fewer than two, or the lengths do not match.
    UsageError
        If there are more than two groupings.
    """
    if groups is None:
        return None
    names = group_columns(groups)
    labels = [_column(table, name) for name in names] if names else _arrays(groups, table.n)
    places = np.arange(table.n)[used]
    for label in labels:
        gap = next((i for i in places if _is_missing(label[i])), None)
        if gap is not None:
            raise DataError(f"groups has no value on {table.row_label(int(gap))}; fill it in, or leave the row out.")
    return cluster_codes([label[places] for label in labels])


def _column(table: Table, name: str) -> NDArray[Any]:
    column = table.columns.get(name)
    if column is None:
        raise DataError(f"groups column {name!r} is not in {table.source}; name one of {', '.join(table.columns)}.")
    if isinstance(column, Numeric):
        return column.values
    if isinstance(column, Categorical):
        return np.array([*column.levels, None], dtype=object)[column.codes]
    raise DataError(f"groups column {name!r} holds {column.kind}, expected numbers or text; {column.remedy}.")


def _arrays(groups: Any, n: int) -> list[NDArray[Any]]:
    """One or two arrays of n labels."""
    pair = isinstance(groups, (list, tuple)) and len(groups) == 2 and n != 2
    labels = [np.asarray(one) for one in groups] if pair else [np.asarray(groups)]
    if len(labels) == 1 and labels[0].ndim == 2:
        labels = list(labels[0].T)
    if len(labels) > 2:
        raise UsageError(f"Expected groups of one or two kinds, got {len(labels)}; pass at most two columns.")
    for label in labels:
        if label.shape != (n,):
            raise DataError(f"groups has shape {label.shape} but the data has {n} rows; pass one label a row.")
    return labels


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, (float, np.floating)) and bool(np.isnan(value)))
