"""The phrases that several messages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SHOWN = 10
_LONGEST = 40


def quoted(text: str) -> str:
    """Return a name or cell in quotes, on one line, at most 40 characters of it."""
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")


def listing(names: Sequence[str]) -> str:
    """Return names as a message lists them: ``'a', 'b'``, the first ten and how many more."""
    shown = ", ".join(quoted(name) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'price'?"`` if a known name is close, else nothing."""
    from difflib import get_close_matches

    by_folded = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), by_folded, n=1)
    return f"; did you mean {quoted(by_folded[close[0]])}?" if close else ""


def count(n: int, noun: str) -> str:
    """Return ``"1 row"`` or ``"3 rows"``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
