"""The kinds of column that a regression cannot use, with the remedy for each."""

from __future__ import annotations

from tapefit.data._table import Unsupported

_REMEDIES = {
    "bytes": ("bytes", "decode it to text or leave it out"),
    "complex": ("complex numbers", "give the real and the imaginary part as two columns or leave it out"),
    "dates": ("dates or times", "turn it into a number (days since a start, say) or leave it out"),
    "mixed": ("values of mixed types", "make them all numbers or all text, or leave it out"),
    "nested": ("nested values", "give each part as a column of its own or leave it out"),
}


def unsupported(name: str, kind: str) -> Unsupported:
    """Return the column of one of the kinds ``bytes``, ``complex``, ``dates``, ``mixed``, ``nested``."""
    return Unsupported(name, *_REMEDIES[kind])
