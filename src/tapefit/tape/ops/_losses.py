"""Losses of predicted numbers, one value a row.

All take ``(y_true, y_pred)``, compute in the dtype of `y_pred`, and reduce the last axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.ops._array import expand_dims, squeeze
from tapefit.tape.ops._math import abs, cast, clip_by_value, log, maximum, where
from tapefit.tape.ops._reduce import reduce_all, reduce_mean, reduce_sum

EPSILON = 1e-7  # Keras' fuzz factor
_LOG_2 = 0.6931471805599453


def beside(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Targets and predictions as tensors of one floating dtype, that of the predictions."""
    predicted = tensor_of(y_pred)
    if predicted._array.dtype.kind not in "fc":
        predicted = cast(predicted, "float32")
    dtype = predicted.dtype
    if isinstance(y_true, (Tensor, Variable)):
        return cast(y_true, dtype), predicted
    return convert(np.asarray(y_true).astype(dtype.numpy_dtype)), predicted


def of_one_rank(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both with as many axes: beside (n, 1), a vector of shape (n,) becomes (n, 1)."""
    if x.ndim == y.ndim + 1 and x.shape[-1] == 1:
        return (x, expand_dims(y, -1)) if y.ndim == 1 else (squeeze(x, -1), y)
    if y.ndim == x.ndim + 1:
        y, x = of_one_rank(y, x)
    return x, y


def _rows(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    return of_one_rank(*beside(y_true, y_pred))


def _mean(x: Tensor) -> Tensor:
    return reduce_mean(x, axis=-1)


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of squared errors along the last axis."""
    true, predicted = _rows(y_true, y_pred)
    return _mean(o.square(true - predicted))


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of absolute errors along the last axis."""
    true, predicted = _rows(y_true, y_pred)
    return _mean(abs(true - predicted))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 times the mean along the last axis of abs(error) / abs(y_true); targets smaller than 1e-7 count as that."""
    true, predicted = _rows(y_true, y_pred)
    return _mean(abs((true - predicted) / maximum(abs(true), EPSILON))) * 100.0


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean along the last axis of (log(1 + y_true) - log(1 + y_pred))**2; numbers below 1e-7 count as that."""
    true, predicted = _rows(y_true, y_pred)
    first, second = (log(maximum(x, EPSILON) + 1.0) for x in (predicted, true))
    return _mean(o.square(first - second))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """The mean along the last axis of e**2 / 2 where abs(e) <= delta, else delta * (abs(e) - delta / 2)."""
    true, predicted = _rows(y_true, y_pred)
    error = predicted - true
    size = abs(error)
    return _mean(where(o.less_equal(size, delta), o.square(error) * 0.5, size * delta - 0.5 * delta * delta))


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of log(cosh(e)) along the last axis, without overflow."""
    true, predicted = _rows(y_true, y_pred)
    error = predicted - true
    return _mean(error + p.softplus.record((error * -2.0,), {}) - _LOG_2)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """The mean along the last axis of y_pred - y_true * log(y_pred + 1e-7)."""
    true, predicted = beside(y_true, y_pred)
    return _mean(predicted - true * log(predicted + EPSILON))


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """The sum along the last axis of y_true * log(y_true / y_pred), both held between 1e-7 and 1."""
    true, predicted = (clip_by_value(x, EPSILON, 1.0) for x in beside(y_true, y_pred))
    return reduce_sum(true * log(true / predicted), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """-cos of the angle between the vectors along an axis: -1 for one direction, 1 for opposite ones."""
    true, predicted = (_direction(x, axis) for x in _rows(y_true, y_pred))
    return o.negative(reduce_sum(true * predicted, axis=axis))


def _direction(x: Tensor, axis: int) -> Tensor:
    norm = p.euclidean_norm.record((x,), {"axis": (axis % x.ndim,), "keepdims": True})
    return x / maximum(norm, EPSILON)


def _signed(y_true: Tensor) -> Tensor:
    """Labels 0 and 1 as -1 and 1; others as they are."""
    zeros_and_ones = reduce_all(o.logical_or(o.equal(y_true, 0.0), o.equal(y_true, 1.0)))
    return where(zeros_and_ones, y_true * 2.0 - 1.0, y_true)


def _margin(y_true: Any, y_pred: Any) -> Tensor:
    true, predicted = beside(y_true, y_pred)
    return maximum(1.0 - _signed(true) * predicted, 0.0)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean along the last axis of max(1 - y_true * y_pred, 0); labels are -1 and 1, or 0 and 1."""
    return _mean(_margin(y_true, y_pred))


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean along the last axis of max(1 - y_true * y_pred, 0)**2; labels are -1 and 1, or 0 and 1."""
    return _mean(o.square(_margin(y_true, y_pred)))


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """max(1 + the best wrong score - the right score, 0) along the last axis; `y_true` is one-hot."""
    true, predicted = beside(y_true, y_pred)
    right = reduce_sum(true * predicted, axis=-1)
    wrong = p.reduce_max.record(((1.0 - true) * predicted,), {"axis": (predicted.ndim - 1,), "keepdims": False})
    return maximum(wrong - right + 1.0, 0.0)
