"""Where samples are drawn: the part of the line where an op and its derivatives are smooth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# domain(rng, shape) gives an array; floating ones in double precision.
Domain = Callable[[np.random.Generator, tuple[int, ...]], NDArray[Any]]


def between(low: float, high: float) -> Domain:
    """Numbers spread evenly between two bounds."""
    return lambda rng, shape: np.asarray(rng.uniform(low, high, shape))


def spaced(offset: float = 0.0) -> Domain:
    """Distinct multiples of a half, moved by `offset` and shuffled: no two lie near each other or a whole number."""

    def domain(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
        n = int(np.prod(shape))
        return np.asarray((rng.permutation(n) - n // 2) * 0.5 + 0.125 + offset).reshape(shape)

    return domain


def nonzero(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Numbers of either sign, 0.4 to 2 in size."""
    return np.asarray(rng.uniform(0.4, 2.0, shape) * rng.choice([-1.0, 1.0], shape))


def truth(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Booleans, as many of either kind as there can be."""
    n = int(np.prod(shape))
    return np.asarray((rng.permutation(n) + int(rng.integers(2))) % 2 > 0).reshape(shape)


def index(length: int) -> Domain:
    """Whole numbers from 0 to `length` - 1; duplicates occur."""
    return lambda rng, shape: np.asarray(rng.integers(0, length, shape))


def plane(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Complex numbers, 0.5 to 1.5 in size, right of the imaginary axis: clear of branch cuts."""
    return np.asarray(rng.uniform(0.5, 1.5, shape) * np.exp(1j * rng.uniform(-1.2, 1.2, shape)))


real, positive = between(-2.0, 2.0), between(0.4, 2.5)
