"""Which random words come next: by the global seed, an op's own seed, and how often the op was called.

TensorFlow's rules: without a seed of its own an op takes the next of the sequence that the global seed starts; with
one, calls of the same kind of op continue where the last one left off, until `set_seed` starts anew.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape.ops._philox import Stream

if TYPE_CHECKING:
    from random import Random

_WITHOUT_GLOBAL = 87654321  # TensorFlow's, for an op seed where set_seed was never called
_MOST = 2**31 - 1  # seeds are taken modulo this


class _Source:
    """The global seed, where its sequence of op seeds stands, and where each kind of op stands; of all threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seed: int | None = None
        self.sequence: Random | None = None
        self.counters: dict[tuple[Any, ...], int] = {}


_source = _Source()


def set_seed(seed: int) -> None:
    """Start the global sequence of random numbers anew, for all threads.

    Parameters
    ----------
    seed
        A whole number.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.random.set_seed(0)
    >>> tf.random.uniform((2,))
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([0.29197514, 0.20656645], dtype=float32)>
    """
    from random import Random  # costs a twentieth of `import tapefit`

    with _source.lock:
        _source.seed = int(seed)
        _source.sequence = Random(int(seed))
        _source.counters.clear()


def seeds_of_next(seed: int | None) -> tuple[int, int]:
    """The key and the stream of the next random op, by its own seed and the global one."""
    key, upper = _seeds(seed)
    both = key % _MOST, upper % _MOST
    return both if any(both) else (0, _MOST)  # as TensorFlow, where two zeros ask for numbers without a seed


def _seeds(seed: int | None) -> tuple[int, int]:
    if seed is not None:
        return _WITHOUT_GLOBAL if _source.seed is None else _source.seed, int(seed)
    with _source.lock:
        if _source.seed is None or _source.sequence is None:
            return int.from_bytes(os.urandom(8), "little"), int.from_bytes(os.urandom(8), "little")
        return _source.seed, _source.sequence.randint(0, _MOST)


def next_stream(seed: int | None, kind: tuple[Any, ...], length: int) -> Stream:
    """Where the words of an op come from.

    Parameters
    ----------
    seed
        The op's own seed, or None for the next of the global sequence.
    kind
        What tells this op from others that keep a count of their own: its name and dtypes.
    length
        How many groups of four words it reserves.
    """
    key, upper = seeds_of_next(seed)
    if seed is None:
        return Stream(key, upper)
    with _source.lock:
        place = (*kind, key, upper)
        start = _source.counters.get(place, 0)
        _source.counters[place] = start + length
    return Stream(key, upper, start)


def dtype_of_shape(shape: Any) -> str:
    """int64 for a shape given as an array or tensor of that dtype, else int32: TensorFlow counts them apart."""
    dtype = getattr(shape, "dtype", None)
    return "int64" if dtype is not None and dtype == np.int64 else "int32"
