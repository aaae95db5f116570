"""Recognise: see from its derivatives when a user's loss is one that has a better solver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective._check import sample, spread_of
from tapefit.objective._links import IDENTITY
from tapefit.objective._losses import Loss
from tapefit.objective._pointwise import Pointwise, pointwise
from tapefit.tape.ops import _math as m

Floats = NDArray[np.float64]

_GRID = 63  # odd, so that no point of it lies at the middle
_ZOOMS = 3
_LEAP = 5e-3
_FAR = (1e-9, 1e-6, 1e-3, 1.0, 1e3)


def recognise(loss: Loss, y: Floats) -> Loss:
    """The loss with its kind set to "squares", "pinball" or "corners" if its derivatives show that it is one.

    The derivatives are looked at on up to 64 rows, at errors from a billionth to a thousand times the range of
    all of `y` (n,), of both signs. A loss is a squared error if l'' is one positive constant and l' is that
    constant times the error; it is a pinball loss if l'' is 0 and l' takes one value for each sign of the error;
    it has corners if l' changes by more than l'' explains.
    """
    if loss.kind != "smooth" or loss.family or loss.link is not IDENTITY:
        return loss
    rows = sample(y)
    size, rounding = spread_of(y), 1e-10 * float(np.abs(rows).max())
    wave = np.linspace(0.5, 1.0, len(rows))
    points = np.concatenate([rows + sign * max(far * size, rounding) * wave for far in _FAR for sign in (-1, 1)])
    many = np.tile(rows, 2 * len(_FAR))
    try:
        seen = pointwise(loss, many, points)
    except DataError:  # not defined everywhere, so neither
        return loss
    error = points - many
    if _is_squares(seen, error, rows):
        return _by_rows(replace(loss, kind="squares"), seen, rows)
    level = _pinball_level(seen, error)
    if level is not None:
        return _by_rows(replace(loss, kind="pinball", level=level), seen, rows)
    return replace(loss, kind="corners") if loss.form == "rows" and _has_corners(loss, rows, size) else loss


def _is_squares(seen: Pointwise, error: Floats, y: Floats) -> bool:
    c = float(seen.curvature[0])
    if not (np.isfinite(c) and c > 0):
        return False
    rounding = 1e-14 * c * float(np.abs(y).max())
    return bool(
        np.allclose(seen.curvature, c, rtol=1e-9) and np.allclose(seen.slope, c * error, rtol=1e-9, atol=rounding)
    )


def _pinball_level(seen: Pointwise, error: Floats) -> float | None:
    if seen.curvature.any():
        return None
    over, under = seen.slope[error > 0], seen.slope[error < 0]
    a, b = float(over[0]), float(-under[0])  # costs of predicting too much and too little
    if a > 0 and b > 0 and np.allclose(over, a, rtol=1e-9) and np.allclose(under, -b, rtol=1e-9):
        return b / (a + b)
    return None


def _has_corners(loss: Loss, y: Floats, size: float) -> bool:
    """Whether l' leaps somewhere, by what counts beside its rise over the range of y.

    At a few y, the part of a grid of predictions where l' rises by most beyond what l'' explains is looked at more
    closely, twice: what a corner leaps by stays, what is smooth vanishes with the width. What changes within a
    hundred-thousandth of the range of y counts as a corner, too.
    """
    values = np.unique(y)[:: max(1, len(y) // 8), None]  # (k, 1)
    low, high, whole = values - size, values + size, np.zeros(0)
    for _ in range(_ZOOMS):
        grid = low + (high - low) * np.linspace(0.0, 1.0, _GRID + 1)  # (k, _GRID + 1)
        seen = pointwise(loss, np.repeat(values[:, 0], _GRID + 1), grid.ravel())
        slope, curvature = seen.slope.reshape(grid.shape), seen.curvature.reshape(grid.shape)
        with np.errstate(all="ignore"):
            rise = np.diff(slope)
            beyond = np.abs(rise - 0.5 * (curvature[:, 1:] + curvature[:, :-1]) * np.diff(grid))
        beyond[~np.isfinite(beyond)] = 0.0
        if not len(whole):
            whole = np.abs(np.where(np.isfinite(rise), rise, 0.0)).sum(axis=1)
        at = beyond.argmax(axis=1)[:, None]
        low, high = np.take_along_axis(grid, at, 1), np.take_along_axis(grid, at + 1, 1)
    return bool((np.take_along_axis(beyond, at, 1)[:, 0] > _LEAP * whole).any())


def _by_rows(loss: Loss, seen: Pointwise, y: Floats) -> Loss:
    """The loss, by a function that gives one value a row (which weights need) where its own gives one in all."""
    if loss.form == "rows":
        return loss
    squares = loss.kind == "squares"
    half = 0.5 * seen.curvature[0] if squares else abs(seen.slope[0]) / loss.level  # first come y_hat below y
    rest = float(np.mean(pointwise(loss, y, y, order=1).value))  # a constant, which moves no minimum

    def canonical(y: Any, y_hat: Any) -> Any:
        e = y - y_hat
        if squares:
            return half * m.square(e) + rest
        return half * m.maximum(loss.level * e, (loss.level - 1) * e) + rest

    return replace(loss, fn=canonical, form="rows")
