"""Dataframes of any library to tables, through narwhals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapefit.data._names import check_unique, select
from tapefit.data._series import column_from_series
from tapefit.data._table import Table


def table_from_frame(
    data: object, *, columns: Sequence[str] | None = None, declared: Sequence[str] = ()
) -> Table | None:
    """Return the table of a dataframe, or None if ``data`` is no dataframe.

    Takes what narwhals takes (pandas, Polars, PyArrow, Modin, cuDF; lazy ones are collected) and any object
    with an ``__arrow_c_stream__`` or ``__arrow_c_array__``. The index of a pandas frame is no column.
    """
    frame = _as_frame(data)
    if frame is None:
        return None
    source = type(data).__name__
    series = {str(one.name): one for one in frame.iter_columns()}
    check_unique([str(name) for name in frame.columns], source)
    chosen = select(tuple(series), columns, source)
    made = {name: column_from_series(name, series[name], declared=name in declared) for name in chosen}
    return Table(made, len(frame), source)


def _as_frame(data: object) -> Any:
    """Return ``data`` as an eager narwhals frame, or None."""
    import narwhals.stable.v2 as nw
    from narwhals.exceptions import DuplicateError

    try:
        frame: Any = nw.from_native(_with_arrow_types(data), pass_through=True, allow_series=True)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        if not isinstance(frame, nw.DataFrame):
            return None
        _ = frame.columns  # some libraries look for duplicates only now
        return frame
    except DuplicateError:
        names: Any = getattr(data, "column_names", None) or getattr(data, "columns", ())
        check_unique([str(name) for name in names], type(data).__name__)
        raise


def _with_arrow_types(data: object) -> object:
    """Return a pyarrow.Table of an object that offers Arrow data but is of no library that narwhals knows."""
    import narwhals.stable.v2 as nw

    offers = hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")
    if not offers or nw.from_native(data, pass_through=True, allow_series=True) is not data:
        return data
    import pyarrow as pa

    return pa.table(data)
