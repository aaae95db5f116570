"""One-dimensional values of any kind (arrays, lists, Series of a dataframe library) to columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data._arrays import column_from_array
from tapefit.data._arrow import column_from_arrow
from tapefit.data._table import Column
from tapefit.data._wording import quoted
from tapefit.errors import DataError


def as_series(name: str, values: object) -> Any:
    """Return the values as a narwhals Series if they are one of a library it knows, else as a 1-D array.

    An array of shape (n, 1) is one too.

    Raises
    ------
    DataError
        If the values have another shape.
    """
    if not isinstance(values, (np.ndarray, list, tuple, range)):
        import narwhals.stable.v2 as nw

        series: Any = nw.from_native(values, pass_through=True, allow_series=True)
        if isinstance(series, nw.Series):
            return series
    array = as_array(f"column {quoted(name)}", values)
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim != 1:
        raise DataError(
            f"column {quoted(name)} must have one dimension but has shape {array.shape}; give one value a row"
        )
    return array


def as_array(what: str, values: object) -> NDArray[Any]:
    """Return the values as an array; of a list that holds text, as objects, so that its numbers stay numbers.

    Raises
    ------
    DataError
        If the values are sparse, or rows of different lengths. ``what`` is what the message calls them.
    """
    if isinstance(values, np.ma.MaskedArray):
        return values
    if isinstance(values, np.ndarray):
        return np.asarray(values)  # not a subclass: np.matrix stays two-dimensional when sliced
    if hasattr(values, "toarray"):
        raise DataError(f"{what} must be dense but is a sparse {type(values).__name__}; pass its toarray()")
    try:
        array = np.asarray(values)
        return np.asarray(values, dtype=object) if array.dtype.kind == "U" else array
    except ValueError:
        raise DataError(f"{what} must be rectangular but its rows differ in length; make them equal") from None


def column_from_series(name: str, series: Any, *, declared: bool = False) -> Column:
    """Return the column of a 1-D array or a narwhals Series; for ``declared`` see `column_from_array`."""
    if isinstance(series, np.ndarray):
        return column_from_array(name, series, declared=declared)
    import pyarrow as pa

    try:
        array = series.to_arrow()
    except pa.ArrowException:  # mixed objects, complex numbers, sparse columns
        return column_from_array(name, series.to_numpy(), declared=declared)
    return column_from_arrow(name, array, declared=declared)
