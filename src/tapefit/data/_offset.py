"""The offset: what is added to each row's linear predictor, from a column or an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.data._match import first_text, usable
from tapefit.data._table import Categorical, Numeric, Table
from tapefit.data._wording import quoted
from tapefit.errors import DataError


def offset_column(table: Table, offset: Any = None, exposure: Any = None) -> Numeric | None:
    """Return offset + log(exposure) of every row of a table, NaN where one is missing; None if there is neither.

    Parameters
    ----------
    table : Table
        The rows.
    offset, exposure : str, number or (n,) array, optional
        The name of a column of the table, or values.

    Raises
    ------
    DataError
        If a column is not there or not numeric, an array has another length than the table, or an exposure is
        not positive.

    Examples
    --------
    >>> import tapefit.data
    >>> table = tapefit.data.read({"claims": [1.0, 0.0], "years": [1.0, 1.0]})
    >>> offset_column(table, exposure="years").values
    array([0., 0.])
    """
    parts = []
    if offset is not None:
        parts.append(numbers(table, offset, "offset"))
    if exposure is not None:
        time = numbers(table, exposure, "exposure")
        bad = np.flatnonzero(time.values <= 0)
        if len(bad):
            i = int(bad[0])
            raise DataError(
                f"expected exposures above 0 but {quoted(time.name)} is {time.values[i]:g} on {table.row_label(i)}; "
                "correct it, or leave the row out"
            )
        parts.append(Numeric(time.name, np.log(time.values)))
    return Numeric(parts[0].name, sum(part.values for part in parts)) if parts else None  # type: ignore[arg-type]


def numbers(table: Table, given: Any, role: str) -> Numeric:
    """Return a column of numbers by its name, or values as one; a single number is that of every row.

    Raises
    ------
    DataError
        If the column is not there or not numeric, or the values have another length than the table.
    """
    if isinstance(given, str):
        column = usable(table, given, role=role)
        if isinstance(column, Categorical):
            text, label = first_text(table, column)
            raise DataError(
                f"expected numbers but {role} {quoted(given)} has the text {quoted(text)} on {label}; correct it or "
                "name another column"
            )
        return column
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"expected {role} to be a column's name or an array of numbers; pass one of these") from None
    if values.ndim == 0:
        values = np.full(table.n, float(values))
    if values.shape != (table.n,):
        raise DataError(f"{role} has shape {values.shape} but the data has {table.n} rows; pass one value a row")
    return Numeric(role, values)
