"""Rate: an optimizer's learning rate, which may be a number, a schedule or a function."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.optimizers.schedules import InverseTimeDecay, LearningRateSchedule
from tapefit.tape import Variable


class Rate:
    """A float32 variable, a schedule of the number of steps done, or a function without arguments."""

    def __init__(self, learning_rate: Any, decay: float = 0.0) -> None:
        if decay:
            learning_rate = InverseTimeDecay(float(learning_rate), 1, decay)
        self._source = learning_rate if callable(learning_rate) else _variable(learning_rate)

    @property
    def variables(self) -> list[Variable]:
        """The variable that holds the rate, if one does."""
        return [self._source] if isinstance(self._source, Variable) else []

    def now(self, iterations: Variable) -> Any:
        """The rate for the next step."""
        if isinstance(self._source, LearningRateSchedule):
            return self._source(iterations)
        return self._source if isinstance(self._source, Variable) else self._source()

    def value(self, iterations: Variable) -> Any:
        """`now`, as a NumPy scalar; float32 unless a function gives something wider."""
        rate = self.now(iterations)
        return rate._value._array if isinstance(rate, Variable) else np.asarray(rate, _dtype(rate))[()]

    def set(self, value: Any) -> None:
        """Replace the rate.

        Raises
        ------
        TypeError
            If a number shall replace a schedule or function.
        """
        if callable(value):
            self._source = value
        elif isinstance(self._source, Variable):
            self._source.assign(float(value))
        else:
            raise TypeError(
                "This optimizer was made with a schedule as its learning rate, which a number cannot replace; "
                "make it with a number to be able to set it."
            )

    def config(self) -> Any:
        """The rate as plain data; a function as it is."""
        if isinstance(self._source, Variable):
            return float(self._source._value._array)
        return self._source


def _variable(rate: Any) -> Variable:
    try:
        number = float(rate)
    except (TypeError, ValueError):
        raise ValueError(
            f"learning_rate must be a number, a LearningRateSchedule or a function that returns the rate, got {rate!r}."
        ) from None
    return Variable(number, trainable=False, dtype="float32", name="learning_rate")


def _dtype(rate: Any) -> Any:
    return np.asarray(rate).dtype if hasattr(rate, "dtype") else np.float32
