"""What is wrong with a delimited text, and on which line."""

from __future__ import annotations

import csv
import io
from typing import Any

from tapefit.data._delimited import DelimitedText
from tapefit.data._lines import record_lines
from tapefit.data._wording import count, listing
from tapefit.errors import DataError

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def check_named(text: DelimitedText) -> None:
    """Raise DataError if a column has no name."""
    if "" in text.names:
        raise DataError(
            f"every column needs a name but column {text.names.index('') + 1} of {text.source} has none (the names "
            f"are {listing(text.names)}); name it, or write the file without an index (index=False in pandas)"
        )


def check_quotes(text: DelimitedText) -> None:
    """Raise DataError if a quoted field is never closed, naming the line of its row.

    Arrow takes the rest of such a file, rows and all, as one field. Closed quotes are even in number, so only
    a file with an odd number of them is read here row by row.
    """
    if not text.quoted or text.data.count(b'"', text.start) % 2 == 0:
        return
    # csv counts the lines that it has read, which is one less than the line of the next row.
    with io.TextIOWrapper(io.BytesIO(text.data[text.start :]), "utf-8", "replace", newline="") as lines:
        rows = csv.reader(lines, delimiter=text.delimiter, strict=True)
        line = text.first_line
        try:
            for _ in rows:
                line = text.first_line + rows.line_num
        except csv.Error:
            raise DataError(
                f"the row on line {line} of {text.source} has a quote that does not close its field; close or "
                "remove the quote"
            ) from None


def ragged_row(text: DelimitedText, row: Any) -> DataError:
    """Return the error for a row (a ``pyarrow.csv.InvalidRow``) with too few or too many fields."""
    lines = record_lines(text.data[text.start :], text.first_line)
    return DataError(
        f"line {lines[row.number - 1]} of {text.source} has {count(row.actual_columns, 'field')} but the header has "
        f"{row.expected_columns:,}; give each row as many (a field that holds a {_DELIMITERS[text.delimiter]} "
        "needs quotes)"
    )
