"""On which line of a text file each row starts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LF, _CR, _QUOTE = b'\n\r"'
_CHUNK = 1 << 20  # bytes that stay in the cache


def row_lines(data: bytes, start: int, first_line: int, n: int) -> NDArray[np.int64] | None:
    """Return the line of each of the n rows from byte ``start``, or None if they are consecutive.

    Rows are consecutive lines from ``first_line`` unless there are blank lines between them or line breaks
    within quotes. The one count of line feeds tells, so an ordinary file costs nothing more.
    """
    end = len(data)
    while end > start and data[end - 1] in b"\r\n":
        end -= 1
    if count_byte(data, _LF, start, end) == n - 1:
        return None
    lines = record_lines(data[start:end], first_line)
    # Quotes used in ways that RFC 4180 does not know can defeat the count of quotes.
    return lines if len(lines) == n else None


def count_byte(data: bytes, byte: int, start: int, end: int) -> int:
    """Return how often a byte occurs between two positions.

    In chunks that stay in the cache this is faster than ``bytes.count``, which looks for one at a time.
    """
    text = np.frombuffer(data, dtype=np.uint8)[start:end]
    return sum(int(np.count_nonzero(text[i : i + _CHUNK] == byte)) for i in range(0, len(text), _CHUNK))


def record_lines(data: bytes, first_line: int) -> NDArray[np.int64]:
    """Return the line on which each record starts; blank lines are not records.

    A line end belongs to a quoted field if the number of quotes before it is odd (RFC 4180, rules 5 to 7).
    """
    text = np.frombuffer(data, dtype=np.uint8)
    after = np.append(text[1:], 0)
    ends = np.flatnonzero((text == _LF) | ((text == _CR) & (after != _LF)))
    quotes = np.flatnonzero(text == _QUOTE)
    closed = np.searchsorted(quotes, ends) % 2 == 0
    # Record k runs from starts[k] to just before stops[k].
    starts = np.append(0, ends[closed] + 1)
    stops = np.append(ends[closed], len(text))
    lines = np.append(0, np.flatnonzero(closed) + 1) + first_line
    width = stops - starts
    only_cr = (width == 1) & (text[np.minimum(starts, len(text) - 1)] == _CR) if len(text) else width == 1
    result: NDArray[np.int64] = lines[(width > 0) & ~only_cr].astype(np.int64)
    return result
