"""Whether a text column is meant as categories: not numbers with a slip among them, not a name for each row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tapefit.data._match import first_text
from tapefit.data._table import Categorical, Table
from tapefit.data._texts import has_number_comma, looks_like_number
from tapefit.data._wording import count, quoted
from tapefit.errors import DataError

_MANY_LEVELS = 50
_LEAVE_OUT = "leave the column out (features=, --features)"


def check_texts(table: Table, column: Categorical) -> None:
    """Raise DataError if a text column that nobody declared categorical is probably something else.

    Raises
    ------
    DataError
        If more than half of its values are numbers, but not all; or more than half are numbers with commas;
        or it has more than 50 levels and more than one level for every two rows.
    """
    if column.declared:
        return
    total = int(np.count_nonzero(column.codes >= 0))
    numbers = _times(column, looks_like_number)
    if total / 2 < numbers < total:
        text, label = first_text(table, column)
        raise DataError(
            f"expected numbers or categories but column {quoted(column.name)} has {count(numbers, 'number')} and the "
            f"text {quoted(text)} on {label}; correct or empty that cell, or {_LEAVE_OUT}"
        )
    if _times(column, has_number_comma) > total / 2:
        text, label = first_text(table, column)
        raise DataError(
            f"expected numbers with a decimal point but column {quoted(column.name)} has {quoted(text)} on {label}; "
            "write them without commas"
        )
    if len(column.levels) > max(_MANY_LEVELS, table.n / 2):
        raise DataError(
            f"expected categories but column {quoted(column.name)} has {len(column.levels):,} different texts in "
            f"{count(table.n, 'row')}, as names or identifiers do; {_LEAVE_OUT}"
        )


def _times(column: Categorical, test: Callable[[str], bool]) -> int:
    """Return in how many rows the text passes a test."""
    passes: NDArray[np.bool_] = np.array([test(level) for level in column.levels] + [False])
    return int(np.count_nonzero(passes[column.codes]))
