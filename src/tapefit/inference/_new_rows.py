"""New rows for a model: their design and offset, by the names of the fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, Table, offset_column, read
from tapefit.errors import DataError, UsageError

Floats = NDArray[np.float64]


def table_of(encoding: Encoding, data: Any) -> Table:
    """The table of new rows; an array (n, p) has the features in the order of the fit."""
    if isinstance(data, np.ndarray):
        names = encoding.feature_names
        X = np.asarray(data, dtype=np.float64)
        X = X.reshape(-1, 1) if X.ndim == 1 and len(names) == 1 else X
        if X.ndim != 2 or X.shape[1] != len(names):
            raise UsageError(
                f"Expected an array with {len(names)} columns ({', '.join(names)}), got shape {X.shape}; "
                "pass the features in that order, or a dataframe with these names."
            )
        data = {name: X[:, j] for j, name in enumerate(names)}
    return read(data, categorical=encoding.categorical_names)


def new_rows(
    encoding: Encoding, data: Any, *, missing: str, fitted: tuple[str | None, str | None], given: tuple[Any, Any]
) -> tuple[Floats, Floats | float]:
    """The raw design (n, p) of new rows, and what is added to their linear predictor, (n,) or 0.

    Parameters
    ----------
    data, missing
        As `RegressionResults.predict` takes them.
    fitted
        Offset and exposure of the fit: None, the name of a column, or "" for an array.
    given
        Those of the new rows; None takes the column of the fit.

    Raises
    ------
    UsageError
        If the fit had an array of offsets or exposures, and none is given.
    DataError
        If an offset is missing where none may be.
    """
    table = table_of(encoding, data)
    sources = [offset_source(*pair) for pair in zip(("offset", "exposure"), fitted, given, strict=True)]
    X, kept = encoding.design(table, missing=missing)  # type: ignore[arg-type]
    added = offset_column(table, *sources)
    if added is None:
        return X, 0.0
    values = added.values[kept]
    there = np.isfinite(values)
    if missing == "error" and not there.all():
        label = table.row_label(int(np.flatnonzero(kept)[np.argmin(there)]))
        raise DataError(f"{added.name!r} has no finite value on {label}; correct it, or use missing='drop'.")
    return X[there], values[there]


def offset_source(role: str, fitted: str | None, given: Any) -> Any:
    """What is passed as offset or exposure (`role`), or else the column of the fit; see `new_rows`."""
    if given is None and fitted == "":
        neutral = "0" if role == "offset" else "1"
        raise UsageError(
            f"The model was fitted with an array of {role}s, got none for the new rows; pass {role}= with one value a "
            f"row, or {neutral} for none."
        )
    return fitted if given is None else given
