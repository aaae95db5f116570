"""Losses of predictions, one value a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import pair
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._math import where
from tapefit.tape.ops._reduce import reduce_mean

_LOG_2 = 0.6931471805599453


def _rowwise(of_error: Callable[[Tensor], Tensor], y_true: Any, y_pred: Any, op: str) -> Tensor:
    y_pred, y_true = pair(y_pred, y_true, op)
    return reduce_mean(of_error(o.subtract(y_pred, y_true)), axis=-1)


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of squared errors along the last axis."""
    return _rowwise(o.square, y_true, y_pred, "mean_squared_error")


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of absolute errors along the last axis."""
    return _rowwise(o.absolute, y_true, y_pred, "mean_absolute_error")


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """The mean along the last axis of e**2 / 2 where abs(e) <= delta, else delta * (abs(e) - delta / 2)."""

    def of_error(e: Tensor) -> Tensor:
        size = o.absolute(e)
        return where(o.less_equal(size, delta), o.square(e) * 0.5, (size - 0.5 * delta) * delta)

    return _rowwise(of_error, y_true, y_pred, "huber")


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of log(cosh(e)) along the last axis, without overflow."""

    def of_error(e: Tensor) -> Tensor:
        return o.add(e, p.softplus.record((e * -2.0,), {})) - _LOG_2

    return _rowwise(of_error, y_true, y_pred, "log_cosh")
