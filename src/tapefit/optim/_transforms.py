"""What the step-by-step solvers make of a gradient: chains of the transforms of `tapefit.optimizers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded by a descent and not by every fit
    from tapefit.optimizers import Transform

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8


def _plain(momentum: float) -> Transform:
    """-r g."""
    from tapefit.optimizers import chain, negate, scale_by_rate

    return chain(scale_by_rate(), negate())


def _momentum(momentum: float) -> Transform:
    """-r m, with m the gradients summed, each past one weighing `momentum` less (Polyak 1964)."""
    from tapefit.optimizers import chain, negate, scale_by_rate, trace

    return chain(trace(momentum, exact=True), scale_by_rate(), negate())


def _adam(momentum: float) -> Transform:
    """-r times the mean gradient over its root mean square, both without bias (Kingma and Ba 2015, algorithm 1)."""
    from tapefit.optimizers import chain, negate, scale_by_adam

    return chain(scale_by_adam(_BETA_1, _BETA_2, _EPSILON, exact=True), negate())


OPTIMIZERS: dict[str, Callable[[float], Transform]] = {
    "adam": _adam,
    "gd": _plain,
    "momentum": _momentum,
    "sgd": _plain,
}
