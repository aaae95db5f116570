"""Column names: unique, and found when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tapefit.data._wording import did_you_mean, listing, quoted
from tapefit.errors import DataError


def check_unique(names: Sequence[str], source: str) -> None:
    """Raise DataError if a name occurs twice, naming it and where it stands."""
    for name, times in Counter(names).items():
        if times > 1:
            places = " and ".join(str(i) for i, other in enumerate(names, 1) if other == name)
            raise DataError(
                f"column names must be unique but {source} has {quoted(name)} {times} times "
                f"(columns {places}); rename all but one"
            )


def select(names: Sequence[str], wanted: Iterable[str] | None, source: str) -> tuple[str, ...]:
    """Return the wanted names, or all, after checking that each exists.

    Raises
    ------
    DataError
        If a wanted name is not a column; the message lists the columns.
    """
    if wanted is None:
        return tuple(names)
    wanted = tuple(dict.fromkeys(wanted))
    for name in wanted:
        if name not in names:
            raise no_such_column(name, names, source)
    return wanted


def no_such_column(name: str, names: Sequence[str], source: str, *, role: str = "column") -> DataError:
    """Return the error for a name that is not a column of the source."""
    return DataError(
        f"{role} {quoted(name)} is not in {source}, which has {listing(names)}"
        f"{did_you_mean(name, names) or '; give one of these'}"
    )
