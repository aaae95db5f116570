"""The encoding: which columns become which terms of the design matrix, learned once and applied again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.data._design import design_matrix
from tapefit.data._feature import Feature
from tapefit.data._match import matched
from tapefit.data._missing import Missing, complete_rows
from tapefit.data._table import Table
from tapefit.numerics import Powers


@dataclass(frozen=True)
class Encoding:
    """What the columns of a table mean to a model: plain data, so that a model file can hold it.

    Parameters
    ----------
    target : str
        The name of the target column.
    features : tuple of Feature
        The feature columns in the order of their terms.
    intercept : bool
        Whether the model has an intercept. Without one, the first categorical feature keeps a term for its
        reference level too, as otherwise that level would be forced through zero.

    Examples
    --------
    >>> encoding = Encoding("y", (Feature("x"), Feature("region", ("north", "south", "west"))), True)
    >>> encoding.term_names
    ('intercept', 'x', 'region[south]', 'region[west]')
    >>> import tapefit.data
    >>> X, kept = encoding.design(tapefit.data.read({"region": ["west", "north"], "x": [1.0, 2.0]}))
    >>> X
    array([[1., 0., 1.],
           [2., 0., 0.]])
    """

    target: str
    features: tuple[Feature, ...]
    intercept: bool = True

    @cached_property
    def term_names(self) -> tuple[str, ...]:
        """The names of the coefficients: ``"intercept"`` first if there is one, then ``"x"``, ``"region[west]"``.

        Those of a polynomial are ``"x"``, ``"x^2"`` and so on.
        """
        intercept = ("intercept",) if self.intercept else ()
        return (*intercept, *(name for feature, levels in self.indicated() for name in feature.terms(levels)))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the columns that a table must have for `design`."""
        return tuple(feature.name for feature in self.features)

    @property
    def categorical_names(self) -> tuple[str, ...]:
        """The names of the columns to be read as text: ``read(path, categorical=encoding.categorical_names)``."""
        return tuple(feature.name for feature in self.features if feature.levels is not None)

    @cached_property
    def powers(self) -> tuple[tuple[int, Powers], ...]:
        """The polynomials among the terms: the place of the first term of each, counted without the intercept."""
        found, place = [], 0
        for feature, levels in self.indicated():
            if feature.powers is not None:
                found.append((place, feature.powers))
            place += len(feature.terms(levels))
        return tuple(found)

    def indicated(self) -> Iterator[tuple[Feature, tuple[str, ...] | None]]:
        """Yield each feature with the levels that have a term of their own; None for numbers."""
        full = not self.intercept
        for feature in self.features:
            if feature.levels is None:
                yield feature, None
            else:
                yield feature, feature.levels if full else feature.levels[1:]
                full = False

    def design(self, table: Table, *, missing: Missing = "error") -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the design matrix of a table, in which columns are found by name.

        Parameters
        ----------
        table : Table
            Its other columns, the target included, are not looked at.
        missing : {"error", "drop"}
            What to do about a row with a missing or infinite value in one of the features.

        Returns
        -------
        X : (kept, p) float64 array, Fortran order
            The terms without the intercept; for the powers of a polynomial, the columns that stand for them.
        kept : (n,) bool array
            The rows of the table that ``X`` has.

        Raises
        ------
        DataError
            If a column is missing, holds text where it held numbers or the reverse, or has a level that was
            not there when the encoding was learned; or if a value is missing and ``missing="error"``.
        """
        columns = matched(table, self.features)
        kept = complete_rows(table, columns, missing)
        return design_matrix(table, columns, tuple(self.indicated()), kept)[0], kept
