"""Pointwise: what a loss is and how it changes at each row, differentiated by the tape alone."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError, ShapeWarning, UsageError
from tapefit.objective._losses import Loss
from tapefit.tape import GradientTape, Tensor, python_floats_as

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pointwise:
    """A loss at each of n rows, with its derivatives by the prediction.

    Attributes
    ----------
    value
        (n,) the loss; its mean at every row, if the function gives only a mean or sum.
    slope
        (n,) l', the first derivative.
    curvature
        (n,) l'', the second.
    """

    value: Floats
    slope: Floats
    curvature: Floats


def pointwise(loss: Loss, y: Floats, y_hat: Floats) -> Pointwise:
    """The loss and its derivatives at each row.

    Raises
    ------
    UsageError
        If the function fails, gives something else than one value a row or one value in all, or does not
        depend on the prediction.
    DataError
        If the loss is NaN at a row.
    """
    eta = Tensor(y_hat)
    with GradientTape() as outer:
        outer.watch(eta)
        with GradientTape() as inner:
            inner.watch(eta)
            value = _call(loss, Tensor(y), eta)
        slope = inner.gradient(value, eta)
    if slope is None:
        raise UsageError(
            f"The loss {loss.name!r} should depend on its second argument, the prediction, through tape ops or NumPy "
            "functions, but its gradient is None; check that it uses y_hat and does not convert it to a plain array."
        )
    curvature = outer.gradient(slope, eta)
    bend = np.zeros_like(y) if curvature is None else curvature._array
    return _scaled(loss, value, slope._array, bend, y)


def _call(loss: Loss, y: Tensor, eta: Tensor) -> Tensor:
    n = eta.shape[0]
    try:
        with warnings.catch_warnings(), python_floats_as(np.float64):
            warnings.simplefilter("ignore", ShapeWarning)
            value = loss.fn(y, eta)
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"The loss {loss.name!r} failed when called with y and y_hat of shape ({n},): {error}"
        ) from error
    if not isinstance(value, Tensor):
        raise UsageError(
            f"The loss {loss.name!r} should return a tensor computed from y_hat, got {type(value).__name__}; "
            "write it with tape ops or NumPy functions, and return the result."
        )
    if tuple(value.shape) not in ((n,), ()):
        raise UsageError(
            f"The loss {loss.name!r} should return one value a row, shape ({n},), or one in all, shape (), got shape "
            f"{tuple(value.shape)}; y and y_hat both have shape ({n},), so look for an index or reshape in it."
        )
    return value


def _scaled(loss: Loss, value: Tensor, slope: Any, curvature: Any, y: Floats) -> Pointwise:
    """Rows from what the function gave: its rows, or n times the derivatives of a mean."""
    n = len(y)
    each = value._array
    if each.ndim == 0:
        factor = float(n) if _is_mean(loss, y, each) else 1.0
        each = np.full(n, float(each) * factor / n)
        slope, curvature = slope * factor, curvature * factor
    bad = np.flatnonzero(np.isnan(each) | np.isnan(slope))
    if len(bad):
        raise DataError(
            f"The loss {loss.name!r} is NaN at row {bad[0]} (counted from 0), where y is {y[bad[0]]:g}; "
            "check that the loss is defined there, or leave the row out."
        )
    return Pointwise(each, slope, curvature)


def _is_mean(loss: Loss, y: Floats, value: Any) -> bool:
    """Whether a loss of shape () averages its rows: all rows twice leave a mean as it is and double a sum."""
    twice = Tensor(np.concatenate([y, y]))
    probe = Tensor(np.concatenate([np.zeros_like(y), np.zeros_like(y)]))
    once = float(_call(loss, Tensor(y), Tensor(np.zeros_like(y)))._array)
    both = float(_call(loss, twice, probe)._array)
    if np.isclose(both, once, rtol=1e-9, atol=0.0):
        return True
    if np.isclose(both, 2 * once, rtol=1e-9, atol=0.0):
        return False
    raise UsageError(
        f"The loss {loss.name!r} gives one value that is neither the mean nor the sum over rows (all rows twice turn "
        f"{once:g} into {both:g}); return one value a row, or their mean."
    )
