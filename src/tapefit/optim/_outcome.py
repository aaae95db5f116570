"""Outcome: where a descent ended and why, as a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.objective import Pointwise, Sums

Floats = NDArray[np.float64]
Callback = Callable[[int, float, Floats], object]
Status = Literal["converged", "diverged", "max_iter", "stopped", "stuck"]


@dataclass(frozen=True)
class Outcome:
    """The end of a descent.

    Attributes
    ----------
    theta
        (width,) coefficients of the standardised columns.
    beta
        (width,) coefficients of the raw columns, the intercept first.
    n_iter
        Steps taken.
    converged
        Whether the tolerance was met.
    message
        One sentence: why it ended and, where it did not converge, what to do.
    loss_curve
        (k,) the mean loss after each step.
    residual
        (n,) y - prediction.
    cause
        Why it did not converge, where that is something else than the number of steps.
    rows
        The loss at each row with its derivatives, where the descent ended with them.
    sums
        What a pass through many rows found where the descent ended.
    """

    theta: Floats
    beta: Floats
    n_iter: int
    converged: bool
    message: str
    loss_curve: Floats
    residual: Floats
    cause: Status | None = None
    rows: Pointwise | None = None
    sums: Sums | None = None

    @property
    def status(self) -> Status:
        """How it ended: "converged"; or out of steps, diverged, stopped by a callback, or stuck where no step helps."""
        return "converged" if self.converged else self.cause or "max_iter"


def notify(callbacks: Sequence[Callback], step: int, loss: float, beta: Floats) -> bool:
    """Tell every callback of a step; True if one of them asks to stop."""
    answers = [call(step, loss, beta) for call in callbacks]
    return any(answer is True for answer in answers)
