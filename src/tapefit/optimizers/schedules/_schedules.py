"""Learning-rate schedules: the rate as a function of the number of steps done."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapefit.tape import Tensor, Variable
from tapefit.tape._whole import as_step


class LearningRateSchedule:
    """A learning rate that depends on the step; give your own a ``__call__(step)``.

    An optimizer calls it with the number of steps done, 0 at the first.
    """

    def __call__(self, step: Any) -> Any:
        """The rate after `step` steps."""
        raise NotImplementedError(f"{type(self).__name__} is a learning-rate schedule; give it a __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        raise NotImplementedError(f"{type(self).__name__} has no get_config(); return the arguments of its __init__.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """A schedule from what `get_config` returned."""
        return cls(**config)


class _Named(LearningRateSchedule):
    """What the schedules of this module share: they are frozen records."""

    @as_step
    def __call__(self, step: Any) -> Tensor:
        """The rate after `step` steps, a float32 scalar."""
        count = step._value._array if isinstance(step, Variable) else np.asarray(step)
        return Tensor(np.float32(self._rate(np.float32(count))))

    def _rate(self, step: np.float32) -> Any:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return]


def _must_be_positive(steps: float, what: str) -> None:
    if steps <= 0:
        raise ValueError(f"Argument `{what}` must be > 0, got {what}={steps}; pass a number of steps.")


@dataclass(frozen=True)
class ExponentialDecay(_Named):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps
        After so many steps the rate is `decay_rate` times what it was.
    decay_rate
        See `decay_steps`.
    staircase
        Divide as whole numbers, so that the rate falls in jumps.

    Examples
    --------
    >>> import tapefit as tf
    >>> rate = tf.optimizers.schedules.ExponentialDecay(0.5, decay_steps=10, decay_rate=0.5)
    >>> rate(20)
    <tf.Tensor: shape=(), dtype=float32, numpy=0.125>
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False
    name: str = "ExponentialDecay"

    def __post_init__(self) -> None:
        _must_be_positive(self.decay_steps, "decay_steps")

    def _rate(self, step: np.float32) -> Any:
        p = step / np.float32(self.decay_steps)
        return np.float32(self.initial_learning_rate) * np.float32(self.decay_rate) ** (
            np.floor(p) if self.staircase else p
        )


@dataclass(frozen=True)
class InverseTimeDecay(_Named):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps, decay_rate
        See the formula.
    staircase
        Divide step by decay_steps as whole numbers, so that the rate falls in jumps.
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False
    name: str = "InverseTimeDecay"

    def __post_init__(self) -> None:
        _must_be_positive(self.decay_steps, "decay_steps")

    def _rate(self, step: np.float32) -> Any:
        p = step / np.float32(self.decay_steps)
        p = np.floor(p) if self.staircase else p
        return np.float32(self.initial_learning_rate) / (1 + np.float32(self.decay_rate) * p)


@dataclass(frozen=True)
class PolynomialDecay(_Named):
    """From `initial_learning_rate` down to `end_learning_rate` as (1 - step / decay_steps) ** power.

    Parameters
    ----------
    initial_learning_rate, end_learning_rate
        The rate of the first step and the rate from `decay_steps` on.
    decay_steps
        Steps until the end rate.
    power
        1 for a straight line.
    cycle
        Stretch `decay_steps` to its next multiple beyond `step`, instead of staying at the end.
    """

    initial_learning_rate: float
    decay_steps: float
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def __post_init__(self) -> None:
        _must_be_positive(self.decay_steps, "decay_steps")

    def _rate(self, step: np.float32) -> Any:
        steps = np.float32(self.decay_steps)
        if self.cycle:
            steps = steps * (np.ceil(step / steps) if step else np.float32(1))
        first, last = np.float32(self.initial_learning_rate), np.float32(self.end_learning_rate)
        return (first - last) * (1 - np.minimum(step, steps) / steps) ** np.float32(self.power) + last


@dataclass(frozen=True)
class PiecewiseConstantDecay(_Named):
    """values[0] up to and including step boundaries[0], values[1] up to boundaries[1], and so on.

    Parameters
    ----------
    boundaries
        Steps, rising.
    values
        Rates, one more than boundaries.
    """

    boundaries: Sequence[float]
    values: Sequence[float]
    name: str = "PiecewiseConstant"

    def __post_init__(self) -> None:
        if len(self.boundaries) != len(self.values) - 1:
            raise ValueError(
                f"PiecewiseConstantDecay expects one value more than boundaries, got {len(self.values)} values and "
                f"{len(self.boundaries)} boundaries; add or drop one."
            )

    def _rate(self, step: np.float32) -> Any:
        return self.values[int(np.searchsorted(np.asarray(self.boundaries), step, side="left"))]


def _cosine(fraction: Any) -> Any:
    """1 at 0 and 0 at 1, along half a cosine."""
    return np.float32(0.5) * (1 + np.cos(np.float32(math.pi) * fraction))


@dataclass(frozen=True)
class CosineDecay(_Named):
    """Down along half a cosine over `decay_steps` steps, after a warm-up if one is asked for.

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    decay_steps
        Steps from the top to the end.
    alpha
        The rate at the end, as a fraction of the top.
    warmup_target
        The top, reached in a straight line after `warmup_steps`; None for no warm-up.
    warmup_steps
        Steps of the warm-up.
    """

    initial_learning_rate: float
    decay_steps: float
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: float = 0

    def __post_init__(self) -> None:
        _must_be_positive(self.decay_steps, "decay_steps")

    def _rate(self, step: np.float32) -> Any:
        first, top = np.float32(self.initial_learning_rate), self.warmup_target
        if top is None:
            return self._decayed(step, first)
        if step < self.warmup_steps:
            return (np.float32(top) - first) * (step / np.float32(self.warmup_steps)) + first
        return self._decayed(step - np.float32(self.warmup_steps), np.float32(top))

    def _decayed(self, step: np.float32, top: np.float32) -> Any:
        steps = np.float32(self.decay_steps)
        return top * ((1 - self.alpha) * _cosine(np.minimum(step, steps) / steps) + self.alpha)


@dataclass(frozen=True)
class CosineDecayRestarts(_Named):
    """Down along half a cosine again and again (Loshchilov and Hutter, "SGDR", 2016).

    Parameters
    ----------
    initial_learning_rate
        The rate of the first step.
    first_decay_steps
        Steps of the first descent.
    t_mul
        Each descent takes `t_mul` times the steps of the one before.
    m_mul
        Each descent starts at `m_mul` times the rate of the one before.
    alpha
        The rate at the end, as a fraction of the top.
    """

    initial_learning_rate: float
    first_decay_steps: float
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0
    name: str = "SGDRDecay"

    def __post_init__(self) -> None:
        _must_be_positive(self.first_decay_steps, "first_decay_steps")

    def _rate(self, step: np.float32) -> Any:
        fraction, ratio = step / np.float32(self.first_decay_steps), np.float32(self.t_mul)
        if ratio == 1:
            restart = np.floor(fraction)
            fraction = fraction - restart
        else:
            restart = np.floor(np.log(1 - fraction * (1 - ratio)) / np.log(ratio))
            fraction = (fraction - (1 - ratio**restart) / (1 - ratio)) / ratio**restart
        top = np.float32(self.m_mul) ** restart
        alpha = np.float32(self.alpha)
        return np.float32(self.initial_learning_rate) * ((1 - alpha) * top * _cosine(fraction) + alpha)
