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


def product(x: DD, y: DD) -> DD:
    """x * y."""
    p, e = two_product(x.hi, y.hi)
    return fast_two_sum(p, e + (x.hi * y.lo + x.lo * y.hi))


def quotient(x: DD, y: DD) -> DD:
    """x / y."""
    first = x.hi / y.hi
    rest = subtract(x, multiply(y, first))
    return fast_two_sum(first, (rest.hi + rest.lo) / y.hi)


def root(x: DD) -> DD:
    """The square root of x > 0."""
    first = np.sqrt(x.hi)
    rest = subtract(x, two_product(first, first))
    return fast_two_sum(first, (rest.hi + rest.lo) / (2 * first))


def from_float(a: Floats) -> DD:
    """A float64 as it is."""
    return DD(a, np.zeros_like(a))


def total(x: DD, *, axis: int = -1) -> DD:
    """The sum over an axis, by halves."""
    hi, lo = x.hi, x.lo
    if axis:
        hi, lo = np.moveaxis(hi, axis, 0), np.moveaxis(lo, axis, 0)
    if not len(hi):
        return from_float(np.zeros(hi.shape[1:]))
    while (n := len(hi)) > 1:
        half = n // 2
        rest = DD(hi[2 * half :], lo[2 * half :])  # the last, if their number is odd
        s = add(DD(hi[:half], lo[:half]), DD(hi[half : 2 * half], lo[half : 2 * half]))
        hi, lo = (np.concatenate(pair) if n % 2 else pair[0] for pair in zip(s, rest, strict=True))
    return DD(hi[0], lo[0])
