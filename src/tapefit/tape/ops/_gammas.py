"""Numbers of the gamma distribution.

Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000), with uniform and
normal numbers consumed in the order in which TensorFlow consumes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.tape.ops._philox import Stream, philox_at
from tapefit.tape.ops._variates import _RESERVED, normal_pairs, unit_float64

Array = NDArray[Any]


class _Pairs:
    """Numbers that come two by two, the second first, for many samples at once."""

    def __init__(self, n: int) -> None:
        self.values, self.left = np.zeros((n, 2)), np.zeros(n, int)


class _Draws:
    """The stretch of a stream that belongs to each sample."""

    def __init__(self, stream: Stream, n: int) -> None:
        self.stream = stream
        self.next = np.arange(n, dtype=np.uint64) * np.uint64(_RESERVED)
        self.uniforms, self.normals = _Pairs(n), _Pairs(n)

    def _take(self, pairs: _Pairs, which: Array, normal: bool) -> Array:
        empty = which[pairs.left[which] == 0]
        unit = unit_float64(philox_at(self.stream, self.next[empty]))
        pairs.values[empty] = normal_pairs(unit) if normal else unit
        self.next[empty] += np.uint64(1)
        pairs.left[empty] = 2
        pairs.left[which] -= 1
        return pairs.values[which, pairs.left[which]]

    def uniform(self, which: Array) -> Array:
        """The next uniform number of some samples."""
        return self._take(self.uniforms, which, normal=False)

    def normal(self, which: Array) -> Array:
        """The next normal number of some samples."""
        return self._take(self.normals, which, normal=True)


def gamma_numbers(stream: Stream, alpha: Array) -> NDArray[np.float64]:
    """One number of scale 1 for each shape in `alpha` (n,).

    1. For a shape of 1, by the inverse of the exponential distribution.
    2. Else draw a normal x and v = (1 + c x)**3, again while v <= 0.
    3. Accept d v by the squeeze or the logarithms; for a shape below 1 times a uniform to the power 1 / alpha.
    """
    n = len(alpha)
    out, draws = np.full(n, np.nan), _Draws(stream, n)
    ones = np.flatnonzero(alpha == 1)
    out[ones] = -np.log1p(-draws.uniform(ones))  # step 1
    small = alpha < 1
    d = alpha + np.where(small, 2 / 3, -1 / 3)
    open_ = np.flatnonzero((alpha > 0) & (alpha != 1))
    while len(open_):
        x = draws.normal(open_)  # step 2
        v = 1 + x / (3 * np.sqrt(d[open_]))
        tried, x, v = open_[v > 0], x[v > 0], v[v > 0] ** 3
        u = draws.uniform(tried)
        with np.errstate(divide="ignore"):
            fits = (u < 1 - 0.0331 * x**4) | (np.log(u) < 0.5 * x**2 + d[tried] * (1 - v + np.log(v)))
        taken = tried[fits]  # step 3
        out[taken] = d[taken] * v[fits]
        lifted = taken[small[taken]]
        out[lifted] *= draws.uniform(lifted) ** (1 / alpha[lifted])
        open_ = np.setdiff1d(open_, taken, assume_unique=True)
    return out
