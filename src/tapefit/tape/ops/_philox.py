"""Philox 4x32-10, the counter-based generator behind TensorFlow's random ops.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_ROUNDS = 10


class Stream(NamedTuple):
    """Where random words come from: a key, the upper half of the counter, and the lower half to start at."""

    key: int
    upper: int
    start: int = 0


def philox_at(stream: Stream, counters: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The four 32-bit words at each counter, from the start of the stream on; shape (*counters, 4)."""
    index = counters.astype(np.uint64) + np.uint64(stream.start)
    upper = (np.full(index.shape, w, np.uint64) for w in halves(stream.upper))
    word = [index & _LOW, index >> np.uint64(32), *upper]
    key = list(halves(stream.key))
    for _ in range(_ROUNDS):
        product = [_MULTIPLIERS[0] * word[0], _MULTIPLIERS[1] * word[2]]
        word = [
            (product[1] >> np.uint64(32)) ^ word[1] ^ np.uint64(key[0]),
            product[1] & _LOW,
            (product[0] >> np.uint64(32)) ^ word[3] ^ np.uint64(key[1]),
            product[0] & _LOW,
        ]
        key = [(k + w) & 0xFFFFFFFF for k, w in zip(key, _WEYL, strict=True)]
    return np.stack(word, axis=-1).astype(np.uint32)


def philox(stream: Stream, n: int) -> NDArray[np.uint32]:
    """The first `n` words of a stream; shape (n,)."""
    return philox_at(stream, np.arange(-(-n // 4), dtype=np.uint64)).ravel()[:n]


def words(stream: Stream) -> Iterator[int]:
    """The words of a stream, one after the other."""
    done, n = 0, 256
    while True:
        yield from philox(stream, n)[done:].tolist()
        done, n = n, 2 * n


def halves(value: int) -> tuple[int, int]:
    """The lower and the upper 32 bits of a whole number."""
    return value & 0xFFFFFFFF, (value >> 32) & 0xFFFFFFFF
