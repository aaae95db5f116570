"""Whether a design can be fitted at all."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tapefit.data._block import Block
from tapefit.data._encoding import Encoding
from tapefit.data._wording import count, quoted
from tapefit.errors import DataError


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
    _check_constant(block.X, terms, intercept=encoding.intercept)
    _check_equal(block.X, terms)


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


def _check_constant(X: NDArray[np.float64], terms: Sequence[str], *, intercept: bool) -> None:
    for j, term in enumerate(terms):
        value = X[0, j]
        # Most columns differ in the first rows, which is quick to see.
        if (X[:100, j] == value).all() and (X[:, j] == value).all() and (intercept or value == 0):
            why = "the intercept already stands for it" if intercept else "it explains nothing"
            raise DataError(f"column {quoted(term)} is constant ({value:g} in every used row); leave it out, as {why}")


def _check_equal(X: NDArray[np.float64], terms: Sequence[str]) -> None:
    for i, j in _candidates(X):
        if np.array_equal(X[:, i], X[:, j]):
            raise DataError(
                f"columns {quoted(terms[i])} and {quoted(terms[j])} are identical, so their effects cannot be told "
                "apart; leave one out"
            )


def _candidates(X: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of columns with the same checksum."""
    by_checksum = defaultdict(list)
    for j in range(X.shape[1]):
        by_checksum[zlib.crc32(np.ascontiguousarray(X[:, j]).data)].append(j)
    for group in by_checksum.values():
        yield from combinations(group, 2)
