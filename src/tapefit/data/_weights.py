"""Weights of rows: how many observations each stands for, and how precise it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data._offset import numbers
from tapefit.data._table import Numeric, Table
from tapefit.data._wording import quoted
from tapefit.errors import DataError, UsageError


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of the rows of a table; None where there are none.

    Parameters
    ----------
    freq : Numeric, optional
        How many observations each row stands for: whole numbers, 0 or more.
    var : Numeric, optional
        How precise each row is: positive, the variance of its y being proportional to the inverse.
    """

    freq: Numeric | None = None
    var: Numeric | None = None

    @property
    def columns(self) -> tuple[Numeric, ...]:
        """Those that are there."""
        return tuple(column for column in (self.freq, self.var) if column is not None)

    def counted(self) -> NDArray[np.bool_] | None:
        """Return which rows stand for any observation, (n,); None for all."""
        return None if self.freq is None else self.freq.values != 0

    def check_counted(self, kept: NDArray[np.bool_]) -> None:
        """Raise DataError if none of the kept rows stands for an observation."""
        if self.freq is not None and not self.freq.values[kept].any():
            raise DataError(f"expected rows that count but {quoted(self.freq.name)} is 0 in all of them; correct it")

    def of(self, kept: NDArray[np.bool_]) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
        """Return the whole weight of the kept rows, and how many observations each stands for; None for ones."""
        freq, var = (None if column is None else column.values[kept] for column in (self.freq, self.var))
        return (var if freq is None else freq if var is None else freq * var), freq


def row_weights(table: Table, freq_weights: Any = None, var_weights: Any = None, sample_weight: Any = None) -> Weights:
    """Return the weights of the rows of a table.

    Parameters
    ----------
    table : Table
        The rows.
    freq_weights, var_weights : str or (n,) array, optional
        The name of a column of the table, or values; NaN is a missing value.
    sample_weight : str or (n,) array, optional
        Another name of ``var_weights``.

    Raises
    ------
    UsageError
        If both ``var_weights`` and ``sample_weight`` are given.
    DataError
        If a column is not there or not numeric, an array has another length than the table, or a weight is one
        that it cannot be.

    Examples
    --------
    >>> import tapefit.data
    >>> table = tapefit.data.read({"y": [1.0, 0.0], "times": [3.0, 5.0]})
    >>> row_weights(table, "times").freq.values
    array([3., 5.])
    """
    if var_weights is not None and sample_weight is not None:
        raise UsageError("sample_weight is another name of var_weights, but both are given; leave one of them out")
    role, given = ("sample_weight", sample_weight) if var_weights is None else ("var_weights", var_weights)
    freq = None if freq_weights is None else numbers(table, freq_weights, "freq_weights")
    var = None if given is None else numbers(table, given, role)
    if freq is not None:
        bad = (freq.values < 0) | (freq.values != np.floor(freq.values)) & ~np.isnan(freq.values)
        _refuse(table, freq, bad, "whole numbers of 0 or more", "pass var_weights for weights of another kind")
    if var is not None:
        _refuse(table, var, ~(var.values > 0) & ~np.isnan(var.values), "numbers above 0", "leave the row out instead")
    return Weights(freq, var)


def _refuse(table: Table, column: Numeric, bad: NDArray[np.bool_], expected: str, remedy: str) -> None:
    bad = bad | np.isinf(column.values)
    if bad.any():
        i = int(np.argmax(bad))
        raise DataError(
            f"expected weights that are {expected} but {quoted(column.name)} is {column.values[i]:g} on "
            f"{table.row_label(i)}; {remedy}"
        )
