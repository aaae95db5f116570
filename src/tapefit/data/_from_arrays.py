"""A feature array and a target array to a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tapefit.data._frames import table_from_frame
from tapefit.data._names import check_unique
from tapefit.data._series import as_array, as_series, column_from_series
from tapefit.data._table import Column, Table
from tapefit.data._wording import count
from tapefit.errors import DataError

_SOURCE = "arrays"


def from_arrays(X: object, y: object = None, *, feature_names: Sequence[str] | None = None, target: str = "y") -> Table:
    """Return the table of features and a target given apart.

    Parameters
    ----------
    X : (n, p) or (n,) array-like or dataframe
        The features. A float64 array is not copied. A masked entry is a missing value.
    y : (n,) or (n, 1) array-like, optional
        The target.
    feature_names : sequence of p str, optional
        The names of the features; else those of the dataframe, or ``x1`` to ``xp``, or ``x`` for a single one.
    target : str
        The name of ``y``.

    Raises
    ------
    DataError
        If a shape is not one of those above, the numbers of rows differ, a name occurs twice or there is
        no row.

    Examples
    --------
    >>> table = from_arrays([[1, 2], [3, 4]], [5, 6])
    >>> tuple(table.columns), table.columns["x2"].values
    (('x1', 'x2', 'y'), array([2., 4.]))
    """
    columns, n = _features(X)
    names = list(columns) if feature_names is None else [str(name) for name in feature_names]
    if len(names) != len(columns):
        raise DataError(
            f"feature_names has {count(len(names), 'name')} but X has {count(len(columns), 'column')}; "
            "give one name a column"
        )
    check_unique(names if y is None else [*names, target], _SOURCE)
    made = {
        name: column if column.name == name else replace(column, name=name)
        for name, column in zip(names, columns.values(), strict=True)
    }
    if y is not None:
        made[target] = _target(y, target, n)
    return Table(made, n, _SOURCE)


def _features(X: object) -> tuple[Mapping[str, Column], int]:
    table = None if isinstance(X, (np.ndarray, list, tuple)) else table_from_frame(X)
    if table is not None:
        return table.columns, table.n
    array = as_array("X", X)
    if array.ndim not in (1, 2):
        raise DataError(f"X must have shape (n, p) or (n,) but has {array.shape}; reshape it to one row a case")
    matrix = array[:, None] if array.ndim == 1 else array  # (n, p)
    n, p = matrix.shape
    names = ["x"] if p == 1 else [f"x{j}" for j in range(1, p + 1)]
    return {name: column_from_series(name, matrix[:, j]) for j, name in enumerate(names)}, n


def _target(y: object, target: str, n: int) -> Column:
    series = as_series(target, y)
    if len(series) != n:
        raise DataError(f"y has {count(len(series), 'row')} but X has {n:,}; pass arrays with equal first dimension")
    return column_from_series(target, series)
