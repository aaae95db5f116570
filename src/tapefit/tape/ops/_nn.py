"""Activations and losses of logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, pair, tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._axes import one_axis
from tapefit.tape.ops._create import one_hot
from tapefit.tape.ops._math import where
from tapefit.tape.ops._reduce import reduce_sum


def _along(primitive: Primitive, logits: Any, axis: Any) -> Tensor:
    x = tensor_of(logits)
    n = x._array.ndim
    place = one_axis(-1 if axis is None else axis, n, primitive.name) - n
    return primitive.record((x,), {"axis": place})


def softmax(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """exp(x) divided by its sum along an axis, by default the last."""
    return _along(p.softmax, logits, axis)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """The logarithm of `softmax`, without overflow."""
    return _along(p.log_softmax, logits, axis)


def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1, name: str | None = None) -> Tensor:
    """-sum(labels * log_softmax(logits)) along an axis; `labels` of the shape of `logits` hold probabilities."""
    logits, labels = pair(logits, labels, "softmax_cross_entropy_with_logits")
    return o.negative(reduce_sum(o.multiply(labels, log_softmax(logits, axis)), axis))


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any, name: str | None = None) -> Tensor:
    """-log_softmax(logits)[label] of each row.

    Parameters
    ----------
    labels
        Class numbers, whole, of the shape of `logits` without its last axis.
    logits
        Of shape (..., classes).

    Raises
    ------
    InvalidArgumentError
        If a label is not a class number.
    """
    x = tensor_of(logits)
    classes = x._array.shape[-1]
    numbers = np.asarray(labels)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= classes):
        raise InvalidArgumentError(
            f"Received a label value outside the valid range [0, {classes}); number classes from 0."
        )
    chosen = one_hot(numbers, classes, on_value=True, off_value=False, dtype="bool")
    return o.negative(reduce_sum(where(chosen, log_softmax(x), like(0.0, x)), -1))


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Tensor:
    """-z log(s) - (1 - z) log(1 - s) with s = sigmoid(logits) and z = labels, without overflow.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    x, z = pair(logits, labels, "sigmoid_cross_entropy_with_logits")
    if x.shape != z.shape:
        raise ValueError(
            f"`logits` and `labels` must have the same shape, got {tuple(x.shape)} and {tuple(z.shape)}; reshape one."
        )
    # x >= 0 decides which of two equal forms is free of cancellation; both branches give 1/2 - z at 0
    positive = o.greater_equal(x, like(0.0, x))
    bounded = where(positive, o.negative(x), x)
    linear = where(positive, x, like(0.0, x))
    return o.add(o.subtract(linear, o.multiply(x, z)), p.log1p.record((p.exp.record((bounded,), {}),), {}))


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of squares."""
    return o.divide(reduce_sum(o.square(t)), 2.0)
