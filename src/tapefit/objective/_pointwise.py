"""Pointwise: what a loss is and how it changes at each row, differentiated by the tape alone."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError, ShapeWarning, UsageError
from tapefit.numerics import in_order, processors
from tapefit.objective._losses import Loss
from tapefit.objective._repeated import CHUNK, Order, Repeated
from tapefit.tape import GradientTape, Tensor, python_floats_as
from tapefit.tape._convert import convert

Floats = NDArray[np.float64]

_WORTH = 3  # chunks from which a program is quicker than the tape


@dataclass(frozen=True)
class Pointwise:
    """A loss at each of n rows, with its derivatives by the prediction.

    Attributes
    ----------
    value
        (n,) the loss; its mean at every row, if the function gives only a mean or sum.
    slope
        (n,) l', the first derivative; zeros if it was not asked for.
    curvature
        (n,) l'', the second; zeros if it was not asked for.
    single
        Whether the function gave one value in all.
    """

    value: Floats
    slope: Floats
    curvature: Floats
    single: bool = False


def pointwise(loss: Loss, y: Floats, y_hat: Floats, *, order: Order = 2) -> Pointwise:
    """The loss and its derivatives at each row.

    Parameters
    ----------
    loss
        As `check_loss` returns it; one value in all counts as a mean where its form is not known.
    y, y_hat
        (n,) observed and predicted values.
    order
        How many derivatives are wanted; the others are zeros.

    Raises
    ------
    UsageError
        If the function fails, gives something else than one value a row or one value in all, or does not
        depend on the prediction.
    DataError
        If the loss is NaN at a row.
    """
    if loss.form == "rows" and len(y) > CHUNK:
        return _by_chunks(loss, y, y_hat, order)
    return _of_chunk(loss, y, y_hat, order)


def _by_chunks(loss: Loss, y: Floats, y_hat: Floats, order: Order) -> Pointwise:
    """The same, of as many rows at a time as a cache has room for with all that the tape keeps of them."""
    n = len(y)
    parts = [np.empty(n) if k <= order else np.zeros(n) for k in range(3)]
    chunks = Chunks(loss, order, n)

    def fill(rows: slice) -> None:
        wide = chunks.widened(rows)
        seen = chunks.at(y[wide], y_hat[wide], wide.start)
        for part, values in zip(parts[: order + 1], (seen.value, seen.slope, seen.curvature), strict=False):
            part[rows] = values[rows.start - wide.start :]

    first, *others = chunks.spans(n)
    fill(first)
    for _ in in_order(fill, others, chunks.workers):
        pass
    value, slope, curvature = parts
    return Pointwise(value, slope, curvature)


class Chunks:
    """A loss of one value a row, a chunk of rows at a time: the tape differentiates one, others repeat what it did.

    Parameters
    ----------
    loss
        As `check_loss` returns it, of the form "rows".
    order
        How many derivatives are wanted.
    rows
        How many rows there are in all.
    """

    def __init__(self, loss: Loss, order: Order, rows: int) -> None:
        self._loss, self._order = loss, order
        self._repeated = Repeated(loss, order, rows, _derivatives) if rows >= _WORTH * CHUNK else None

    @staticmethod
    def spans(n: int) -> list[slice]:
        """The chunks of n rows, one after the other."""
        return [slice(start, min(start + CHUNK, n)) for start in range(0, n, CHUNK)]

    @staticmethod
    def widened(rows: slice) -> slice:
        """The last chunk with rows before it, as a program takes chunks of one length."""
        return slice(max(0, rows.stop - CHUNK), rows.stop)

    @property
    def workers(self) -> int:
        """How many threads may call `at` at the same time, after it was called once."""
        return processors() if self._repeated is not None and self._repeated.ready else 1

    def at(self, y: Floats, y_hat: Floats, start: int) -> Pointwise:
        """The loss and its derivatives on a chunk that begins with the row `start`."""
        repeated = self._repeated
        if repeated is None or len(y) != CHUNK:
            return _of_chunk(self._loss, y, y_hat, self._order, start)
        with np.errstate(all="ignore"):
            return _of_parts(self._loss, repeated(y, y_hat), y, start)


def _of_chunk(loss: Loss, y: Floats, y_hat: Floats, order: Order, start: int = 0) -> Pointwise:
    with np.errstate(all="ignore"):
        found = _derivatives(loss, Tensor(y), Tensor(y_hat), order)
        return _of_parts(loss, [t._array for t in found], y, start)


def _of_parts(loss: Loss, parts: Sequence[Any], y: Floats, start: int) -> Pointwise:
    """The value and as many derivatives as there are; zeros for the others."""
    derivatives = [np.asarray(a, dtype=np.float64) for a in parts[1:]]
    derivatives += [np.zeros(len(y)) for _ in range(2 - len(derivatives))]
    return _rows(loss, np.asarray(parts[0], dtype=np.float64), derivatives[0], derivatives[1], y, start)


def _derivatives(loss: Loss, y: Tensor, eta: Tensor, order: Order) -> list[Tensor]:
    """The loss and its first derivatives by eta, as many as were asked for and are not 0 by themselves."""
    if order == 0:
        return [_call(loss, y, eta)]
    outer = GradientTape() if order == 2 else None
    with outer or contextlib.nullcontext():
        if outer:
            outer.watch(eta)
        with GradientTape() as inner:
            inner.watch(eta)
            value = _call(loss, y, eta)
        slope = inner.gradient(value, eta)
    if slope is None:
        raise UsageError(
            f"The loss {loss.name!r} should depend on its second argument, the prediction, through tape ops or "
            "NumPy functions, but its gradient is None; check that it uses y_hat and does not convert it to a "
            "plain array."
        )
    slope = convert(slope)
    curvature = outer.gradient(slope, eta) if outer else None
    return [value, slope] if curvature is None else [value, slope, convert(curvature)]


def _call(loss: Loss, y: Tensor, eta: Tensor) -> Tensor:
    n = len(eta._array)
    try:
        with python_floats_as(np.float64):
            value = loss.fn(y, eta)
    except ShapeWarning as warning:
        raise UsageError(
            f"The loss {loss.name!r} combines shapes ({n}, 1) and ({n},), so that every row meets every other ({n}, "
            f"{n}); y and y_hat both come with shape ({n},): take the reshape out of the loss."
        ) from warning
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise UsageError(
            f"The loss {loss.name!r} failed when called with y and y_hat of shape ({n},): {reason}; "
            "write it with tape ops or NumPy functions of whole columns."
        ) from error
    if not isinstance(value, Tensor):
        raise UsageError(
            f"The loss {loss.name!r} should return a tensor computed from y_hat, got {type(value).__name__}; "
            "write it with tape ops or NumPy functions, and return the result."
        )
    if value._array.shape not in ((n,), ()):
        raise UsageError(
            f"The loss {loss.name!r} should return one value a row, shape ({n},), or one in all, shape (), got shape "
            f"{value._array.shape}; y and y_hat both have shape ({n},), so look for an index or reshape in it."
        )
    return value


def _rows(loss: Loss, each: Any, slope: Floats, curvature: Floats, y: Floats, start: int) -> Pointwise:
    """Rows from what the function gave: its rows, or n times the derivatives of a mean."""
    n = len(y)
    single = each.ndim == 0
    if single:
        factor = 1.0 if loss.form == "sum" else float(n)
        bad = np.isnan(slope)
        if np.isnan(each) and not bad.any():
            raise DataError(
                f"The loss {loss.name!r} is NaN; check that it is defined for every y, or return one value a row to "
                "see which row it is."
            )
        each = np.full(n, float(each) * factor / n)
        slope, curvature = slope * factor, curvature * factor
    elif np.isnan(each.sum() + slope.sum()):
        bad = np.isnan(each) | np.isnan(slope)  # unless the sums were infinity less infinity
    else:
        return Pointwise(each, slope, curvature)
    if bad.any():
        first = int(np.argmax(bad))
        raise DataError(
            f"The loss {loss.name!r} is NaN at row {start + first} (counted from 0), where y is {y[first]:g}; "
            "check that the loss is defined there, or leave the row out."
        )
    return Pointwise(each, slope, curvature, single)


def smoothed(loss: Loss, y: Floats, y_hat: Floats, h: float, *, order: Order = 2) -> Pointwise:
    """Slope and curvature at each row of the loss averaged over predictions from y_hat - h to y_hat + h.

    They are differences of the loss and of its slope, so corners count with what they contribute. The values are
    those at y_hat, roughly: the mean of those at the ends.

    Raises
    ------
    DataError, UsageError
        As `pointwise`.
    """
    low, high = (pointwise(loss, y, y_hat + e, order=1) for e in (-h, h))
    width = (y_hat + h) - (y_hat - h)
    with np.errstate(all="ignore"):
        curvature = (high.slope - low.slope) / width if order == 2 else low.curvature
        return Pointwise((low.value + high.value) / 2, (high.value - low.value) / width, curvature)
