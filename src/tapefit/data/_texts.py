"""Texts that look like numbers."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")
_WITH_COMMA = re.compile(r"\s*[+-]?(?:\d*,\d+|\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:\.\d{3})+,\d*)\s*")


def looks_like_number(text: str) -> bool:
    """Return whether a text is a decimal number.

    Examples
    --------
    >>> [looks_like_number(text) for text in ("1", "-.5e3", " 2. ", "1,5", "x1", "")]
    [True, True, True, False, False, False]
    """
    return _NUMBER.fullmatch(text) is not None


def has_number_comma(text: str) -> bool:
    """Return whether a text is a number with a comma for the decimal mark or between thousands.

    Examples
    --------
    >>> [has_number_comma(text) for text in ("1,5", "1,234,567.8", "1.234,5", "15", "a,5")]
    [True, True, True, False, False]
    """
    return _WITH_COMMA.fullmatch(text) is not None
