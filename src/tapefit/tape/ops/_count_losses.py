"""Losses of counts and of weighted labels."""

from __future__ import annotations

import math
from typing import Any

from tapefit.tape import _operators as o
from tapefit.tape._convert import like, pair
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._math import exp, log, log1p, relu, where


def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Tensor:
    """exp(c) - z c, with z = targets and c = log_input; in full with Stirling's approximation of log(z!) for z > 1."""
    c, z = pair(log_input, targets, "log_poisson_loss")
    loss = o.subtract(exp(c), o.multiply(z, c))
    if not compute_full_loss:
        return loss
    large = o.greater(z, like(1.0, z))
    safe = where(large, z, like(1.0, z))
    stirling = o.add(o.subtract(o.multiply(safe, log(safe)), safe), o.multiply(log(o.multiply(safe, 2 * math.pi)), 0.5))
    return o.add(loss, where(large, stirling, like(0.0, z)))


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None
) -> Tensor:
    """Sigmoid cross entropy whose positive part counts `pos_weight` times, without overflow.

    Raises
    ------
    ValueError
        If the shapes of labels and logits differ.
    """
    x, z = pair(logits, labels, "weighted_cross_entropy_with_logits")
    if x.shape != z.shape:
        raise ValueError(f"`logits` and `labels` must have the same shape, got {tuple(x.shape)} and {tuple(z.shape)}.")
    weight = o.add(
        o.multiply(z, o.subtract(pos_weight, 1.0) if isinstance(pos_weight, Tensor) else pos_weight - 1.0), 1.0
    )
    inner = o.add(log1p(exp(o.negative(o.absolute(x)))), relu(o.negative(x)))
    return o.add(o.multiply(o.subtract(1.0, z), x), o.multiply(weight, inner))
