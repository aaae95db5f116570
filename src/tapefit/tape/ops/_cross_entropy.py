"""Losses of predicted probabilities, or of the logits that stand for them, one value a row.

All take ``(y_true, y_pred)`` and compute in the dtype of `y_pred`. Probabilities are held between 1e-7 and 1 - 1e-7,
so that no logarithm is infinite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import expand_dims, squeeze
from tapefit.tape.ops._losses import EPSILON, beside
from tapefit.tape.ops._math import cast, clip_by_value, log, not_equal, pow, sigmoid, where
from tapefit.tape.ops._nn import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from tapefit.tape.ops._reduce import reduce_mean, reduce_sum


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """The mean along an axis of -y log(p) - (1 - y) log(1 - p).

    Parameters
    ----------
    y_true
        Labels from 0 to 1, of the shape of `y_pred`.
    y_pred
        Probabilities p; or with `from_logits` log(p / (1 - p)).
    from_logits
        See `y_pred`.
    label_smoothing
        Moves the labels towards 1/2: 0 not at all, 1 all the way.
    axis
        The axis that is reduced.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    true, predicted = beside(y_true, y_pred)
    _must_have_one_shape(true, predicted)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return reduce_mean(_binary(true, predicted, from_logits), axis=axis)


def _binary(true: Tensor, predicted: Tensor, from_logits: bool) -> Tensor:
    if from_logits:
        return sigmoid_cross_entropy_with_logits(labels=true, logits=predicted)
    inside = clip_by_value(predicted, EPSILON, 1.0 - EPSILON)
    return o.negative(true * log(inside) + (1.0 - true) * log(1.0 - inside))


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """`binary_crossentropy` times (1 - probability of the right class)**gamma (Lin et al. 2018).

    Parameters
    ----------
    y_true, y_pred, from_logits, label_smoothing, axis
        As for `binary_crossentropy`.
    apply_class_balancing, alpha
        Weigh class 1 by alpha and class 0 by 1 - alpha.
    gamma
        How little the rows count that are predicted well.
    """
    true, predicted = beside(y_true, y_pred)
    _must_have_one_shape(true, predicted)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    p = sigmoid(predicted) if from_logits else predicted
    right = true * p + (1.0 - true) * (1.0 - p)
    loss = pow(1.0 - right, gamma) * _binary(true, p, False)
    if apply_class_balancing:
        loss = (true * alpha + (1.0 - true) * (1.0 - alpha)) * loss
    return reduce_mean(loss, axis=axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """The sum along an axis of -y log(p).

    Parameters
    ----------
    y_true
        Probabilities of the classes, mostly one-hot, of the shape of `y_pred`.
    y_pred
        Probabilities p, which are made to add up to 1; or with `from_logits` their logarithms plus any constant.
    from_logits
        See `y_pred`.
    label_smoothing
        Moves `y_true` towards equal probabilities: 0 not at all, 1 all the way.
    axis
        The axis of the classes.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    true, predicted = beside(y_true, y_pred)
    _must_have_one_shape(true, predicted)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + label_smoothing / true.shape[-1]
    if from_logits:
        return softmax_cross_entropy_with_logits(labels=true, logits=predicted, axis=axis)
    shares = predicted / reduce_sum(predicted, axis, keepdims=True)
    return o.negative(reduce_sum(true * log(clip_by_value(shares, EPSILON, 1.0 - EPSILON)), axis))


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor:
    """-log(p) of the right class of each row.

    Parameters
    ----------
    y_true
        Class numbers, of the shape of `y_pred` without its last axis, or with 1 there.
    y_pred
        Probabilities p along the last axis; or with `from_logits` their logarithms plus any constant.
    from_logits
        See `y_pred`.
    ignore_class
        A class number whose rows get 0.
    axis
        The axis of the classes: the last.

    Raises
    ------
    ValueError
        If the shapes do not fit, or `axis` is not the last.
    InvalidArgumentError
        If there is no class of a number.
    """
    predicted = tensor_of(y_pred)
    if axis not in (-1, predicted.ndim - 1):
        raise ValueError(f"Only axis=-1 is supported, got axis={axis}; transpose the predictions.")
    classes = cast(convert(y_true) if not isinstance(y_true, Tensor) else y_true, "int64")
    if classes.ndim == predicted.ndim and classes.shape[-1] == 1:
        classes = squeeze(classes, -1)
    if tuple(classes.shape) != tuple(predicted.shape[:-1]):
        raise ValueError(
            f"y_true needs the shape of y_pred without its last axis, {tuple(predicted.shape[:-1])}, got "
            f"{tuple(classes.shape)}; reshape it."
        )
    counted = None
    if ignore_class is not None:
        counted = not_equal(classes, int(ignore_class))
        classes = where(counted, classes, Tensor(np.int64(0)))
        predicted = where(expand_dims(counted, -1), predicted, 0.0)
    logits = predicted if from_logits else log(clip_by_value(predicted, EPSILON, 1.0 - EPSILON))
    loss = sparse_softmax_cross_entropy_with_logits(labels=classes, logits=logits)
    return loss if counted is None else where(counted, loss, 0.0)


def _must_have_one_shape(true: Tensor, predicted: Tensor) -> None:
    if true.shape != predicted.shape:
        raise InvalidArgumentError(
            f"y_true and y_pred must have the same shape, got {tuple(true.shape)} and {tuple(predicted.shape)}; "
            "reshape one of them."
        )
