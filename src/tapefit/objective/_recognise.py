"""Recognise: see from its derivatives when a user's loss is one that has a better solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective._losses import Loss
from tapefit.objective._pointwise import Pointwise, pointwise

Floats = NDArray[np.float64]

_ROWS = 64
_FAR = (1e-3, 1.0, 1e3)


def recognise(loss: Loss, y: Floats) -> Loss:
    """The loss with its kind set to "squares" or "pinball" if its derivatives show that it is one.

    The derivatives are looked at on up to 64 rows, at errors from a thousandth to a thousand times the spread
    of y, of both signs. A loss is a squared error if l'' is one positive constant and l' is that constant times
    the error; it is a pinball loss if l'' is 0 and l' takes one value for each sign of the error.
    """
    if loss.kind != "smooth":
        return loss
    rows = y[np.linspace(0, len(y) - 1, min(len(y), _ROWS)).astype(int)]
    spread = float(np.ptp(rows)) or float(np.abs(rows).max()) or 1.0
    errors = [sign * far * spread * np.linspace(0.5, 1.0, len(rows)) for far in _FAR for sign in (-1, 1)]
    try:
        seen = [pointwise(loss, rows, rows + e) for e in errors]
    except DataError:  # not defined everywhere, so neither
        return loss
    if _is_squares(seen, errors, rows):
        return replace(loss, kind="squares")
    level = _pinball_level(seen, errors)
    return loss if level is None else replace(loss, kind="pinball", level=level)


def _is_squares(seen: list[Pointwise], errors: list[Floats], y: Floats) -> bool:
    c = float(seen[0].curvature[0])
    if not (np.isfinite(c) and c > 0):
        return False
    size = np.abs(y).max()
    return all(
        np.allclose(s.curvature, c, rtol=1e-12) and np.allclose(s.slope, c * e, rtol=1e-9, atol=1e-12 * c * size)
        for s, e in zip(seen, errors, strict=True)
    )


def _pinball_level(seen: list[Pointwise], errors: list[Floats]) -> float | None:
    if any(s.curvature.any() for s in seen):
        return None
    over = np.concatenate([s.slope for s, e in zip(seen, errors, strict=True) if e[0] > 0])
    under = np.concatenate([s.slope for s, e in zip(seen, errors, strict=True) if e[0] < 0])
    a, b = float(over[0]), float(-under[0])  # costs of predicting too much and too little
    if a > 0 and b > 0 and np.allclose(over, a, rtol=1e-12) and np.allclose(under, -b, rtol=1e-12):
        return b / (a + b)
    return None
