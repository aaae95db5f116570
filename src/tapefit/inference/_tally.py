"""Tally: how often each value comes, where values are few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MOST = 1 << 14  # values
_ROWS = 1 << 15  # looked at together


def whole_numbers(y: Floats) -> tuple[Floats, Floats] | None:
    """The values in `y` (n,) and how often each comes, (k,) both; None unless all are small whole numbers.

    Counts and outcomes are such; what is summed over the rows then needs no row.
    """
    counts = np.zeros(_MOST)
    for start in range(0, len(y), _ROWS):
        part = y[start : start + _ROWS]
        if not (part.min() >= 0 and part.max() < _MOST):
            return None
        whole = part.astype(np.intp)
        if not np.array_equal(whole, part):
            return None
        counts += np.bincount(whole, minlength=_MOST)
    values = np.flatnonzero(counts)
    return values.astype(np.float64), counts[values]
