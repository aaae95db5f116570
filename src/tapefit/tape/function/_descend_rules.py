"""Update rules of `descend`, in ops, so that they are part of the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.ops._math import cast, sqrt, square

Update = Callable[[Any, list[Variable], Any, "Clock"], Any]


class Clock:
    """The powers of numbers whose exponent is the number of the step.

    They are float64, and advance once a step: `tick` comes before the first variable is updated.
    """

    def __init__(self, bases: Sequence[float]) -> None:
        self.bases = bases
        self.powers = [Variable(np.ones(())) for _ in bases]

    def tick(self) -> None:
        """Count a step."""
        for base, power in zip(self.bases, self.powers, strict=True):
            power.assign(power.read_value() * base)


class Rule(NamedTuple):
    """How a gradient changes a variable.

    Attributes
    ----------
    slots
        How many variables of its own the rule keeps for each variable; they begin with 0.
    update
        ``update(g, slots, rate, clock)`` sets the slots and gives what is added to the variable.
    bases
        Numbers whose powers the rule reads from the clock.
    steady
        Whether the step shrinks with the gradient, so that rounding errors are not magnified near the minimum.
    """

    slots: int
    update: Update
    bases: tuple[float, ...] = ()
    steady: bool = True


_MOMENTUM = 0.9
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7
_RHO = 0.9


def _sgd(g: Any, slots: list[Variable], rate: Any, clock: Clock) -> Any:
    return -(g * rate)


def _momentum(g: Any, slots: list[Variable], rate: Any, clock: Clock) -> Any:
    """m = 0.9 m - r g (Polyak 1964)."""
    (m,) = slots
    m.assign(m.read_value() * _MOMENTUM - g * rate)
    return m.read_value()


def _nesterov(g: Any, slots: list[Variable], rate: Any, clock: Clock) -> Any:
    """m = 0.9 m - r g, and 0.9 m - r g with the new m is added (Nesterov 1983)."""
    return _momentum(g, slots, rate, clock) * _MOMENTUM - g * rate


def _adam(g: Any, slots: list[Variable], rate: Any, clock: Clock) -> Any:
    """r m sqrt(1 - b2**t) / (1 - b1**t) / (sqrt(v) + 1e-7) of running means m of g, v of g**2 (Kingma, Ba 2015)."""
    m, v = slots
    m.assign(m + (g - m) * (1 - _BETA_1))
    v.assign(v + (square(g) - v) * (1 - _BETA_2))
    first, second = (power.read_value() for power in clock.powers)
    correction = cast(sqrt(1 - second) / (1 - first), g.dtype)
    return -(m * (rate * correction) / (sqrt(v.read_value()) + _EPSILON))


def _rmsprop(g: Any, slots: list[Variable], rate: Any, clock: Clock) -> Any:
    """r g / sqrt(v + 1e-7), v the running mean of g**2 (Hinton 2012)."""
    (v,) = slots
    v.assign(_RHO * v.read_value() + (1 - _RHO) * square(g))
    return -(g * rate / sqrt(v.read_value() + _EPSILON))


RULES: dict[str, Rule] = {
    "adam": Rule(2, _adam, (_BETA_1, _BETA_2)),
    "momentum": Rule(1, _momentum),
    "nesterov": Rule(1, _nesterov),
    "rmsprop": Rule(1, _rmsprop, steady=False),
    "sgd": Rule(0, _sgd),
}


class Updater:
    """A rule with its slots for some variables.

    Parameters
    ----------
    rule
        A row of `RULES`.
    variables
        What it updates.
    rate
        The learning rate.
    """

    def __init__(self, rule: Rule, variables: Sequence[Variable], rate: float) -> None:
        self.rule, self.variables, self.rate = rule, variables, rate
        self.clock = Clock(rule.bases)
        zeros = [np.zeros_like(np.asarray(v._value._array)) for v in variables]
        self.slots = [[Variable(z) for _ in range(rule.slots)] for z in zeros]

    def apply(self, gradients: Sequence[Any]) -> None:
        """One step of every variable."""
        self.clock.tick()
        for g, variable, slots in zip(gradients, self.variables, self.slots, strict=True):
            rate = Tensor(np.asarray(self.rate, variable._value._array.dtype))
            variable.assign_add(self.rule.update(g, slots, rate, self.clock))
