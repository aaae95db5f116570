"""Repeated: a loss of many rows, which the tape differentiates on one chunk and a program repeats on the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import OperatorNotAllowedInGraphError, UsageError
from tapefit.numerics import ROWS
from tapefit.objective._losses import Loss
from tapefit.tape import Tensor

Floats = NDArray[np.float64]
Order = Literal[0, 1, 2]
Parts = list[Floats]  # the value and as many derivatives as there are
Differentiate = Callable[[Loss, Tensor, Tensor, Order], list[Tensor]]

CHUNK = ROWS
_WORTH_A_KERNEL = 1 << 20  # rows from which machine code repays loading and building it


class Repeated:
    """What a loss and its derivatives are on chunks of `CHUNK` rows; in as many threads as there are.

    Parameters
    ----------
    loss
        A loss that gives one value a row.
    order
        How many derivatives.
    rows
        How many rows there will be, of which depends whether machine code is worth its building.
    differentiate
        The loss and its derivatives on tensors.
    """

    def __init__(self, loss: Loss, order: Order, rows: int, differentiate: Differentiate) -> None:
        self._loss, self._order, self._rows, self._differentiate = loss, order, rows, differentiate
        self._plan: Any = None
        self._seen = False
        self._frames: list[Callable[..., Any]] = []

    @property
    def ready(self) -> bool:
        """Whether there is a program, so that several threads may call."""
        return self._plan is not None

    def __call__(self, y: Floats, eta: Floats) -> Sequence[Any]:
        """The value and the derivatives on a chunk of `CHUNK` rows, by the tape at first and then by the program.

        Raises
        ------
        UsageError
            As `pointwise`.
        """
        if self._plan is not None:
            return self._again(y, eta)
        found = self._run(Tensor(y), Tensor(eta)) if self._seen else self._first(y, eta)
        self._seen = True
        return [t._array for t in found]

    def _first(self, y: Floats, eta: Floats) -> Sequence[Tensor]:
        """By the tape; there is a program from now on, if what it did can be written down."""
        from tapefit.tape.function import repeated

        kernels = self._rows >= _WORTH_A_KERNEL
        try:
            found, self._plan = repeated(self._run, (y, eta), self._loss.name, kernels=kernels)
        except UsageError as error:
            if not isinstance(error.__cause__, OperatorNotAllowedInGraphError):
                raise
            return self._run(Tensor(y), Tensor(eta))
        return found

    def _again(self, y: Floats, eta: Floats) -> Sequence[Any]:
        try:
            frame = self._frames.pop()
        except IndexError:
            frame = self._plan.frame()
        try:
            found: Sequence[Any] = frame(y, eta)
            return found
        finally:
            self._frames.append(frame)

    def _run(self, y: Tensor, eta: Tensor) -> list[Tensor]:
        return self._differentiate(self._loss, y, eta, self._order)
