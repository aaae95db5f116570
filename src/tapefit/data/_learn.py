"""Learning an encoding from a table."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from tapefit.data._encoding import Encoding
from tapefit.data._feature import Feature
from tapefit.data._match import first_text, numeric_target, usable
from tapefit.data._missing import has_value
from tapefit.data._poly import Poly
from tapefit.data._table import Categorical, Numeric, Table
from tapefit.data._trust import check_texts
from tapefit.data._wording import quoted
from tapefit.errors import DataError, DataWarning, UsageError
from tapefit.numerics import Powers


def learn_encoding(
    table: Table,
    target: str,
    *,
    features: Sequence[str | Poly] | None = None,
    intercept: bool = True,
    counted: NDArray[np.bool_] | None = None,
) -> Encoding:
    """Return how the columns of a table become the terms of a model.

    Numeric columns enter as they are. Of a categorical column the levels are learned that occur in the rows
    where no used column lacks a value; they are sorted, and the first is the reference.

    Parameters
    ----------
    table : Table
        The data to fit.
    target : str
        The column to explain.
    features : sequence of str or Poly, optional
        The columns to explain it by, in this order; every other column if not given. Of a polynomial, the range of
        the values in those same rows is learned.
    intercept : bool
        Whether the model has an intercept.
    counted : (n,) bool array, optional
        The rows to learn from; all if None.

    Raises
    ------
    UsageError
        If a feature is given twice or is the target, or there is neither feature nor intercept.
    DataError
        If the target or a feature is not a column, the target is not numeric, a feature is of a kind that
        cannot be used (dates, say), numbers with a few texts among them, or a text that names each row, or
        two terms would have the same name.

    Warns
    -----
    DataWarning
        If a used column holds whole numbers that float64 had to round.

    Examples
    --------
    >>> import tapefit.data
    >>> table = tapefit.data.read({"x": [1.0, 2.0], "region": ["south", "north"], "y": [3.0, 4.0]})
    >>> learn_encoding(table, "y").term_names
    ('intercept', 'x', 'region[south]')
    """
    y = numeric_target(table, target)
    given = listed(features)
    degrees = {one.name: one.degree for one in given or () if isinstance(one, Poly)}
    names = None if given is None else [one.name if isinstance(one, Poly) else one for one in given]
    columns = [usable(table, name) for name in _feature_names(table, target, names, intercept)]
    for column in columns:
        if isinstance(column, Categorical):
            check_texts(table, column)
            _check_no_power(table, column, degrees)
    _warn_if_rounded([*columns, y])
    encoding = Encoding(target, _features(columns, _Complete([*columns, y], counted), degrees, intercept), intercept)
    _check_terms(encoding)
    return encoding


class _Complete:
    """Which rows have a value in each of some columns, and count; looked at only if somebody asks."""

    def __init__(self, columns: Sequence[Numeric | Categorical], counted: NDArray[np.bool_] | None) -> None:
        self._columns, self._counted = columns, counted

    @cached_property
    def rows(self) -> NDArray[np.bool_]:
        """(n,) bool."""
        there = reduce(np.logical_and, map(has_value, self._columns))
        return there if self._counted is None else there & self._counted


def listed(features: Iterable[str | Poly] | str | Poly | None) -> list[str | Poly] | None:
    """Return features, of which there may be one alone, as a list; None for all.

    Raises
    ------
    UsageError
        If one is neither a name nor a polynomial.
    """
    if features is None:
        return None
    found: list[str | Poly] = [features] if isinstance(features, (str, Poly)) else list(features)
    for one in found:
        if not isinstance(one, (str, Poly)):
            raise UsageError(
                f"features must be names of columns or poly(name, degree) but one is {one!r}; name a column"
            )
    return found


def features_beside(table: Table, others: Sequence[object]) -> list[str] | None:
    """Return the columns that are not among the others (target, offset, groups); None where the target is alone.

    Of the others, those that are no text are values and no columns.
    """
    named = [name for name in others if isinstance(name, str)]
    return [name for name in table.columns if name not in named] if len(named) > 1 else None


def _feature_names(table: Table, target: str, features: Sequence[str] | None, intercept: bool) -> tuple[str, ...]:
    if features is None:
        names = tuple(name for name in table.columns if name != target)
        if not names:
            raise DataError(
                f"expected columns beside the target {quoted(target)} but {table.source} has none; add a feature"
            )
        return names
    names = tuple(features)
    for name, times in Counter(names).items():
        if times > 1 or name == target:
            fault = "is the target" if name == target else f"is given {times} times"
            raise UsageError(f"features must be distinct columns but {quoted(name)} {fault}; remove it from features")
    if not names and not intercept:
        raise UsageError("a model needs a feature or an intercept but has neither; name a feature")
    return names


def _check_no_power(table: Table, column: Categorical, degrees: Mapping[str, int]) -> None:
    if column.name in degrees:
        text, label = first_text(table, column)
        raise DataError(
            f"expected numbers to take powers of but column {quoted(column.name)} has the text {quoted(text)} on "
            f"{label}; correct it, or name the column alone"
        )


def _features(
    columns: Sequence[Numeric | Categorical], complete: _Complete, degrees: Mapping[str, int], intercept: bool
) -> tuple[Feature, ...]:
    return tuple(
        _polynomial(column, complete.rows, degrees[column.name], intercept)
        if isinstance(column, Numeric) and degrees.get(column.name, 1) > 1
        else _feature(column, complete)
        for column in columns
    )


def _polynomial(column: Numeric, complete: NDArray[np.bool_], degree: int, intercept: bool) -> Feature:
    """A column by its powers; without a complete row there is nothing to fit, and `encode` says why."""
    values = column.values[complete] if complete.any() else np.array([0.0, 1.0])
    if intercept and (values == values[0]).all():
        raise DataError(
            f"column {quoted(column.name)} is constant ({values[0]:g} in every used row); leave it out, as the "
            "intercept already stands for it"
        )
    return Feature(column.name, powers=Powers.of(values, degree, through_zero=not intercept))


def _feature(column: Numeric | Categorical, complete: _Complete) -> Feature:
    if isinstance(column, Numeric):
        return Feature(column.name)
    kept = complete.rows
    # Without a complete row there is nothing to fit, and `encode` says why.
    if not kept.any():
        return Feature(column.name, column.levels)
    occurring = np.flatnonzero(np.bincount(column.codes if kept.all() else column.codes[kept]))
    return Feature(column.name, tuple(column.levels[code] for code in occurring))


def _warn_if_rounded(columns: Sequence[Numeric | Categorical]) -> None:
    for column in columns:
        if isinstance(column, Numeric) and not column.exact:
            warnings.warn(
                f"column {quoted(column.name)} has whole numbers beyond 2**53, which float64 rounds; if it is an "
                "identifier, leave it out",
                DataWarning,
                stacklevel=3,
            )


def _check_terms(encoding: Encoding) -> None:
    for name, times in Counter(encoding.term_names).items():
        if times > 1:
            raise DataError(f"each term needs a name of its own but {times} are called {quoted(name)}; rename a column")
