"""Check: what a user's loss must be before it is fitted, seen on a few rows."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError, ShapeWarning, UsageError
from tapefit.objective._losses import Form, Loss
from tapefit.objective._pointwise import Pointwise, pointwise

Floats = NDArray[np.float64]

_ROWS = 64
_FAR = 1e3
_TINY, _LARGE = 1e-100, 1e100
_CLOSE = 1e-5  # a loss computed in float32 passes


def check_loss(loss: Loss, y: Floats) -> Loss:
    """The loss with its form: whether it gives one value a row, their mean or their sum.

    The loss is called on up to 64 rows of `y` (n,).

    Raises
    ------
    UsageError
        If it fails (see `pointwise`); if it makes every row meet every other; if a row's loss depends on other rows
        or on their order; if it gives one value that is neither mean nor sum; or if it is flat or has no minimum.
    DataError
        If it is NaN wherever it was tried.
    """
    if loss.form is not None:
        return loss
    with warnings.catch_warnings():
        warnings.simplefilter("error", ShapeWarning)
        return _checked(loss, sample(y))


def _checked(loss: Loss, rows: Floats) -> Loss:
    y_hat = _probe(loss, rows)
    seen = pointwise(loss, rows, y_hat)
    _check_size(loss, seen)
    _check_order(loss, rows, y_hat, seen)
    found = replace(loss, form=_form(loss, rows, y_hat, seen))
    _check_alone(found, rows, y_hat, pointwise(found, rows, y_hat))
    _check_bounded(found, rows, seen)
    return found


def sample(y: Floats) -> Floats:
    """Up to 64 values of `y`, evenly from first to last."""
    return np.asarray(y[np.linspace(0, len(y) - 1, min(len(y), _ROWS)).astype(int)])


def spread_of(y: Floats) -> float:
    """The range of `y`; its size if all are equal; 1 if all are 0."""
    return float(np.ptp(y)) or float(np.abs(y).max()) or 1.0


def _probe(loss: Loss, y: Floats) -> Floats:
    """Predictions at which the loss is defined: off y by parts of its spread, or closer, or a constant."""
    wave = np.modf(0.6180339887498949 * np.arange(1, len(y) + 1))[0] - 0.45
    size = spread_of(y)
    tries = [y + size * wave, y * (1 + 0.5 * wave), np.full(len(y), y.mean()), 0.1 + np.abs(wave), wave]
    error: Exception | None = None
    extreme: Floats | None = None
    for y_hat in tries:
        try:
            seen = pointwise(loss, y, y_hat)
        except DataError as not_defined:
            error = error or not_defined
        else:
            if np.isfinite(seen.value).all() and np.isfinite(seen.slope).all():
                if not _is_extreme(seen):
                    return np.asarray(y_hat)
                extreme = y_hat if extreme is None else extreme
    if extreme is not None:
        return np.asarray(extreme)
    raise error or DataError(
        f"The loss {loss.name!r} is infinite for every prediction tried; check that it is defined for these y."
    )


def _is_extreme(seen: Pointwise) -> bool:
    """Whether no slope has a square that a float can hold, as e^eta has not where eta is a count and no logarithm."""
    slopes = np.abs(seen.slope[seen.slope != 0])
    return len(slopes) > 0 and bool(slopes.max() < _TINY or slopes.min() > _LARGE)


def _check_size(loss: Loss, seen: Pointwise) -> None:
    if _is_extreme(seen):
        slopes = np.abs(seen.slope[seen.slope != 0])
        raise UsageError(
            f"The loss {loss.name!r} changes by {slopes[0]:.1e} a unit of y_hat, whose square a float cannot hold; "
            "multiply it by a constant, which moves no minimum."
        )


def _check_order(loss: Loss, y: Floats, y_hat: Floats, seen: Pointwise) -> None:
    turned = pointwise(loss, y[::-1].copy(), y_hat[::-1].copy())
    if not (_same(turned.value[::-1], seen.value) and _same(turned.slope[::-1], seen.slope)):
        raise UsageError(
            f"The loss {loss.name!r} gives other values when the rows come in another order; each row's loss may "
            "depend on its own y and y_hat alone (weights of rows go into sample_weight)."
        )


def _form(loss: Loss, y: Floats, y_hat: Floats, seen: Pointwise) -> Form:
    """By what the derivatives do when all rows come twice."""
    if not seen.single:
        return "rows"
    whole = pointwise(replace(loss, form="sum"), np.tile(y, 2), np.tile(y_hat, 2))
    once = seen.slope / len(y)  # seen took it for a mean
    if _same(whole.slope[: len(y)], once):
        return "sum"
    if _same(2 * whole.slope[: len(y)], once):
        return "mean"
    raise UsageError(
        f"The loss {loss.name!r} gives one value that is neither the mean nor the sum of a loss of each row; return "
        "one value a row, or their mean."
    )


def _check_alone(loss: Loss, y: Floats, y_hat: Floats, seen: Pointwise) -> None:
    """Half of the rows alone have the slopes that they have among all."""
    half = len(y) // 2
    if not half:
        return
    try:
        alone = pointwise(loss, y[:half], y_hat[:half])
    except UsageError as error:
        raise UsageError(
            f"The loss {loss.name!r} takes {len(y)} rows but not {half} of them, as if it held an array of its own; "
            "each row's loss may depend on its own y and y_hat alone (weights of rows go into sample_weight)."
        ) from error
    if not _same(alone.slope, seen.slope[:half]):
        raise UsageError(
            f"The loss {loss.name!r} couples rows: its derivative at one row changes with the other rows; return one "
            "value a row, or their mean (the mean of squares, say, and not its root)."
        )


def _check_bounded(loss: Loss, y: Floats, seen: Pointwise) -> None:
    far = _FAR * spread_of(y)
    try:
        low, middle, high = (pointwise(loss, y, y + e) for e in (-far, 0.0, far))
    except DataError:  # not defined everywhere
        return
    if not any(rows.slope.any() for rows in (low, middle, high, seen)):
        raise UsageError(
            f"The loss {loss.name!r} has slope 0 at every prediction tried, so that no descent knows where to go "
            "(np.sign, comparisons and rounding have no slope); write it with ops that have one."
        )
    if max(low.value.mean(), high.value.mean()) < middle.value.mean():
        raise UsageError(
            f"The loss {loss.name!r} falls as predictions move away from y, on both sides, so it has no minimum (it is "
            "concave, perhaps by a wrong sign); change its sign."
        )
    ends, slopes = np.concatenate([low.slope, high.slope]), np.concatenate([middle.slope, seen.slope])
    if ((ends > 0).all() and (slopes >= 0).all()) or ((ends < 0).all() and (slopes <= 0).all()):
        way = "falls" if ends[0] > 0 else "rises"
        raise UsageError(
            f"The loss {loss.name!r} becomes ever lower as the prediction {way}, at every row, so it has no minimum; "
            "add what makes such predictions costly."
        )


def _same(a: Floats, b: Floats) -> bool:
    size = float(np.abs(b[np.isfinite(b)]).max(initial=0.0))
    return bool(np.allclose(a, b, rtol=_CLOSE, atol=1e-9 * size, equal_nan=True))
