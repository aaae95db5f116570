"""A penalty of the user's own: a function of the slopes, differentiated by the tape, and what it may not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.tape import GradientTape, Tensor, python_floats_as

Floats = NDArray[np.float64]

_SIZES = (1e-3, 1.0, 1e3)
_HAIR = 1e-12  # the distance from 0 at which slopes on either side show a corner
_LEAP = 1e-3  # of the slope far from 0: what a smooth penalty's slope does not change by over two such distances
_BENT = 1e-8  # of the largest curvature: a negative one of this size is no rounding


class Derivatives(NamedTuple):
    """A penalty at a point, with its gradient (p,) and its Hessian (p, p)."""

    value: float
    gradient: Floats
    hessian: Floats


@dataclass(frozen=True)
class UserPenalty:
    """A function of the slopes (p,) that returns one number.

    Attributes
    ----------
    fn
        Written with tape ops or NumPy functions.
    """

    fn: Callable[[Any], Any]

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(getattr(self.fn, "__name__", type(self.fn).__name__))

    def at(self, b: Floats) -> Derivatives:
        """The penalty and its derivatives at slopes (p,); NaN where it is not defined.

        Raises
        ------
        UsageError
            If the function fails, returns something else than one number, or does not depend on the slopes.
        """
        x = Tensor(b)
        with np.errstate(all="ignore"), GradientTape() as outer:
            outer.watch(x)
            with GradientTape() as inner:
                inner.watch(x)
                value = self._call(x)
            slope = inner.gradient(value, x)
            if slope is None:
                raise UsageError(
                    f"The penalty {self.name!r} should depend on the slopes through tape ops or NumPy functions, but "
                    "its gradient is None; check that it uses its argument and does not convert it to a plain array."
                )
        with np.errstate(all="ignore"):
            bend = outer.jacobian(slope, x, unconnected_gradients="zero")
        return Derivatives(
            float(value._array),
            np.asarray(slope._array, dtype=np.float64),
            np.asarray(bend._array, dtype=np.float64),
        )

    def _call(self, x: Tensor) -> Tensor:
        p = len(x._array)
        try:
            with python_floats_as(np.float64):
                value = self.fn(x)
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            raise UsageError(
                f"The penalty {self.name!r} failed when called with {p} slopes, shape ({p},): {reason}; write it with "
                "tape ops or NumPy functions."
            ) from error
        if not isinstance(value, Tensor):
            raise UsageError(
                f"The penalty {self.name!r} should return a tensor computed from the slopes, got "
                f"{type(value).__name__}; write it with tape ops or NumPy functions, and return the result."
            )
        if value._array.shape != ():
            raise UsageError(
                f"The penalty {self.name!r} should return one number, shape (), got shape {value._array.shape}; sum it."
            )
        return value


def check_penalty(penalty: UserPenalty, p: int) -> None:
    """Raise UsageError if a penalty of p slopes is seen not to be smooth and convex.

    It is looked at where all slopes are 0 and at slopes of either sign from a thousandth to a thousand.
    """
    seen = [(b, penalty.at(b)) for b in _probes(p)]
    if not np.isfinite(seen[0][1].value):
        raise UsageError(
            f"The penalty {penalty.name!r} is {seen[0][1].value:g} where all slopes are 0, from where a fit sets out; "
            "check that it is defined there."
        )
    for b, at in seen:
        _check_convex(penalty, b, at)
    _check_smooth(penalty, p)


def _probes(p: int) -> Iterator[Floats]:
    yield np.zeros(p)
    for wave in _waves(p):
        for size in _SIZES:
            yield size * wave


def _waves(p: int) -> Iterator[Floats]:
    wave = np.modf(0.6180339887498949 * np.arange(1, p + 1))[0] - 0.45
    yield from (wave, -wave, 0.1 + np.abs(wave))


def _check_convex(penalty: UserPenalty, b: Floats, at: Derivatives) -> None:
    if not len(b) or not np.isfinite(at.hessian).all():
        return
    bends = np.linalg.eigvalsh((at.hessian + at.hessian.T) / 2)
    rounding = float(np.abs(at.gradient).max() / (np.abs(b).max() or 1.0))  # where it is straight, all bends are this
    if bends[0] < -_BENT * max(float(np.abs(bends).max()), rounding):
        raise UsageError(
            f"The penalty {penalty.name!r} bends downwards somewhere, so it is not convex and a fit could end "
            "anywhere; change its sign or its form."
        )


def _check_smooth(penalty: UserPenalty, p: int) -> None:
    for wave in _waves(p):
        right, left, far = (penalty.at(size * wave).gradient for size in (_HAIR, -_HAIR, 1.0))
        if not (np.isfinite(right) & np.isfinite(left)).all():
            continue
        if np.abs(right - left).max(initial=0.0) > _LEAP * np.abs(far).max(initial=0.0):
            raise UsageError(
                f"The penalty {penalty.name!r} has a corner where slopes are 0, as an absolute value has; use "
                "penalty='l1', or round it, as sqrt(b**2 + 1e-6) rounds abs(b)."
            )
