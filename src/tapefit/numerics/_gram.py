"""Cross-products in double-double accuracy, at the speed of a few matrix products.

Each vector is cut into slices of so few bits that products of slices, summed over thousands of elements, are exact in
float64, whatever order BLAS sums in; only the sum of these products is in double-double. What is left of the vectors
is so small that products with it may be rounded.

Source: Ozaki, Ogita, Oishi, Rump, "Error-free transformations of matrix multiplication by using fast routines of
matrix multiplication and its applications", Numerical Algorithms 59, 2012.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]

_ELEMENTS = 1 << 15  # of a range of the vectors, whose slices then fit a cache
FINE, QUICK = 3, 2  # slices of some 20 bits beside the rest: 32 digits, and 27
_LENGTH = {FINE: 1 << 13, QUICK: 1 << 15}  # of the vectors, up to which products of slices are exact


class Products(NamedTuple):
    """Products of vectors.

    Attributes
    ----------
    matrix
        (k, m) the product of each vector of the one with each of the other.
    sums
        (m,) the sums of the vectors of the other.
    """

    matrix: DD
    sums: DD


def gram(A: DD, B: DD | None = None) -> DD:
    """A'B, (k, m), for A of shape (n, k) and B of shape (n, m); A'A if there is no B."""
    return products(*_turned(A), None if B is None else _turned(B)).matrix


def _turned(A: DD) -> DD:
    return DD(np.ascontiguousarray(A.hi.T), np.ascontiguousarray(A.lo.T))


def products(hi: Floats, lo: Floats | None = None, other: DD | None = None, *, slices: int = FINE) -> Products:
    """The products of the rows of an array, each with each, or with each row of another.

    Parameters
    ----------
    hi, lo
        (k, n) the vectors, hi + lo; lo None for zeros.
    other
        (m, n) other vectors.
    slices
        `FINE` or `QUICK`.
    """
    left, right = _Slices(hi, lo, slices), None if other is None else _Slices(other.hi, other.lo, slices)
    found: Products | None = None
    for start in range(0, max(hi.shape[1], 1), _LENGTH[slices]):
        part = _of_segment(left, right, start, min(start + _LENGTH[slices], hi.shape[1]))
        found = part if found is None else Products(*(dd.add(a, b) for a, b in zip(found, part, strict=True)))
    assert found is not None
    return found


class _Slices:
    """Parts of each vector, largest first, each a multiple of one power of two a vector, and in the end the rest."""

    def __init__(self, hi: Floats, lo: Floats | None, slices: int) -> None:
        self.hi, self.lo, self.parts = hi, lo, slices + 1
        top = np.maximum(hi.max(axis=1, initial=0.0), -hi.min(axis=1, initial=0.0))
        exponent = np.frexp(top)[1]  # abs(hi) < 2**exponent
        length = min(max(hi.shape[1], 2), _LENGTH[slices])
        bits = (53 - (length - 1).bit_length()) // 2  # so that 2 * bits + log2(length) <= 53
        # adding this rounds to multiples of 2**(exponent - bits (i + 1))
        self._rounders = [np.ldexp(0.75, exponent - bits * (i + 1) + 53)[:, None] for i in range(slices)]

    def of(self, rows: slice) -> Floats:
        """Those of a range of the vectors, (parts, k, length)."""
        rest = self.hi[:, rows]
        out = np.empty((self.parts, *rest.shape))
        for part, rounder in zip(out[:-1], self._rounders, strict=True):
            np.add(rest, rounder, out=part)
            part -= rounder
            rest = np.subtract(rest, part, out=out[-1])
        if self.lo is not None:
            rest += self.lo[:, rows]
        return out


def _of_segment(left: _Slices, right: _Slices | None, start: int, stop: int) -> Products:
    """The products of so short a range of the vectors that those of slices are exact."""
    k, m, parts = len(left.hi), len((right or left).hi), left.parts
    firsts = [i if right is None else 0 for i in range(parts)]  # of A'A each part with those from itself on
    found = [np.zeros((k, (parts - first) * m)) for first in firsts]
    sums = np.zeros((parts, m))
    step = max(64, _ELEMENTS // max(k, m))
    for begin in range(start, max(stop, start + 1), step):
        rows = slice(begin, min(begin + step, stop))
        A = left.of(rows)
        B = A if right is None else right.of(rows)
        flat = B.reshape(parts * m, -1)
        for total, part, first in zip(found, A, firsts, strict=True):
            total += part @ flat[first * m :].T
        sums += B.sum(axis=2)
    return Products(_joined(_levels(found, firsts, m, right is None)), _joined([[part] for part in sums]))


def _levels(found: list[Floats], firsts: list[int], m: int, symmetric: bool) -> list[list[Floats]]:
    """The products by their size: those of parts i and j together with others of the same i + j."""
    levels: list[list[Floats]] = [[] for _ in range(2 * len(found) - 1)]
    for i, (total, first) in enumerate(zip(found, firsts, strict=True)):
        for j in range(first, len(found)):
            product = total[:, (j - first) * m : (j - first + 1) * m]
            levels[i + j] += [product, product.T] if symmetric and i != j else [product]
    return levels


def _joined(levels: list[list[Floats]]) -> DD:
    """The sum of all levels; from the fourth on they are so small that float64 adds them."""
    lost = sum((part for level in reversed(levels[3:]) for part in level), np.zeros(levels[0][0].shape))
    whole, *others = [part for level in levels[:3] for part in level]
    for part in others:
        whole, more = dd.two_sum(whole, part)
        lost += more
    return dd.fast_two_sum(whole, lost)
