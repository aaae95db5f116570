"""The columns of a table that a model asks for, each of the kind that it was fitted on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tapefit.data._feature import Feature
from tapefit.data._names import no_such_column
from tapefit.data._table import Categorical, Numeric, Table, Unsupported
from tapefit.data._texts import looks_like_number
from tapefit.data._wording import quoted
from tapefit.errors import DataError

UsableColumn = Numeric | Categorical


def usable(table: Table, name: str, *, role: str = "column") -> UsableColumn:
    """Return a column by name.

    Raises
    ------
    DataError
        If the table has no such column, or one that a regression cannot use.
    """
    column = table.columns.get(name)
    if column is None:
        raise no_such_column(name, tuple(table.columns), table.source, role=role)
    if isinstance(column, Unsupported):
        raise DataError(
            f"expected numbers or text but {role} {quoted(name)} of {table.source} holds {column.kind}; {column.remedy}"
        )
    return column


def matched(table: Table, features: Sequence[Feature]) -> tuple[UsableColumn, ...]:
    """Return the column of each feature.

    Raises
    ------
    DataError
        If one is not there, holds text where the feature is numeric, or numbers where it is categorical.
    """
    return tuple(_matched(table, feature) for feature in features)


def _matched(table: Table, feature: Feature) -> UsableColumn:
    column = usable(table, feature.name)
    if feature.levels is None and isinstance(column, Categorical):
        raise _text_for_number(table, column)
    if feature.levels is not None and isinstance(column, Numeric):
        if not np.isnan(column.values).all():
            raise _number_for_text(table, column, feature.levels)
        return Categorical(column.name, np.full(table.n, -1, dtype=np.int64), ())
    return column


def numeric_target(table: Table, target: str) -> Numeric:
    """Return the target column.

    Raises
    ------
    DataError
        If it is not there or does not hold numbers.
    """
    column = usable(table, target, role="target")
    if isinstance(column, Categorical):
        text, label = first_text(table, column)
        raise DataError(
            f"expected numbers but target {quoted(target)} has the text {quoted(text)} on {label}; correct it or "
            "name another target"
        )
    return column


def first_text(table: Table, column: Categorical) -> tuple[str, str]:
    """Return the first text of a column that is no number (else the first text), and the label of its row."""
    is_text = np.array([not looks_like_number(level) for level in column.levels] + [False])
    at = is_text[column.codes] if is_text.any() else column.codes >= 0
    i = int(np.argmax(at))
    return column.levels[column.codes[i]], table.row_label(i)


def _text_for_number(table: Table, column: Categorical) -> DataError:
    text, label = first_text(table, column)
    return DataError(
        f"expected numbers, as the model was fitted on, but column {quoted(column.name)} has the text {quoted(text)} "
        f"on {label}; correct it"
    )


def _number_for_text(table: Table, column: Numeric, levels: Sequence[str]) -> DataError:
    i = int(np.argmax(~np.isnan(column.values)))
    return DataError(
        f"expected text such as {quoted(levels[0])}, as the model was fitted on, but column {quoted(column.name)} has "
        f"the number {column.values[i]:g} on {table.row_label(i)}; read it with categorical=[{column.name!r}]"
    )
