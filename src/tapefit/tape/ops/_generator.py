"""Generator: random numbers whose state the program holds."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.tape._operators import add, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_effect
from tapefit.tape.ops._philox import Stream
from tapefit.tape.ops._random import _RESERVED, bounds, dimensions, stretched, within
from tapefit.tape.ops._variates import normal_numbers, truncated_normal_numbers, unit_numbers, whole_numbers
from tapefit.types import as_dtype, float32

_WORD = 2**64


def _signed(values: list[int]) -> Tensor:
    return Tensor(np.array([v % _WORD for v in values], np.uint64).astype(np.int64))


class Generator:
    """A source of random numbers with a state of its own; the numbers are those of TensorFlow's generator.

    Parameters
    ----------
    copy_from
        Another generator, whose state is copied.
    state
        Two numbers of the counter and one of the key.
    alg
        Accepted for TensorFlow's sake: always Philox.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.random.Generator.from_seed(7).uniform([2])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([0.39932835, 0.7840713 ], dtype=float32)>
    """

    def __init__(self, copy_from: Generator | None = None, state: Any = None, alg: Any = None) -> None:
        if (copy_from is None) == (state is None):
            raise ValueError(
                "Generator expects another generator or a state; use tf.random.Generator.from_seed(1) for a new one."
            )
        self.reset(copy_from.state if copy_from is not None else state)

    @classmethod
    def from_state(cls, state: Any, alg: Any = None) -> Generator:
        """A generator that starts at a state."""
        return cls(state=state)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that starts at a whole number."""
        return cls(state=[int(seed), 0, 0])

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any = None) -> Generator:
        """A generator that starts at a counter of two numbers under a key."""
        return cls(state=[*(int(c) for c in np.asarray(counter)), int(key)])

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that starts anywhere."""
        return cls(state=[int.from_bytes(os.urandom(8), "little") for _ in range(3)])

    # -- the state -----------------------------------------------------------------------------

    @property
    def state(self) -> Tensor:
        """The counter, two numbers, and the key."""
        return _signed([self._counter % _WORD, self._counter // _WORD, self._key])

    @property
    def key(self) -> Tensor:
        """The key."""
        return Tensor(np.asarray(_signed([self._key])._array[0]))

    @property
    def algorithm(self) -> int:
        """TensorFlow's number for Philox."""
        return 1

    def reset(self, state: Any) -> None:
        """Start at a state: two numbers of the counter and one of the key."""
        low, high, key = (int(v) % _WORD for v in np.asarray(state))
        self._counter, self._key = low + high * _WORD, key

    def reset_from_seed(self, seed: Any) -> None:
        """Start at a whole number."""
        self.reset([int(seed), 0, 0])

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Start at a counter of two numbers under a key."""
        self.reset([*(int(c) for c in np.asarray(counter)), int(key)])

    def skip(self, delta: Any) -> Tensor:
        """Move on as if `delta` numbers had been drawn; returns the state before."""
        before = self.state
        self._counter = (self._counter + int(delta) * _RESERVED) % _WORD**2
        return before

    def make_seeds(self, count: int = 1) -> Tensor:
        """Seeds for `count` other generators, or for ops named ``stateless_``; shape (2, count)."""
        drawn = self.uniform_full_int([int(count)], "int64")
        return Tensor(np.stack([drawn._array, np.zeros_like(drawn._array)]))

    def split(self, count: int = 1) -> list[Generator]:
        """Other generators, each with a key of its own."""
        return [Generator(state=[0, 0, int(k)]) for k in self.make_seeds(count)._array[0]]

    # -- numbers -------------------------------------------------------------------------------

    def _drawn(self, numbers: Callable[..., NDArray[Any]], shape: Any, to: np.dtype[Any]) -> Tensor:
        return _next_of(self, numbers, dimensions(shape, "Generator"), to)

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, name: Any = None) -> Tensor:
        """Numbers drawn from the normal distribution; differentiable in `mean` and `stddev`."""
        return add(multiply(self._drawn(normal_numbers, shape, as_dtype(dtype).numpy_dtype), stddev), mean)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, name: Any = None
    ) -> Tensor:
        """Numbers drawn from the normal distribution within two deviations."""
        return add(multiply(self._drawn(truncated_normal_numbers, shape, as_dtype(dtype).numpy_dtype), stddev), mean)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, name: Any = None
    ) -> Tensor:
        """Numbers drawn evenly from [minval, maxval); `maxval` is 1 for floating dtypes."""
        to = as_dtype(dtype).numpy_dtype
        if to.kind == "f":
            return stretched(self._drawn(unit_numbers, shape, to), minval, maxval)
        ends = bounds(minval, maxval, to, "uniform")
        return self._drawn(lambda stream, n, to: within(whole_numbers(stream, n, to), ends, to), shape, to)

    def uniform_full_int(self, shape: Any, dtype: Any = "uint64", name: Any = None) -> Tensor:
        """Whole numbers drawn evenly from all that the dtype has."""
        return self._drawn(lambda s, n, to: whole_numbers(s, n, to).astype(to), shape, as_dtype(dtype).numpy_dtype)


@as_effect
def _next_of(generator: Generator, numbers: Callable[..., NDArray[Any]], dims: tuple[int, ...], to: Any) -> Tensor:
    n = math.prod(dims)
    stream = Stream(generator._key, generator._counter // _WORD, generator._counter % _WORD)
    drawn = Tensor(numbers(stream, n, to).reshape(dims))
    generator.skip(n)
    return drawn


class _Global:
    """The generator that all of a program may share."""

    generator: Generator | None = None


def get_global_generator() -> Generator:
    """The generator that all of a program may share; it starts anywhere unless `set_global_generator` gave another."""
    if _Global.generator is None:
        _Global.generator = Generator.from_non_deterministic_state()
    return _Global.generator


def set_global_generator(generator: Generator) -> None:
    """Make a generator the one that all of a program share."""
    _Global.generator = generator


def create_rng_state(seed: Any, alg: Any = None) -> Tensor:
    """The state of a generator that starts at a seed."""
    return Generator.from_seed(seed).state
