"""The one way in: whatever holds a table, read into memory."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from tapefit.data._formats import table_from_file
from tapefit.data._frames import table_from_frame
from tapefit.data._mapping import table_from_mapping
from tapefit.data._names import select
from tapefit.data._table import Table
from tapefit.data._wording import did_you_mean
from tapefit.errors import DataError


def read(source: object, *, columns: Sequence[str] | None = None, categorical: Sequence[str] = ()) -> Table:
    """Read a table from a file, standard input, a dataframe or a mapping.

    Parameters
    ----------
    source : path, "-", binary file, dataframe, mapping or Table
        A path (str or PathLike) of a delimited text (comma, semicolon, tab), a Parquet or an Arrow file; the
        format is told from the content, and a text may be compressed (gzip, bzip2, zstd). ``"-"`` is
        standard input. A dataframe is any that narwhals takes or that offers Arrow data. A mapping goes from
        name to one-dimensional values. A `Table` is returned as it is.
    columns : sequence of str, optional
        The columns to read, in this order; all if not given. The others are not even looked at.
    categorical : sequence of str
        Columns to take as categories although they look like numbers: a postcode ``"01234"`` read from a
        text keeps its zero.

    Returns
    -------
    Table
        With the columns in memory; numbers as float64.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read as a table, lacks a wanted column or has no rows.

    Examples
    --------
    >>> import io
    >>> table = read(io.BytesIO(b"region,y\\nnorth,1.5\\nsouth,2\\n"))
    >>> table.columns["y"].values, table.row_label(1)
    (array([1.5, 2. ]), 'line 3 of the file')
    """
    if isinstance(source, Table):
        return source
    declared = (categorical,) if isinstance(categorical, str) else tuple(categorical)
    table = _read(source, (columns,) if isinstance(columns, str) else columns, declared)
    select(tuple(table.columns), declared, table.source)  # a misspelt name would go unnoticed
    return table


def _read(source: object, columns: Sequence[str] | None, declared: Sequence[str]) -> Table:
    if isinstance(source, Mapping):
        return table_from_mapping(source, columns=columns, declared=declared)
    if isinstance(source, (str, os.PathLike)) or _is_file(source):
        name, opened = open_source(source)
        with opened as file:
            return table_from_file(file, name, columns=columns, declared=declared)
    table = table_from_frame(source, columns=columns, declared=declared)
    if table is None:
        raise DataError(
            f"expected a path, a file, a dataframe or a mapping of columns but got {_a_kind(source)}; "
            "pass arrays through from_arrays"
        )
    return table


def _is_file(source: object) -> bool:
    # Asked of the class, as a dataframe has an attribute for each column, and one may be called "read".
    return callable(getattr(type(source), "read", None))


def open_source(source: Any) -> tuple[str, AbstractContextManager[BinaryIO]]:
    """Return what messages call a file and the file opened for bytes; only a file opened here is closed."""
    if not isinstance(source, (str, os.PathLike)):
        name = getattr(source, "name", None)
        return Path(name).name if isinstance(name, str) else "the file", nullcontext(_as_binary(source))
    if source == "-":
        return "standard input", nullcontext(_standard_input())
    path = Path(os.fsdecode(source))
    return path.name, _open_path(path)


def _open_path(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise DataError(f"there is no file {str(path)!r}{_similar(path) or '; check the path'}") from None
    except IsADirectoryError:
        raise DataError(f"expected a file but {str(path)!r} is a directory; name a file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"the file {str(path)!r} cannot be read ({reason}); check its path and permissions") from None


def _similar(path: Path) -> str:
    try:
        return did_you_mean(path.name, os.listdir(path.parent))
    except OSError:
        return ""


def _standard_input() -> BinaryIO:
    if sys.stdin is None or sys.stdin.closed:
        raise DataError("expected data on standard input but it is closed; pipe a file into it or name one")
    return sys.stdin.buffer


def _as_binary(file: Any) -> BinaryIO:
    """Return a file that reads bytes: of a text file the buffer below it, or its text encoded."""
    if isinstance(file, io.TextIOBase):
        buffer = getattr(file, "buffer", None)
        file = io.BytesIO(file.read().encode("utf-8")) if buffer is None else buffer
    return cast(BinaryIO, file)


def _a_kind(source: object) -> str:
    kind = type(source).__name__
    return f"an {kind}" if kind[0].lower() in "aeiou" else f"a {kind}"
