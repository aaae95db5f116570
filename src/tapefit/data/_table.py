"""The table: named columns in memory, and what messages call their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError


@dataclass(frozen=True, eq=False)
class Numeric:
    """A column of numbers.

    Parameters
    ----------
    name : str
        The column's name.
    values : (n,) float64 array
        The numbers; NaN where the source has no value. Booleans are 0 and 1.
    exact : bool
        False if the source held whole numbers that float64 had to round (beyond 2**53).
    """

    name: str
    values: NDArray[np.float64]
    exact: bool = True


@dataclass(frozen=True, eq=False)
class Categorical:
    """A column of texts, each stored as the position of its level.

    Parameters
    ----------
    name : str
        The column's name.
    codes : (n,) int64 array
        Row i holds ``levels[codes[i]]``; -1 where the source has no value.
    levels : tuple of str
        The distinct texts that occur, sorted.
    declared : bool
        True if the source or the caller called the column categorical, so that levels that look like
        numbers, or many of them, are no reason for doubt.
    """

    name: str
    codes: NDArray[np.int64]
    levels: tuple[str, ...]
    declared: bool = False


@dataclass(frozen=True)
class Unsupported:
    """A column that a regression cannot use; it stands in the table so that a message can say why.

    Parameters
    ----------
    name : str
        The column's name.
    kind : str
        What it holds, as a message says it: ``"dates or times"``.
    remedy : str
        What to do about it, as a message says it.
    """

    name: str
    kind: str
    remedy: str


Column = Numeric | Categorical | Unsupported


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length, read into memory from one source.

    Parameters
    ----------
    columns : mapping from name to column
        The columns in the order of the source.
    n : int
        The number of rows.
    source : str
        What messages call the source: ``"norris.csv"``, ``"standard input"``, ``"DataFrame"``, ``"arrays"``.
    first_line : int
        The line of the text file on which row 0 starts; 1 for sources without lines.
    lines : (n,) int64 array, optional
        The line on which each row starts, for a text file where rows do not take one line each (blank
        lines, line breaks inside quotes).

    Raises
    ------
    DataError
        If there is no row.

    Examples
    --------
    >>> import tapefit.data
    >>> table = tapefit.data.read({"x": [1.0, 2.0], "region": ["north", "south"]})
    >>> table.n, tuple(table.columns), table.columns["region"].levels
    (2, ('x', 'region'), ('north', 'south'))
    """

    columns: Mapping[str, Column]
    n: int
    source: str
    first_line: int = 1
    lines: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.n == 0:
            raise DataError(f"expected rows of data but {self.source} has none; give at least one row")
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def row_label(self, i: int) -> str:
        """Return what a message calls row ``i`` (counted from 0): ``"line 7 of norris.csv"``."""
        if self.lines is not None:
            return f"line {self.lines[i]} of {self.source}"
        if self.first_line > 1:
            return f"line {self.first_line + i} of {self.source}"
        return f"row {i} of {self.source}"
