"""Fourier and cosine transforms. Axes are negative, so that leading axes do not move them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._arrays import put
from tapefit.tape.primitives._elementwise import cast, conj
from tapefit.tape.primitives._linalg_parts import in_single
from tapefit.tape.primitives._select import array_in

Axes = tuple[int, ...]


def _fft(x: Any, *, axes: Axes) -> Any:
    return np.fft.fftn(x, axes=axes)


def _ifft(x: Any, *, axes: Axes) -> Any:
    return np.fft.ifftn(x, axes=axes)


def _rfft_rule(g: Any, ans: Any, x: Any) -> Any:
    """The real part of the transform of the cotangent, its missing half taken as 0."""
    n, k = x.shape[-1], g.shape[-1]
    whole = put(g, key=(Ellipsis, slice(k)), shape=(*g.shape[:-1], n))
    return cast(fft(whole, axes=(-1,)), dtype=array_in(x).dtype)


def _irfft_rule(g: Any, ans: Any, x: Any, *, n: int) -> Any:
    """Each frequency but the first, and the last of an even n, stands for two."""
    k = n // 2 + 1
    twice = np.full(k, 2 / n, array_in(g).dtype)
    twice[0] = 1 / n
    if n % 2 == 0:
        twice[-1] = 1 / n
    return conj(rfft(g)) * twice.astype(array_in(x).dtype)


fft: Primitive = primitive("fft", _fft, lambda g, ans, x, *, axes: fft(g, axes=axes), reads="shapes")
ifft: Primitive = primitive("ifft", _ifft, lambda g, ans, x, *, axes: ifft(g, axes=axes), reads="shapes")
rfft: Primitive = primitive("rfft", lambda x: np.fft.rfft(x), _rfft_rule, reads="shapes")
irfft: Primitive = primitive("irfft", lambda x, *, n: np.fft.irfft(x, n), _irfft_rule, reads="shapes")

Norm = Literal["ortho"] | None
# The transpose of each transform is another of the table, between two scalings of the first and last elements.
_TRANSPOSES: dict[int, int] = {1: 1, 2: 3, 3: 2, 4: 4}


def _dct(x: Any, *, kind: int, norm: Norm) -> Any:
    from scipy import fft

    return fft.dct(x, kind, norm=norm)


def _ends(n: int, dtype: np.dtype[Any], first: float, last: float = 1.0) -> Any:
    """Ones with other numbers at the ends."""
    weights = np.ones(n, dtype)
    weights[0] = first
    weights[-1] *= last
    return weights


def _dct_rule(g: Any, ans: Any, x: Any, *, kind: int, norm: Norm) -> Any:
    back, n, dtype = _TRANSPOSES[kind], x.shape[-1], array_in(g).dtype
    if norm == "ortho" or kind == 4:
        return dct(g, kind=back, norm=norm)
    if kind == 1:
        return dct(g * _ends(n, dtype, 2, 2), kind=1, norm=None) * _ends(n, dtype, 0.5, 0.5)
    if kind == 2:
        return dct(g * _ends(n, dtype, 2), kind=3, norm=None)
    return dct(g, kind=2, norm=None) * _ends(n, dtype, 0.5)


dct: Primitive = primitive("dct", in_single(_dct), _dct_rule, reads="shapes")
