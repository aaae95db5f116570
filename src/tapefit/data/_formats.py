"""File formats, known by their first bytes: compressed files, Arrow's own formats, and else delimited text."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from tapefit.data._arrow import column_from_arrow
from tapefit.data._csv import table_from_csv
from tapefit.data._names import check_unique, select
from tapefit.data._table import Table
from tapefit.errors import DataError

_PEEK = 8


def table_from_file(
    file: BinaryIO, source: str, *, columns: Sequence[str] | None = None, declared: Sequence[str] = ()
) -> Table:
    """Return the table of an open file: Parquet, Arrow IPC (Feather) or delimited text, perhaps compressed.

    Raises
    ------
    DataError
        If the file is a workbook or an archive, or is damaged; or as `table_from_csv` says.
    """
    import pyarrow as pa

    head, file = _peek(file)
    refused(head, source)
    try:
        if read_arrow := look_up(head, ARROW):
            return _table_from_arrow(file, source, read_arrow, columns, declared)
        data = file.read()
        if codec := look_up(head, COMPRESSED):
            data = pa.CompressedInputStream(pa.BufferReader(data), codec).read()
    except (OSError, pa.ArrowException) as error:
        raise damaged(source, error) from None
    return table_from_csv(data, source, columns=columns, declared=declared)


def refused(head: bytes, source: str) -> None:
    """Raise DataError for a file that begins as one which is no table."""
    if kind := look_up(head, REFUSED):
        raise DataError(f"expected CSV, Parquet or Arrow data but {source} is {kind}; save it as CSV")


def damaged(source: str, error: Exception) -> DataError:
    """Return what to say of a file that Arrow cannot read."""
    reason = str(error).splitlines()[0].split(". ")[0].rstrip(".")
    return DataError(f"{source} is damaged or incomplete ({reason}); make or fetch it again")


def look_up(head: bytes, table: dict[bytes, Any]) -> Any:
    """Return what the table has for a file that begins like this; None for nothing."""
    return next((found for magic, found in table.items() if head.startswith(magic)), None)


def _peek(file: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a file and the file from its start."""
    head = file.read(_PEEK)
    if file.seekable():
        start = file.tell() - len(head)
        # By way of the end, as then the buffer is empty and reading the rest costs no second copy.
        file.seek(0, io.SEEK_END)
        file.seek(start)
        return head, file
    return head, io.BytesIO(head + file.read())


def _table_from_arrow(
    file: BinaryIO, source: str, read: _ReadArrow, columns: Sequence[str] | None, declared: Sequence[str]
) -> Table:
    def choose(names: list[str]) -> list[str]:
        check_unique(names, source)
        return list(select(names, columns, source))

    arrow = read(file, choose)
    made = {name: column_from_arrow(name, arrow.column(name), declared=name in declared) for name in arrow.column_names}
    return Table(made, arrow.num_rows, source)


def _read_parquet(file: BinaryIO, choose: _Choose) -> Any:
    import pyarrow.parquet

    parquet = pyarrow.parquet.ParquetFile(file)
    return parquet.read(columns=choose(parquet.schema_arrow.names))


def _read_ipc_file(file: BinaryIO, choose: _Choose) -> Any:
    import pyarrow.ipc

    reader = pyarrow.ipc.open_file(file)
    return reader.read_all().select(choose(reader.schema.names))


def _read_ipc_stream(file: BinaryIO, choose: _Choose) -> Any:
    import pyarrow.ipc

    reader = pyarrow.ipc.open_stream(file)
    return reader.read_all().select(choose(reader.schema.names))


# Given all column names, the ones to read, in order.
_Choose = Callable[[list[str]], list[str]]
_ReadArrow = Callable[[BinaryIO, _Choose], Any]

ARROW: dict[bytes, _ReadArrow] = {
    b"PAR1": _read_parquet,
    b"ARROW1": _read_ipc_file,
    b"\xff\xff\xff\xff": _read_ipc_stream,
}
COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
REFUSED = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old format",
    b"%PDF": "a PDF",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array file",
}
