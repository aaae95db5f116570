"""Shares of right predictions: 1 where right and 0 where wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape import Tensor
from tapefit.tape._convert import tensor_of
from tapefit.tape.ops._losses import beside, of_one_rank


def _hits(truth: Any) -> Tensor:
    return Tensor(np.asarray(truth, np.float32))


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where prediction and target are equal."""
    true, predicted = of_one_rank(*beside(y_true, y_pred))
    return _hits(true._array == predicted._array)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """1 where a target of 1 has a prediction above the threshold, and a target of 0 one not above it."""
    true, predicted = of_one_rank(*beside(y_true, y_pred))
    return _hits(true._array == (predicted._array > threshold))


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest prediction along the last axis is that of the one-hot target."""
    true, predicted = beside(y_true, y_pred)
    return _hits(np.argmax(true._array, -1) == np.argmax(predicted._array, -1))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest prediction along the last axis is that of the target, a class number."""
    classes, predicted = (np.asarray(tensor_of(x)._array) for x in (y_true, y_pred))
    if classes.ndim == predicted.ndim and classes.shape[-1] == 1:
        classes = classes[..., 0]
    return _hits(classes == np.argmax(predicted, -1))
