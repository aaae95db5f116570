"""Where samples of matrices are drawn: well conditioned, with eigenvalues and singular values far apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.tape.testing._domains import Domain

Array = NDArray[Any]


def _normal(rng: np.random.Generator, shape: tuple[int, ...], planar: bool) -> Array:
    real = rng.normal(size=shape)
    return real + 1j * rng.normal(size=shape) if planar else real


def _orthogonal(rng: np.random.Generator, batch: tuple[int, ...], n: int, planar: bool) -> Array:
    return np.asarray(np.linalg.qr(_normal(rng, (*batch, n, n), planar))[0])


def _adjoint(x: Array) -> Array:
    return np.conj(np.swapaxes(x, -1, -2))


def separate(planar: bool = False) -> Domain:
    """Matrices of any shape with singular values 1, 1.6, 2.2, ..."""

    def domain(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        *batch, n, m = shape
        u, v = (_orthogonal(rng, tuple(batch), k, planar) for k in (n, m))
        k = min(n, m)
        return np.asarray((u[..., :k] * (1 + 0.6 * np.arange(k))) @ _adjoint(v[..., :k]))

    return domain


def hermitian(planar: bool = False, smallest: float = 0.8) -> Domain:
    """Symmetric matrices with eigenvalues `smallest`, and so on in steps of 0.7."""

    def domain(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        *batch, n, _ = shape
        q = _orthogonal(rng, tuple(batch), n, planar)
        return np.asarray((q * (smallest + 0.7 * np.arange(n))) @ _adjoint(q))

    return domain


def near_identity(planar: bool = False, size: float = 0.3) -> Domain:
    """Diagonals 2, 2.5, 3, ... and elements up to `size` beside them: far from singular, eigenvalues apart."""

    def domain(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        n = shape[-1]
        noise = rng.uniform(-size, size, shape)
        if planar:
            noise = noise + 1j * rng.uniform(-size, size, shape)
        return np.asarray(noise + np.diag(2 + 0.5 * np.arange(n)))

    return domain


def bands(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Bands with the largest numbers in the middle row."""
    out = rng.uniform(0.4, 0.9, shape)
    if shape[-2] == 3:
        out[..., 1, :] += 2
    return np.asarray(out)


def complex_bands(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """`bands` with imaginary parts."""
    return np.asarray(bands(rng, shape) + 1j * rng.uniform(-0.2, 0.2, shape))


def tiny(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A relative tolerance."""
    return np.full(shape, 1e-12)
