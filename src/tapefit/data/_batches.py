"""Batches: a source of rows as tables of so many rows each, of which only one is in memory."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from tapefit.data._csv import table_from_csv
from tapefit.data._delimited import open_text
from tapefit.data._formats import ARROW, COMPRESSED, damaged, look_up, refused
from tapefit.data._sources import open_source, read
from tapefit.data._table import Table
from tapefit.errors import DataError, UsageError


@dataclass(frozen=True)
class Batches:
    """Tables one after the other.

    Parameters
    ----------
    start : function
        Gives an iterator of tables from the first.
    again : bool
        Whether `start` can be called more than once.
    """

    start: Callable[[], Iterator[Table]]
    again: bool


def batches(
    source: Any, *, rows: int, columns: Sequence[str] | None = None, categorical: Sequence[str] = ()
) -> Batches:
    """Return the batches of a file, a dataset, or of whatever gives tables one by one.

    Parameters
    ----------
    source : path, pyarrow.dataset.Dataset, or iterable
        A path of a delimited text, a Parquet or an Arrow file; or an iterable of what `read` takes, such as a
        list of dataframes, a generator or a pyarrow.RecordBatchReader.
    rows : int
        The rows of a batch of a file or dataset; those of an iterable are as they come.
    columns, categorical : sequence of str
        As `read` takes them.

    Raises
    ------
    UsageError
        If ``rows`` is not a whole number of at least 1.
    DataError
        If the source is none of these, or as `read`.

    Examples
    --------
    >>> found = batches("examples/norris.csv", rows=10)
    >>> [table.n for table in found.start()]
    [10, 10, 10, 6]
    """
    if isinstance(rows, bool) or not hasattr(rows, "__index__") or rows < 1:
        raise UsageError(f"expected batches of 1 row or more but got {rows!r}; 100000 is usual")
    declared = (categorical,) if isinstance(categorical, str) else tuple(categorical)
    options = {"columns": columns, "categorical": declared}
    if isinstance(source, (str, os.PathLike)):
        return Batches(lambda: _of_file(source, rows, columns, declared), source != "-")
    if hasattr(source, "to_batches") and hasattr(source, "files"):
        return Batches(lambda: _read_each(source.to_batches(batch_size=rows, columns=columns), options), True)
    if isinstance(source, Iterable) and not isinstance(source, Mapping) and not hasattr(source, "columns"):
        return Batches(lambda: _read_each(source, options), iter(source) is not source)
    raise DataError(
        f"expected a path, a dataset or an iterable of tables but got one {type(source).__name__}; pass it to fit, or "
        "in a list"
    )


def _read_each(tables: Iterable[Any], options: dict[str, Any]) -> Iterator[Table]:
    for k, one in enumerate(tables, 1):
        if getattr(one, "num_rows", 1):  # datasets have empty batches
            table = read(one, **options)
            yield replace(table, source=f"batch {k}")


def _of_file(path: Any, rows: int, columns: Sequence[str] | None, declared: Sequence[str]) -> Iterator[Table]:
    import pyarrow as pa

    name, opened = open_source(path)
    with opened as file:
        buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(Any, file))
        head = buffered.peek(8)[:8]
        refused(head, name)
        try:
            if look_up(head, ARROW):
                for k, batch in enumerate(_arrow_batches(head, buffered, rows), 1):
                    table = read(pa.table(batch), columns=columns, categorical=declared)
                    yield replace(table, source=f"batch {k} of {name}")
                return
            codec = look_up(head, COMPRESSED)
            plain: Any = io.BufferedReader(pa.CompressedInputStream(buffered, codec)) if codec else buffered
            yield from _of_text(plain, name, rows, columns, declared)
        except (OSError, pa.ArrowException) as error:
            raise damaged(name, error) from None


def _arrow_batches(head: bytes, file: BinaryIO, rows: int) -> Iterator[Any]:
    import pyarrow as pa

    if head.startswith(b"PAR1"):
        import pyarrow.parquet

        yield from pyarrow.parquet.ParquetFile(file).iter_batches(batch_size=rows)
        return
    stream = head.startswith(b"\xff")
    reader = pa.ipc.open_stream(file) if stream else pa.ipc.open_file(file)
    found = reader if stream else (reader.get_batch(i) for i in range(reader.num_record_batches))
    for batch in found:
        yield from (batch.slice(i, rows) for i in range(0, batch.num_rows, rows))


def _of_text(
    file: BinaryIO, name: str, rows: int, columns: Sequence[str] | None, declared: Sequence[str]
) -> Iterator[Table]:
    """The rows below a header, some lines at a time, each time with the header before them."""
    first, lines = _lines(file, rows + 1)
    header = first[: open_text(first, name).start] if first else b""
    before = 0  # lines read before this batch
    chunk, count = first[len(header) :], lines
    while chunk or not before:
        if chunk.strip() or not before:
            source = f"{name} from line {before + 1:,} on" if before else name
            table = table_from_csv(header + chunk, source, columns=columns, declared=declared)
            skipped = before - header.count(b"\n") if before else 0
            moved = None if table.lines is None else table.lines + skipped
            yield replace(table, source=name, first_line=table.first_line + skipped, lines=moved)
        before += count
        chunk, count = _lines(file, rows)


def _lines(file: BinaryIO, n: int) -> tuple[bytes, int]:
    """Return the next n lines, and more up to the end of a quoted field, and how many they are."""
    found: list[bytes] = []
    quotes = 0
    while len(found) < n or quotes % 2:
        line = file.readline()
        if not line:
            break
        found.append(line)
        quotes += line.count(b'"')
    return b"".join(found), len(found)
