"""The table of domains: which y a loss is defined for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Domain:
    """The values of y that a loss is defined for.

    Attributes
    ----------
    expected
        What they are, as a message says it.
    remedy
        What to do about others.
    inside
        Whether each of y (n,) is one.
    ends
        Values of y that cannot stand in every row, because no finite mean has them.
    """

    expected: str
    remedy: str
    inside: Callable[[Floats], Any]
    ends: tuple[float, ...] = ()


DOMAINS: dict[str, Domain] = {
    "counts": Domain("0 or more", "correct it, or use the loss mse", lambda y: y >= 0, (0.0,)),
    "everything": Domain("a number", "", lambda y: np.ones(len(y), dtype=bool)),
    "positive": Domain("above 0", "correct it, leave the row out, or use the loss tweedie", lambda y: y > 0),
    "proportions": Domain(
        "from 0 to 1",
        "code the two outcomes as 0 and 1, or divide counts by their trials",
        lambda y: (y >= 0) & (y <= 1),
        (0.0, 1.0),
    ),
}


def check_domain(domain: str, name: str, y: Floats, label: Callable[[int], str]) -> None:
    """Raise DataError, naming the row, if the loss `name` is not defined for `y` (n,).

    Parameters
    ----------
    domain
        A name of `DOMAINS`.
    label
        What a message calls a row of `y`.
    """
    known = DOMAINS[domain]
    bad = np.flatnonzero(~known.inside(y))
    if len(bad):
        i = int(bad[0])
        raise DataError(f"the loss {name} expects y {known.expected} but it is {y[i]:g} on {label(i)}; {known.remedy}.")
    for end in known.ends:
        if (y == end).all():
            raise DataError(
                f"y is {end:g} in every row, where the loss {name} has no finite minimum; give rows with other values."
            )
