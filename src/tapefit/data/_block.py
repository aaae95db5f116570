"""The block: rows as the arrays that a regression works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.data._design import compact_design, design_matrix
from tapefit.data._encoding import Encoding
from tapefit.data._match import matched, numeric_target
from tapefit.data._missing import Missing, complete_rows
from tapefit.data._table import Numeric, Table
from tapefit.data._weights import Weights
from tapefit.numerics import Design

_MANY = 2_000_000  # numbers: from here on a fit goes through its rows in ranges


@dataclass(frozen=True, eq=False)
class Block:
    """Rows as arrays, every number finite.

    Parameters
    ----------
    X : (n, p) float64 array, Fortran order, or Design
        The terms without the intercept; a Design where categories stay codes.
    y : (n,) float64 array
        The target.
    weight : (n,) float64 array, optional
        The whole weight of each row; 1 if None.
    offset : (n,) float64 array, optional
        What is added to each row's linear predictor; 0 if None.
    kept : (rows read,) bool array, optional
        Which rows of the table they are; all if None.
    low : (n, p) float64 array, optional
        What X lacks for 32 digits, where there are polynomials.
    counts : (n,) float64 array, optional
        How many observations each row stands for, which is a part of its weight; 1 if None.
    """

    X: NDArray[np.float64] | Design
    y: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    offset: NDArray[np.float64] | None = None
    kept: NDArray[np.bool_] | None = None
    low: NDArray[np.float64] | None = None
    counts: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class RowCount:
    """What became of the rows: ``read == used + dropped``."""

    read: int
    used: int
    dropped: int


def encode(
    table: Table,
    encoding: Encoding,
    *,
    missing: Missing = "error",
    offset: Numeric | None = None,
    weights: Weights | None = None,
    compact: bool = False,
) -> tuple[Block, RowCount]:
    """Return features and target of a table as arrays, and how many rows they have.

    Parameters
    ----------
    table : Table
        With the columns of the encoding; others are not looked at.
    encoding : Encoding
        As `learn_encoding` returns it.
    missing : {"error", "drop"}
        What to do about a row with a missing or infinite value in a feature, the target, the offset or a weight.
    offset : Numeric, optional
        As `offset_column` returns it.
    weights : Weights, optional
        As `row_weights` returns them. A row that stands for no observation is left out like one that lacks a value.
    compact : bool
        Leave the categories of a table as codes where it would be large as an array.

    Raises
    ------
    DataError
        As `Encoding.design`; also if the target is missing or not numeric.

    Examples
    --------
    >>> import tapefit.data
    >>> table = tapefit.data.from_arrays([1.0, 2.0, 3.0], [2.0, float("nan"), 6.0])
    >>> block, rows = encode(table, tapefit.data.learn_encoding(table, "y"), missing="drop")
    >>> block.y, rows
    (array([2., 6.]), RowCount(read=3, used=2, dropped=1))
    """
    columns = matched(table, encoding.features)
    target = numeric_target(table, encoding.target)
    weights = weights or Weights()
    kept = complete_rows(table, (*columns, target, *([offset] if offset else []), *weights.columns), missing)
    counted = weights.counted()
    if counted is not None:
        weights.check_counted(kept)
        kept &= counted
    indicated = tuple(encoding.indicated())
    many = np.count_nonzero(kept) * len(encoding.term_names) > _MANY
    if compact and many and encoding.categorical_names and not encoding.powers:
        X: Design | NDArray[np.float64] = compact_design(table, columns, indicated, kept, centred=encoding.intercept)
        low = None
    else:
        X, low = design_matrix(table, columns, indicated, kept)
    used = len(X)
    added = offset.values[kept] if offset else None
    weight, counts = weights.of(kept)
    block = Block(X, target.values[kept], weight, added, kept, low, counts)
    return block, RowCount(table.n, used, table.n - used)
