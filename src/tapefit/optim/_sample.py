"""Sample: where a descent on many rows sets out, from descents on some of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective import Passes, Problem, Sums
from tapefit.optim._point import Point, look

Floats = NDArray[np.float64]

_SHARE = 8  # of all rows the last sample has an eighth
_TIMES, _FEWEST = 16, 1 << 11  # how many times as many rows as the one before, and how many at least
_A_COLUMN = 8  # rows of a sample for each coefficient, at least
_STEPS = 12
_HALVINGS = 4
_RIDGE = 1e-3  # of the sum of the curvatures: what holds coefficients of which the sample says nothing
_GOLDEN = 0.6180339887498949


def sampled_start(problem: Problem) -> Point | None:
    """The point of the minimiser of some of the rows; None where samples are not worth it, or misled.

    1. steps of Newton on some 2,048 rows or more, then on 16 times as many, and so on until an eighth of all, as far
       as sampling lets them mean something
    2. a look at all rows: the mean loss is no higher than in the sample by more than the rows' scatter

    All rows are then a few steps from their minimum.
    """
    passes = problem.passes
    if passes is None or problem.loss.kind != "smooth":
        return None
    width = problem.basis.width
    theta, limit = _middle(problem), np.inf
    for m in _sizes(problem.n, width):
        found = _minimised(passes.sample(_places(m, problem.n)), theta, width / m, problem)  # 1
        if found is None:
            return None
        theta, limit = found
    if not np.isfinite(limit):
        return None
    try:
        at = look(problem, theta)  # 2
    except DataError:
        return None
    return at if at.f / problem.total_weight <= limit else None


def _sizes(n: int, width: int) -> list[int]:
    """How many rows the samples have, in ascending order."""
    sizes = [n // _SHARE]
    while sizes[0] >= max(_FEWEST, _A_COLUMN * width):
        sizes.insert(0, sizes[0] // _TIMES)
    return sizes[1:]


def _places(m: int, n: int) -> NDArray[np.intp]:
    """About m of n places, spread evenly and without a period that rows might have, too."""
    return np.unique((np.modf(_GOLDEN * np.arange(1, m + 1))[0] * n).astype(np.intp))


def _middle(problem: Problem) -> Floats:
    """The coefficients of a constant at the mean of y; zeros where there is none."""
    theta = np.zeros(problem.basis.width)
    if problem.basis.intercept:
        with np.errstate(all="ignore"):
            level = float(problem.loss.link.predictor(np.array(problem.mean(problem.y))))
        offset = 0.0 if problem.offset is None else problem.mean(problem.offset)
        theta[0] = level - offset if np.isfinite(level - offset) else 0.0
    return theta


def _minimised(part: Passes, theta: Floats, tol: float, problem: Problem) -> tuple[Floats, float] | None:
    """Coefficients near the minimiser of a sample, and the mean loss and scatter there; None where steps go astray."""
    try:
        sums = part.at(theta)
        for _ in range(_STEPS):
            step = _step(sums, theta, problem.basis.intercept)
            promised = -float(sums.gradient @ step) if step is not None else np.nan
            if step is None or not np.isfinite(promised):
                return None
            if promised <= tol * sums.scatter:
                total = part.total_weight
                return theta + step, (sums.value + sums.scatter) / total
            after = _lower(part, theta, step, sums)
            if after is None:
                return None
            theta, sums = after
    except DataError:
        pass
    return None


def _step(sums: Sums, theta: Floats, intercept: bool) -> Floats | None:
    """Newton's step under a weak ridge on the slopes."""
    ridge = np.full(len(theta), _RIDGE * float(sums.gram.diagonal().max()))
    ridge[:intercept] = 0.0
    try:
        return np.asarray(-np.linalg.solve(sums.gram + np.diag(ridge), sums.gradient + ridge * theta))
    except np.linalg.LinAlgError:
        return None


def _lower(part: Passes, theta: Floats, step: Floats, sums: Sums) -> tuple[Floats, Sums] | None:
    for halvings in range(_HALVINGS):
        moved = theta + step / 2**halvings
        seen = part.at(moved)
        if seen.value < sums.value:
            return moved, seen
    return None
