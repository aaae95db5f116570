"""The choice of the points that a scatter plot draws when there are too many to see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["choose_points", "marker"]

MOST = 5_000
FARTHEST = 50

# up to so many points: (area in points squared, opacity)
MARKERS: tuple[tuple[float, tuple[float, float]], ...] = (
    (60, (30.0, 0.8)),
    (300, (20.0, 0.65)),
    (1_500, (11.0, 0.45)),
    (np.inf, (6.0, 0.3)),
)


def choose_points(residual: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows to draw: all up to 5,000, or a sample that holds the 50 largest residuals.

    The sample is drawn at random with a fixed seed, so that the same fit gives the same
    picture and a period in the rows does no harm; the largest residuals are what a reader
    of the picture looks for, and a sample alone would lose most of them.

    Parameters
    ----------
    residual : (n,) array
        Observed minus fitted.

    Returns
    -------
    (k,) int array
        Row numbers, increasing; k = min(n, 5000).

    Examples
    --------
    >>> choose_points(np.zeros(3))
    array([0, 1, 2])
    >>> choose_points(np.zeros(100_000)).size
    5000
    """
    n = residual.size
    if n <= MOST:
        return np.arange(n)
    chosen = np.zeros(n, bool)
    chosen[np.argpartition(np.abs(residual), n - FARTHEST)[n - FARTHEST :]] = True
    near = np.flatnonzero(~chosen)
    chosen[np.random.default_rng(0).choice(near, MOST - FARTHEST, replace=False)] = True
    return np.flatnonzero(chosen)


def marker(count: int) -> dict[str, float]:
    """Return area and opacity of a marker such that `count` of them can be told apart."""
    size, alpha = next(looks for limit, looks in MARKERS if count <= limit)
    return {"s": size, "alpha": alpha}
