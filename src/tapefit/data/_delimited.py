"""Delimited text: its header, its delimiter, its decimal mark and where its rows start."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from tapefit.data._names import check_unique
from tapefit.data._utf8 import UTF8_BOM, check_text, check_utf8
from tapefit.errors import DataError

_BLANK_LINES = re.compile(rb"(?: *(?:\r\n|\r|\n))*+ *+")
_RECORD = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+')
_LINE_END = re.compile(rb"\r\n|\r|\n")
_QUOTED = re.compile(rb'"[^"]*"')
_SAMPLE = 1 << 16  # bytes of rows that are looked at for a decimal comma
_DECIMAL = {mark: re.compile(rb';"? *[+-]?\d*' + re.escape(mark) + rb'\d+ *"?;') for mark in (b".", b",")}


@dataclass(frozen=True)
class DelimitedText:
    """A text whose header has been read.

    Parameters
    ----------
    data : bytes
        All of it.
    source : str
        What messages call it.
    names : tuple of str
        The column names, without surrounding blanks; an empty one stands for a column without a name.
    delimiter : str
        ``","``, ``";"`` or a tab.
    decimal_mark : str
        ``"."`` or ``","``.
    quoted : bool
        Whether there is a quote anywhere below the header.
    start : int
        The byte at which the line after the header starts.
    first_line : int
        The number of that line, counted from 1.
    """

    data: bytes
    source: str
    names: tuple[str, ...]
    delimiter: str
    decimal_mark: str
    quoted: bool
    start: int
    first_line: int


def open_text(data: bytes, source: str) -> DelimitedText:
    """Read the header of a text.

    Raises
    ------
    DataError
        If there are no rows or not even a header, a quote of the header is not closed, the text is not UTF-8
        or a name occurs twice.
    """
    check_text(data, source)
    line, stop = _header_line(data, source)
    delimiter = sniff_delimiter(line)
    end = _LINE_END.match(data, stop)
    start = end.end() if end else len(data)
    if _skip_blank_lines(data, start) == len(data):
        raise DataError(f"expected rows below the header but {source} has none; give at least one row of data")
    return DelimitedText(
        data=data,
        source=source,
        names=_names(line, delimiter, source),
        delimiter=delimiter,
        decimal_mark=sniff_decimal_mark(data[start : start + _SAMPLE], delimiter),
        quoted=data.find(b'"', start) >= 0,
        start=start,
        first_line=1 + len(_LINE_END.findall(data, 0, start)),
    )


def sniff_delimiter(header: bytes) -> str:
    """Return the delimiter of a header line: a tab if there is one, else the more frequent of ``,`` and ``;``.

    Examples
    --------
    >>> sniff_delimiter(b"x,y"), sniff_delimiter(b"x;y"), sniff_delimiter(b'"a;b;c",y')
    (',', ';', ',')
    """
    bare = _QUOTED.sub(b"", header)
    if b"\t" in bare:
        return "\t"
    return ";" if bare.count(b";") > bare.count(b",") else ","


def sniff_decimal_mark(rows: bytes, delimiter: str) -> str:
    """Return the decimal mark of the first rows: a comma only beside a semicolon, and if no point is seen.

    Examples
    --------
    >>> sniff_decimal_mark(b"1,5;2,5", ";"), sniff_decimal_mark(b"1.5;2", ";"), sniff_decimal_mark(b"1,5", ",")
    (',', '.', '.')
    """
    if delimiter != ";":
        return "."
    # Each field gets a delimiter of its own on either side, as the pattern consumes both.
    fields = b";" + _LINE_END.sub(b";", rows).replace(b";", b";;") + b";"
    return "," if _DECIMAL[b","].search(fields) and not _DECIMAL[b"."].search(fields) else "."


def _header_line(data: bytes, source: str) -> tuple[bytes, int]:
    """Return the header and the byte at which it stops."""
    begin = _skip_blank_lines(data, len(UTF8_BOM) if data.startswith(UTF8_BOM) else 0)
    if begin == len(data):
        raise DataError(f"expected a header line and rows but {source} is empty; give a file with data")
    match = _RECORD.match(data, begin)
    stop = match.end() if match else begin
    if data[stop : stop + 1] == b'"':
        raise DataError(f"the header of {source} opens a quote that it never closes; close or remove the quote")
    check_utf8(data[:stop], source)
    return data[begin:stop], stop


def _names(header: bytes, delimiter: str, source: str) -> tuple[str, ...]:
    fields = next(csv.reader([header.decode("utf-8")], delimiter=delimiter, skipinitialspace=True))
    names = tuple(field.strip() for field in fields)
    check_unique([name for name in names if name], f"the header of {source}")
    return names


def _skip_blank_lines(data: bytes, start: int) -> int:
    """Return the byte after any blank lines, and after the blanks that begin the next line."""
    match = _BLANK_LINES.match(data, start)
    return match.end() if match else start
