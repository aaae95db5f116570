"""Separation: a direction along which a likelihood rises for ever, so that it has no maximum.

References
----------
Albert and Anderson, "On the existence of maximum likelihood estimates in logistic regression models",
Biometrika 71, 1984.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective import Problem

Floats = NDArray[np.float64]

_LATE = 12  # steps, by which other descents have ended
_FLAT = 1e-2  # of the loss's slope at a mean of 1
_CLOSE = 1e-11  # of the largest change of a linear predictor

# domain: at each y, whether the loss stays bounded as eta falls without end, and as it rises
_BOUNDED: dict[str, Callable[[Floats], tuple[NDArray[np.bool_], NDArray[np.bool_]]]] = {
    "counts": lambda y: (y == 0, np.zeros(len(y), dtype=bool)),
    "proportions": lambda y: (y == 0, y == 1),
}
_SATURATING = ("log", "logit", "probit")


def check_separation(problem: Problem, step: Floats, slope: Floats, k: int) -> None:
    """Raise DataError if the loss falls for ever along the k-th step of a descent.

    Parameters
    ----------
    step
        (width,) the step.
    slope
        (n,) l' before it.
    """
    saturates = problem.loss.link.name in _SATURATING and problem.loss.domain in _BOUNDED
    if k >= _LATE and saturates and _falls_for_ever(problem, step, slope):
        raise DataError(
            f"the loss {problem.loss.name} has no finite minimum, as a combination of the columns separates the rows "
            "by y (complete or quasi-complete separation); leave out the column or level that does so, or penalise."
        )


def _falls_for_ever(problem: Problem, step: Floats, slope: Floats) -> bool:
    """Whether a step moves rows only to where their loss nears its least, and they are almost there.

    That there is such a step is what it means that there is no minimum.
    """
    change = problem.predict(step)
    limit = _CLOSE * float(np.abs(change).max())
    fall, rise = _BOUNDED[problem.loss.domain](problem.y)
    apart = bool(((change >= -limit) | fall).all() and ((change <= limit) | rise).all())
    return limit > 0 and apart and float(np.abs(slope[np.abs(change) > limit]).max()) < _FLAT
