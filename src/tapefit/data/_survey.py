"""An encoding learned from tables that come one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from tapefit.data._encoding import Encoding
from tapefit.data._feature import Feature
from tapefit.data._learn import learn_encoding
from tapefit.data._match import usable
from tapefit.data._missing import has_value
from tapefit.data._poly import Poly
from tapefit.data._table import Categorical, Numeric, Table
from tapefit.data._wording import quoted
from tapefit.errors import DataError


@dataclass
class _Seen:
    """What the tables so far hold of a feature: its levels, or the range of its numbers."""

    levels: set[str] = field(default_factory=set)
    low: float = np.inf
    high: float = -np.inf
    kind: str = ""  # where it was first seen, as "text in batch 1"


def survey_encoding(
    tables: Iterable[tuple[Table, NDArray[np.bool_]]],
    target: str,
    *,
    features: Sequence[str | Poly] | None = None,
    intercept: bool = True,
) -> Encoding:
    """Return the encoding that `learn_encoding` would learn from all rows together.

    Parameters
    ----------
    tables : iterable of (Table, (n,) bool array)
        The tables, and which of their rows count.
    target, features, intercept
        As `learn_encoding` takes them.

    Raises
    ------
    UsageError, DataError
        As `learn_encoding`; also if a column holds numbers in one table and text in another.
    """
    names: list[str | Poly] | None = None if features is None else list(features)
    seen: dict[str, _Seen] = {}
    for table, counted in tables:
        if names is None:
            names = [name for name in table.columns if name != target]
        columns = [usable(table, one.name if isinstance(one, Poly) else one) for one in names]
        complete = reduce(np.logical_and, map(has_value, columns), counted)
        for column in columns:
            _add(seen.setdefault(column.name, _Seen()), column, complete, table)
    whole = Table(_columns(names or [], seen) | {target: Numeric(target, np.zeros(2))}, 2, "the batches")
    learned = learn_encoding(whole, target, features=names, intercept=intercept)
    return replace(learned, features=tuple(_widened(feature, seen[feature.name]) for feature in learned.features))


def _add(seen: _Seen, column: Numeric | Categorical, rows: NDArray[np.bool_], table: Table) -> None:
    """Add what a column holds in some rows of a table."""
    if not rows.any():
        return
    kind = "numbers" if isinstance(column, Numeric) else "text"
    if seen.kind and not seen.kind.startswith(kind):
        raise DataError(
            f"expected one kind of values in column {quoted(column.name)} but it has {seen.kind} and {kind} in "
            f"{table.source}; correct it, or name it in categorical= (--categorical)"
        )
    seen.kind = seen.kind or f"{kind} in {table.source}"
    if isinstance(column, Categorical):
        seen.levels |= {column.levels[code] for code in np.unique(column.codes[rows])}
    else:
        seen.low = min(seen.low, float(column.values[rows].min()))
        seen.high = max(seen.high, float(column.values[rows].max()))


def _columns(names: Sequence[str | Poly], seen: Mapping[str, _Seen]) -> dict[str, Numeric | Categorical]:
    """Columns of two rows that stand for all: the ends of the range, or levels of which `_widened` makes all."""
    made: dict[str, Numeric | Categorical] = {}
    for one in names:
        name = one.name if isinstance(one, Poly) else one
        found = seen[name]
        if found.levels:
            levels = tuple(sorted(found.levels))
            made[name] = Categorical(name, np.array([0, len(levels) - 1]), levels, declared=True)
        else:
            made[name] = Numeric(name, np.array([found.low, found.high]))
    return made


def _widened(feature: Feature, seen: _Seen) -> Feature:
    return feature if feature.levels is None else replace(feature, levels=tuple(sorted(seen.levels)))
