"""Whether whole numbers survive as float64."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

LARGEST_EXACT = 2**53  # float64 holds every whole number up to here


def survives_float64(whole: NDArray[Any]) -> bool:
    """Return whether float64 holds each of these integers exactly.

    Examples
    --------
    >>> import numpy as np
    >>> survives_float64(np.array([2**53, 2**60])), survives_float64(np.array([2**53 + 1]))
    (True, False)
    """
    if whole.dtype.itemsize < 8 or whole.size == 0:
        return True
    if whole.max() <= LARGEST_EXACT and whole.min() >= -LARGEST_EXACT:
        return True
    return all(int(float(value)) == value for value in whole.tolist())
