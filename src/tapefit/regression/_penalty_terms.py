"""Penalties as smooth terms beside the sum of the losses: squares with linear parts, and the user's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.objective import Problem, UserPenalty
from tapefit.optim import penalty_unit
from tapefit.regression._constraint_options import Rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SquaresTerm:
    """``sum linear * theta + 1/2 sum squares * theta^2``, with (width,) weights."""

    linear: Floats
    squares: Floats

    def value(self, theta: Floats) -> float:
        """The term."""
        return float(self.linear @ theta + 0.5 * self.squares @ np.square(theta))

    def slope(self, theta: Floats) -> Floats:
        """(width,) its gradient."""
        return self.linear + self.squares * theta

    def root(self, theta: Floats) -> Floats:
        """(width, width) a root of its Hessian."""
        return np.diag(np.sqrt(self.squares))


@dataclass(frozen=True, eq=False)
class UserTerm:
    """``weight * penalty(size * theta)`` of the slopes.

    Attributes
    ----------
    penalty
        The function.
    size
        (p,) what each slope is multiplied by.
    weight
        The strength, on the scale of the sum of the losses.
    first
        1 with an intercept, which is not penalised, else 0.
    """

    penalty: UserPenalty
    size: Floats
    weight: float
    first: int

    def value(self, theta: Floats) -> float:
        """The term."""
        return self.weight * self.penalty.at(self.size * theta[self.first :]).value if self.weight else 0.0

    def slope(self, theta: Floats) -> Floats:
        """(width,) its gradient."""
        inner = self.penalty.at(self.size * theta[self.first :]).gradient
        return np.concatenate([np.zeros(self.first), self.weight * self.size * inner])

    def root(self, theta: Floats) -> Floats:
        """(p, width) a root of its Hessian, without what of it is rounding."""
        hessian = self.penalty.at(self.size * theta[self.first :]).hessian
        if not np.isfinite(hessian).all():
            return np.full((len(hessian), len(theta)), np.nan)
        bends, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        root = np.sqrt(self.weight * np.maximum(bends, 0.0))[:, None] * axes.T * self.size
        return np.hstack([np.zeros((len(root), self.first)), root])


def squares_term(problem: Problem, alpha: float, share: float, size: Floats, wanted: Rows) -> SquaresTerm:
    """The term of ridge, and of an l1 part whose slopes the constraints keep on one side of 0.

    Raises
    ------
    UsageError
        If there is an l1 part, and a slope may have either sign.
    """
    weight = problem.total_weight / penalty_unit(problem) * alpha
    linear = np.zeros(len(size))
    if weight * share:
        sides = _sides(wanted)
        if not sides[size > 0].all():
            raise UsageError(
                "Expected constraints beside an l1 penalty to keep every slope on one side of 0, as positive=True "
                "does, got slopes that may have either sign; use penalty='l2'."
            )
        linear = weight * share * sides * size
    return SquaresTerm(linear, weight * (1 - share) * np.square(size))


def _sides(wanted: Rows) -> Floats:
    """(k,) 1 for a coefficient that is kept at 0 or more, -1 for one at 0 or less, 0 for one that is free."""
    sides = np.zeros(wanted.A.shape[1])
    for row, low, high in zip(wanted.A, wanted.lower, wanted.upper, strict=True):
        own = np.flatnonzero(row)
        if len(own) == 1:
            ends = np.sort(np.array([low, high]) / row[own[0]])
            sides[own[0]] = 1.0 if ends[0] >= 0 else -1.0 if ends[1] <= 0 else sides[own[0]]
    return sides
