"""Clipping: gradients made smaller before an optimizer sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tapefit.optimizers._transform import Array

Clip = Callable[[list[Array]], list[Array]]


def by_value(limit: float) -> Clip:
    """Every element held between -limit and limit."""
    return lambda gradients: [np.clip(g, -limit, limit) for g in gradients]


def by_norm(limit: float) -> Clip:
    """Every gradient scaled so that its Euclidean norm is at most `limit`."""
    return lambda gradients: [g * limit / np.maximum(np.sqrt(np.sum(g * g)), limit) for g in gradients]


def by_global_norm(limit: float) -> Clip:
    """All gradients scaled by one factor so that the norm of them together is at most `limit`.

    Where that norm is not finite, the gradients become NaN, as in TensorFlow, rather than zeros that hide it.
    """

    def clip(gradients: list[Array]) -> list[Array]:
        squares = np.array([np.sum(g * g) for g in gradients])
        norm = np.sqrt(np.sum(squares))
        if not np.isfinite(norm):
            return [np.full_like(g, np.nan) for g in gradients]
        with np.errstate(divide="ignore"):
            factor = limit * np.minimum(1 / norm, norm.dtype.type(1 / limit))
        return [g * factor.astype(g.dtype) for g in gradients]

    return clip


CLIPS: dict[str, Callable[[float], Clip]] = {
    "clipnorm": by_norm,
    "clipvalue": by_value,
    "global_clipnorm": by_global_norm,
}
