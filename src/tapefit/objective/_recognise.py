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
    points = [rows + sign * max(far * size, rounding) * wave for far in _FAR for sign in (-1, 1)]
    try:
        seen = [pointwise(loss, rows, y_hat) for y_hat in points]
    except DataError:  # not defined everywhere, so neither
        return loss
    errors = [y_hat - rows for y_hat in points]
    if _is_squares(seen, errors, rows):
        return _by_rows(replace(loss, kind="squares"), seen[0], errors[0])
    level = _pinball_level(seen, errors)
    if level is not None:
        return _by_rows(replace(loss, kind="pinball", level=level), seen[0], errors[0])
    return replace(loss, kind="corners") if loss.form == "rows" and _has_corners(loss, rows, size) else loss


def _is_squares(seen: list[Pointwise], errors: list[Floats], y: Floats) -> bool:
    c = float(seen[0].curvature[0])
    if not (np.isfinite(c) and c > 0):
        return False
    rounding = 1e-14 * c * float(np.abs(y).max())
    return all(
        np.allclose(s.curvature, c, rtol=1e-9) and np.allclose(s.slope, c * e, rtol=1e-9, atol=rounding)
        for s, e in zip(seen, errors, strict=True)
    )


def _pinball_level(seen: list[Pointwise], errors: list[Floats]) -> float | None:
    if any(s.curvature.any() for s in seen):
        return None
    over = np.concatenate([s.slope for s, e in zip(seen, errors, strict=True) if e[0] > 0])
    under = np.concatenate([s.slope for s, e in zip(seen, errors, strict=True) if e[0] < 0])
    a, b = float(over[0]), float(-under[0])  # costs of predicting too much and too little
    if a > 0 and b > 0 and np.allclose(over, a, rtol=1e-9) and np.allclose(under, -b, rtol=1e-9):
        return b / (a + b)
    return None


def _has_corners(loss: Loss, y: Floats, size: float) -> bool:
    """Whether l' leaps somewhere, by what counts beside its rise over the range of y.

    At a few y, the part of a grid of errors where l' rises by most beyond what l'' explains is looked at more
    closely, twice: what a corner leaps by stays, what is smooth vanishes with the width. What changes within a
    hundred-thousandth of the range of y counts as a corner, too.
    """
    return any(_leap(loss, value, size) > _LEAP for value in np.unique(y)[:: max(1, len(y) // 8)])


def _leap(loss: Loss, value: float, size: float) -> float:
    """The largest leap of l' at one y, as a part of all that l' changes by along the grid."""
    low, high, whole = value - size, value + size, 0.0
    for _ in range(_ZOOMS):
        grid = np.linspace(low, high, _GRID + 1)
        seen = pointwise(loss, np.full(len(grid), value), grid)
        with np.errstate(all="ignore"):
            rise = np.diff(seen.slope)
            beyond = np.abs(rise - 0.5 * (seen.curvature[1:] + seen.curvature[:-1]) * np.diff(grid))
        beyond[~np.isfinite(beyond)] = 0.0
        whole = whole or float(np.abs(rise[np.isfinite(rise)]).sum())
        k = int(np.argmax(beyond))
        low, high = grid[k], grid[k + 1]
    return float(beyond[k]) / whole if whole > 0 else 0.0


def _by_rows(loss: Loss, seen: Pointwise, error: Floats) -> Loss:
    """The loss, by a function that gives one value a row (which weights need) where its own gives one in all."""
    if loss.form == "rows":
        return loss
    squares = loss.kind == "squares"
    half = 0.5 * seen.curvature[0] if squares else abs(seen.slope[0]) / loss.level  # seen at y_hat below y
    known = half * (np.square(error) if squares else -error * loss.level)
    rest = float(np.mean(seen.value - known))  # a constant, which moves no minimum

    def canonical(y: Any, y_hat: Any) -> Any:
        e = y - y_hat
        if squares:
            return half * m.square(e) + rest
        return half * m.maximum(loss.level * e, (loss.level - 1) * e) + rest

    return replace(loss, fn=canonical, form="rows")
