"""Whether a design can be fitted at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tapefit.data._block import Block
from tapefit.data._encoding import Encoding
from tapefit.data._wording import count, quoted
from tapefit.errors import DataError
from tapefit.numerics import Design

Column = NDArray[np.float64]
_SAMPLE = 1000


def check_design(block: Block, encoding: Encoding) -> None:
    """Raise DataError if the coefficients cannot be told apart, for a reason that a sentence can give.

    Other linear dependence is found by the solver.

    Raises
    ------
    DataError
        If there is one row only or fewer rows than coefficients; if a column is constant, so that it
        repeats the intercept (without an intercept: if it is zero); or if two columns are equal.
    """
    terms = encoding.term_names[encoding.intercept :]
    _check_rows(len(block.y), len(encoding.term_names))
    _check_levels(encoding)
    of_powers = {j for start, powers in encoding.powers for j in range(start, start + powers.degree)}
    columns = {terms[j]: values for j, values in _numbers(block.X) if j not in of_powers}
    _check_constant(columns, intercept=encoding.intercept)
    _check_equal(columns)


def _numbers(X: Column | Design) -> Iterator[tuple[int, Column]]:
    """Yield places and values of the columns; indicators that stay codes are neither constant nor checked for twins."""
    return X.numbers() if isinstance(X, Design) else enumerate(X.T)


def _check_rows(n: int, p: int) -> None:
    needed = max(p, 2)
    if n < needed:
        fewer = " or use fewer features" if p > 2 else ""
        fault = f"{count(n, 'row')} cannot determine {count(p, 'coefficient')}" if p > 1 else "one row shows no spread"
        raise DataError(f"{fault}; give at least {needed} complete rows{fewer}")


def _check_levels(encoding: Encoding) -> None:
    for feature in encoding.features:
        if feature.levels is not None and len(feature.levels) == 1:
            raise DataError(
                f"expected two levels or more but column {quoted(feature.name)} is {quoted(feature.levels[0])} in "
                "every used row; leave it out, as it explains nothing"
            )


def _check_constant(columns: Mapping[str, Column], *, intercept: bool) -> None:
    for term, values in columns.items():
        value = values[0]
        # Most columns differ in the first rows, which is quick to see.
        if (values[:100] == value).all() and (values == value).all() and (intercept or value == 0):
            why = "the intercept already stands for it" if intercept else "it explains nothing"
            raise DataError(f"column {quoted(term)} is constant ({value:g} in every used row); leave it out, as {why}")


def _check_equal(columns: Mapping[str, Column]) -> None:
    for one, other in _candidates(columns):
        if np.array_equal(columns[one], columns[other]):
            raise DataError(
                f"columns {quoted(one)} and {quoted(other)} are identical, so their effects cannot be told apart; "
                "leave one out"
            )


def _candidates(columns: Mapping[str, Column]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of columns that are equal in some of the rows, as hardly any are that are not equal in all."""
    by_sample = defaultdict(list)
    for name, values in columns.items():
        by_sample[values[:: max(1, len(values) // _SAMPLE)].tobytes()].append(name)
    for group in by_sample.values():
        yield from combinations(group, 2)
