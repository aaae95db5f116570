"""Where the descent of a smooth loss sets out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import Factor
from tapefit.objective import Problem

Floats = NDArray[np.float64]


def first_coefficients(problem: Problem, factor: Factor) -> Floats:
    """Of least squares on the scale of the linear predictor, of a constant, or 0: (width,), where the loss is lowest.

    Parameters
    ----------
    problem
        The rows.
    factor
        R with R'R = Z'WZ.
    """
    zero = np.zeros(problem.basis.width)
    losses: list[tuple[float, Floats]] = []
    for theta in (*_candidates(problem, factor), zero):
        with contextlib.suppress(DataError):  # not defined there
            losses.append((problem.mean_loss(problem.eta(theta)), theta))
    usable = [pair for pair in losses if np.isfinite(pair[0])]
    return min(usable, key=lambda pair: pair[0])[1] if usable else zero


def _candidates(problem: Problem, factor: Factor) -> Iterator[Floats]:
    near = problem.near()
    if np.isfinite(near).all():
        moved = replace(problem, y=near).translated()
        yield factor.solve(moved.gradient(moved.y))
    if problem.basis.intercept:
        offset = 0.0 if problem.offset is None else problem.mean(problem.offset)
        with np.errstate(all="ignore"):
            level = problem.loss.link.predictor(np.array([problem.mean(problem.y)]))
        yield np.append(level - offset, np.zeros(problem.basis.width - 1))
