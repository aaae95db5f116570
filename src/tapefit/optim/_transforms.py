"""Gradient transforms: what an optimizer does to a gradient before it is subtracted, as (init, update) pairs.

A transform is pure: ``update(gradient, state)`` returns the change of the parameters and the next state. A
chain of transforms is a transform. Source of the idea: optax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Transform(NamedTuple):
    """A gradient transform.

    Attributes
    ----------
    init
        ``init(params)`` gives the first state.
    update
        ``update(gradient, state)`` gives the transformed gradient and the next state.
    """

    init: Callable[[Floats], Any]
    update: Callable[[Floats, Any], tuple[Floats, Any]]


def scale(factor: Callable[[int], float]) -> Transform:
    """Times ``-factor(step)``: the learning rate, which may depend on the step."""
    return Transform(lambda params: 0, lambda g, step: (-factor(step) * g, step + 1))


def trace(decay: float) -> Transform:
    """Momentum: the gradients summed, each past one weighing `decay` less (Polyak 1964)."""

    def update(g: Floats, velocity: Floats) -> tuple[Floats, Floats]:
        velocity = decay * velocity + g
        return velocity, velocity

    return Transform(np.zeros_like, update)


def scale_by_adam(b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8) -> Transform:
    """The mean gradient over its root mean square, both without bias (Kingma and Ba 2015, algorithm 1)."""

    def update(g: Floats, state: tuple[int, Floats, Floats]) -> tuple[Floats, Any]:
        step, m, v = state[0] + 1, b1 * state[1] + (1 - b1) * g, b2 * state[2] + (1 - b2) * g**2
        return m / (1 - b1**step) / (np.sqrt(v / (1 - b2**step)) + eps), (step, m, v)

    return Transform(lambda params: (0, np.zeros_like(params), np.zeros_like(params)), update)


def chain(*transforms: Transform) -> Transform:
    """One transform after the other."""

    def init(params: Floats) -> tuple[Any, ...]:
        return tuple(t.init(params) for t in transforms)

    def update(g: Floats, states: tuple[Any, ...]) -> tuple[Floats, tuple[Any, ...]]:
        after = []
        for transform, state in zip(transforms, states, strict=True):
            g, state = transform.update(g, state)
            after.append(state)
        return g, tuple(after)

    return Transform(init, update)


OPTIMIZERS: dict[str, Callable[[Callable[[int], float], float], Transform]] = {
    "adam": lambda rate, momentum: chain(scale_by_adam(), scale(rate)),
    "gd": lambda rate, momentum: scale(rate),
    "momentum": lambda rate, momentum: chain(trace(momentum), scale(rate)),
    "sgd": lambda rate, momentum: scale(rate),
}
