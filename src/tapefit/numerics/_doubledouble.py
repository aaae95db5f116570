"""Double-double arithmetic: numbers as unevaluated sums ``hi + lo`` of two float64, some 32 digits.

All functions take and return arrays, element by element, and are exact or correct to a few units of 2**-104.

Sources: Knuth, The Art of Computer Programming 2, 4.2.2 (two_sum); Dekker, "A floating-point technique for
extending the available precision", Numer. Math. 18, 1971 (split, two_product).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SPLITTER = 134217729.0  # 2**27 + 1


class DD(NamedTuple):
    """``hi + lo``, where lo is at most half a unit in the last place of hi."""

    hi: Floats
    lo: Floats


def two_sum(a: Floats, b: Floats) -> DD:
    """a + b, exactly."""
    s = a + b
    t = s - a
    return DD(s, (a - (s - t)) + (b - t))


def fast_two_sum(a: Floats, b: Floats) -> DD:
    """a + b, exactly, where abs(a) >= abs(b)."""
    s = a + b
    return DD(s, b - (s - a))


def split(a: Floats) -> DD:
    """`a` as a sum of two numbers of at most 26 bits."""
    t = _SPLITTER * a
    hi = t - (t - a)
    return DD(hi, a - hi)


def two_product(a: Floats, b: Floats) -> DD:
    """a * b, exactly (for sizes below 1e290)."""
    p = a * b
    (ah, al), (bh, bl) = split(a), split(b)
    return DD(p, ((ah * bh - p) + ah * bl + al * bh) + al * bl)


def add(x: DD, y: DD) -> DD:
    """x + y."""
    s, e = two_sum(x.hi, y.hi)
    return fast_two_sum(s, e + (x.lo + y.lo))


def subtract(x: DD, y: DD) -> DD:
    """x - y."""
    return add(x, DD(-y.hi, -y.lo))


def multiply(x: DD, b: Floats) -> DD:
    """x times a float64."""
    p, e = two_product(x.hi, b)
    return fast_two_sum(p, e + x.lo * b)


def from_float(a: Floats) -> DD:
    """A float64 as it is."""
    return DD(a, np.zeros_like(a))


def total(x: DD) -> DD:
    """The sum over the last axis, by halves."""
    hi, lo = x
    while hi.shape[-1] > 1:
        if hi.shape[-1] % 2:
            pad = [(0, 0)] * (hi.ndim - 1) + [(0, 1)]
            hi, lo = np.pad(hi, pad), np.pad(lo, pad)
        half = hi.shape[-1] // 2
        hi, lo = add(DD(hi[..., :half], lo[..., :half]), DD(hi[..., half:], lo[..., half:]))
    if not hi.shape[-1]:
        return from_float(np.zeros(hi.shape[:-1]))
    return DD(hi[..., 0], lo[..., 0])
