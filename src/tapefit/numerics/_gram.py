"""Cross-products in double-double accuracy, at the speed of a few matrix products.

Each column is cut into slices of so few bits that products of slices, summed over 1024 rows, are exact in
float64; the matrix products of slices are then exact, whatever order BLAS sums in, and only their sum is in
double-double.

Source: Ozaki, Ogita, Oishi, Rump, "Error-free transformations of matrix multiplication by using fast routines of
matrix multiplication and its applications", Numerical Algorithms 59, 2012.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]

_ROWS = 1024
_BITS = 21  # of a slice: 2 * 21 + log2(1024) <= 53
_SLICES = 5  # 105 bits, those of a double-double


def gram(A: DD, B: DD | None = None) -> DD:
    """A'B, (k, k), for A and B of shape (n, k); A'A if there is no B."""
    n, k = A.hi.shape
    out = dd.from_float(np.zeros((k, k)))
    for start in range(0, n, _ROWS):
        rows = slice(start, start + _ROWS)
        left = _slices(A.hi[rows], A.lo[rows])
        right = left if B is None else _slices(B.hi[rows], B.lo[rows])
        out = dd.add(out, _exact_products(left, right))
    return out


def _exact_products(left: Floats, right: Floats) -> DD:
    """The sum over pairs of slices that matter of their products, each exact; slices are (5, rows, k)."""
    _, m, k = left.shape
    beside = np.ascontiguousarray(np.swapaxes(right, 0, 1)).reshape(m, -1)  # (rows, 5 k)
    out = dd.from_float(np.zeros((k, k)))
    for i in range(_SLICES):
        products = left[i].T @ beside[:, : (_SLICES - i) * k]
        for j in range(_SLICES - i):
            out = dd.add(out, dd.from_float(products[:, j * k : (j + 1) * k]))
    return out


def _slices(hi: Floats, lo: Floats) -> Floats:
    """Parts of hi + lo, largest first, each a multiple of one power of two a column with 21 bits at most."""
    exponent = np.frexp(np.abs(hi).max(axis=0))[1]  # abs(hi) < 2**exponent
    out = np.empty((_SLICES, *hi.shape))
    for i in range(_SLICES):
        # adding this rounds to multiples of 2**(exponent - 21 (i + 1))
        rounder = np.ldexp(0.75, exponent - _BITS * (i + 1) + 53)
        np.add(hi, rounder, out=out[i])
        out[i] -= rounder
        hi, lo = dd.two_sum(hi - out[i], lo)
    return out
