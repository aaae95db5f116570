"""Delimited text to a table, through Arrow's block-parallel reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapefit.data._arrow import column_from_arrow
from tapefit.data._delimited import DelimitedText, open_text
from tapefit.data._faults import check_named, check_quotes, ragged_row
from tapefit.data._lines import row_lines
from tapefit.data._names import select
from tapefit.data._table import Table
from tapefit.data._utf8 import check_utf8
from tapefit.errors import DataError

_BLOCK = 1 << 20  # bytes that one thread parses at a time; a row must fit in


def table_from_csv(
    data: bytes, source: str, *, columns: Sequence[str] | None = None, declared: Sequence[str] = ()
) -> Table:
    """Return the table of a delimited text with a header line.

    The delimiter (comma, semicolon or tab) is read off the header; beside semicolons a decimal comma is taken
    where the first rows use one. Fields may be quoted, line ends may be any, blank lines are passed over, a
    byte order mark is allowed. The type of a column follows from all of its rows. Numbers are rounded to the
    nearest float64. An empty field and NA, N/A, n/a, NaN, nan, NULL and null are missing values.

    Parameters
    ----------
    data : bytes
        The text, UTF-8.
    source : str
        What messages call it.
    columns : sequence of str, optional
        The columns to read; all if not given.
    declared : sequence of str
        Columns to take as text, so that ``"01"`` stays ``"01"``.

    Raises
    ------
    DataError
        If the text is empty, has a header only, a row with another number of fields than the header, a
        repeated or empty column name, an unclosed quote or bytes that are not UTF-8, or lacks a wanted column.
    """
    text = open_text(data, source)
    if columns is None:
        check_named(text)
    wanted = select(text.names, columns, source)
    position = {name: str(text.names.index(name)) for name in wanted}
    check_quotes(text)
    arrow = _parsed(text, tuple(position.values()), {position[name] for name in wanted if name in declared})
    made = {name: column_from_arrow(name, arrow.column(position[name]), declared=name in declared) for name in wanted}
    lines = row_lines(data, text.start, text.first_line, arrow.num_rows)
    return Table(made, arrow.num_rows, source, text.first_line, lines)


def _parsed(text: DelimitedText, positions: Sequence[str], as_text: set[str]) -> Any:
    """Return the Arrow table of the chosen columns, each called by its position."""
    import pyarrow as pa

    try:
        arrow = _rows(text, positions, as_text)
    except pa.ArrowInvalid as error:
        raise _explained(text, error) from None
    # Arrow infers bytes where a text is not UTF-8.
    if any(pa.types.is_binary(kind) for kind in arrow.schema.types):
        check_utf8(text.data, text.source)
    return arrow


def _explained(text: DelimitedText, error: Exception) -> DataError:
    """Return what to say of a text that Arrow refused."""
    import pyarrow as pa

    check_utf8(text.data, text.source)
    ragged: list[Any] = []

    def keep_first(row: Any) -> str:
        ragged.append(row)
        return "error"

    try:
        # In one thread, as only then Arrow numbers the rows.
        _rows(text, (), set(), use_threads=False, on_ragged=keep_first)
    except pa.ArrowInvalid:
        if ragged:
            return ragged_row(text, ragged[0])
    return DataError(f"expected delimited text but {text.source} cannot be parsed ({error}); repair the file")


def _rows(
    text: DelimitedText,
    positions: Sequence[str],
    as_text: set[str],
    *,
    use_threads: bool = True,
    on_ragged: Callable[[Any], str] | None = None,
    block: int = _BLOCK,
) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pv

    names = [str(j) for j in range(len(text.names))]
    rows = pa.py_buffer(text.data).slice(text.start)
    read = pv.ReadOptions(column_names=names, use_threads=use_threads, block_size=block)
    parse = pv.ParseOptions(
        delimiter=text.delimiter,
        newlines_in_values=text.quoted,
        invalid_row_handler=on_ragged,
    )
    convert = pv.ConvertOptions(
        include_columns=positions,
        column_types={position: pa.string() for position in as_text},
        strings_can_be_null=True,
        decimal_point=text.decimal_mark,
    )
    try:
        return pv.read_csv(pa.BufferReader(rows), read, parse, convert)
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error) or block >= rows.size:
            raise
    return _rows(
        text,
        positions,
        as_text,
        use_threads=use_threads,
        on_ragged=on_ragged,
        block=min(rows.size, 2**31 - 1),
    )
