"""The design matrix: numbers as they are, an indicator for each level that has a term."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tapefit.data._feature import Feature
from tapefit.data._table import Categorical, Numeric, Table
from tapefit.data._wording import listing, quoted
from tapefit.errors import DataError
from tapefit.numerics import Coded, Dense, Design

_REFERENCE, _UNSEEN = 0, -1


def design_matrix(
    table: Table,
    columns: Sequence[Numeric | Categorical],
    indicated: Sequence[tuple[Feature, tuple[str, ...] | None]],
    kept: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return the terms of the kept rows, (kept, p) float64, and what they lack for 32 digits.

    The former is in Fortran order, or the array that came, not copied. The latter, of the same shape, is there only if
    a feature is a polynomial.

    Parameters
    ----------
    table : Table
        The table of the columns; messages name its rows.
    columns : sequence of columns
        One for each feature, of the feature's kind.
    indicated : sequence of (Feature, levels)
        The features, with the levels that have a term.
    kept : (n,) bool array
        The rows to take; each has a value in every column.

    Raises
    ------
    DataError
        If a kept row has a level that the feature does not know.
    """
    if kept.all() and all(isinstance(column, Numeric) for column in columns):
        whole = _side_by_side([column.values for column in columns if isinstance(column, Numeric)])
        if whole is not None and not any(feature.powers for feature, _ in indicated):
            return whole, None
    rows = slice(None) if kept.all() else np.flatnonzero(kept)
    widths = [len(feature.terms(levels)) for feature, levels in indicated]
    X = _zeros(int(np.count_nonzero(kept)), sum(widths))
    low = np.zeros_like(X) if any(feature.powers for feature, _ in indicated) else None
    j = 0
    for column, (feature, levels), width in zip(columns, indicated, widths, strict=True):
        if isinstance(column, Numeric) and feature.powers and low is not None:
            X[:, j : j + width], low[:, j : j + width] = feature.powers.columns(column.values[rows])
        elif isinstance(column, Numeric):
            X[:, j] = column.values[rows]
        elif isinstance(column, Categorical):
            codes = _codes(table, column, feature, levels or (), kept)
            hit = np.flatnonzero(codes)
            X[hit, j + codes[hit] - 1] = 1.0
        j += width
    return X, low


def _side_by_side(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """Return the array that the columns are views of, not to be written to; None if they are not, in this order."""
    places = [(values.base, values.strides, values.__array_interface__["data"][0]) for values in columns]
    if len(columns) < 2 or places[0][0] is None:
        return None
    base, strides, first = places[0]
    step = places[1][2] - first
    tight = step == 8 <= strides[0] or strides[0] == 8 <= step  # rows or columns without gaps, as BLAS takes them
    if not tight or any(
        own is not base or stride != strides or at != first + j * step for j, (own, stride, at) in enumerate(places)
    ):
        return None
    shape = (len(columns[0]), len(columns))
    return np.lib.stride_tricks.as_strided(columns[0], shape, (*strides, step), writeable=False)


def compact_design(
    table: Table,
    columns: Sequence[Numeric | Categorical],
    indicated: Sequence[tuple[Feature, tuple[str, ...] | None]],
    kept: NDArray[np.bool_],
    *,
    centred: bool,
) -> Design:
    """Return the same terms with the categories left as codes; there are no polynomials among them.

    Parameters and errors are those of `design_matrix`; `centred` is whether the terms will be centred.
    """
    n = int(np.count_nonzero(kept))
    rows = slice(None) if n == table.n else np.flatnonzero(kept)
    blocks: list[Dense | Coded] = []
    for numeric, group in groupby(zip(columns, indicated, strict=True), lambda pair: isinstance(pair[0], Numeric)):
        if numeric:
            numbers = [column.values[rows] for column, _ in group if isinstance(column, Numeric)]
            blocks.append(Dense.of(np.array(numbers).T, centred=centred))
            continue
        for column, (feature, levels) in group:
            if isinstance(column, Categorical):
                blocks.append(Coded(_codes(table, column, feature, levels or (), kept), len(levels or ())))
    return Design(tuple(blocks), n)


def _codes(
    table: Table, column: Categorical, feature: Feature, levels: Sequence[str], kept: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the place of each kept row's indicator, counted from 1; 0 for the reference."""
    codes = _term_codes(column, feature, levels)[column.codes if kept.all() else column.codes[kept]]
    if codes.min() == _UNSEEN:
        raise _unseen(table, column, feature, int(np.flatnonzero(kept)[np.argmin(codes)]))
    return codes


def array_terms(
    X: NDArray[np.float64], features: Sequence[Feature]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return the terms of an array (n, number of features) of finite numbers, and what they lack for 32 digits.

    Both are as `design_matrix` returns them; without polynomials the first is the array itself.
    """
    if not any(feature.powers for feature in features):
        return X, None
    low = np.zeros_like(X)
    parts = [
        feature.powers.columns(X[:, j]) if feature.powers else (X[:, j, None], low[:, j, None])
        for j, feature in enumerate(features)
    ]
    return np.asfortranarray(np.hstack([hi for hi, _ in parts])), np.asfortranarray(np.hstack([lo for _, lo in parts]))


def _zeros(n: int, p: int) -> NDArray[np.float64]:
    try:
        return np.zeros((n, p), order="F")
    except MemoryError:
        raise DataError(
            f"{n:,} rows of {p:,} terms need {8e-9 * n * p:,.0f} GB of memory, which is not there; use fewer features "
            "or a text column with fewer levels"
        ) from None


def _term_codes(column: Categorical, feature: Feature, levels: Sequence[str]) -> NDArray[np.intp]:
    """Return for each level of the column its position among the terms, counted from 1."""
    position = dict.fromkeys(feature.levels or (), _REFERENCE) | {level: k for k, level in enumerate(levels, 1)}
    return np.array([position.get(level, _UNSEEN) for level in column.levels], dtype=np.intp)


def _unseen(table: Table, column: Categorical, feature: Feature, i: int) -> DataError:
    return DataError(
        f"expected a level that the model was fitted on ({listing(feature.levels or ())}) but column "
        f"{quoted(column.name)} has {quoted(column.levels[column.codes[i]])} on {table.row_label(i)}; correct it, "
        "or fit again on data that has it"
    )
