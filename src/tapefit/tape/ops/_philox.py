"""Philox 4x32-10, the counter-based generator behind TensorFlow's random ops.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_ROUNDS = 10


def philox(seed: int, stream: int, n: int) -> NDArray[np.uint32]:
    """The first `n` 32-bit words of the stream `stream` under the key `seed`; shape (n,)."""
    groups = -(-n // 4)
    index = np.arange(groups, dtype=np.uint64)
    word = [index & _LOW, index >> np.uint64(32), *(np.full(groups, w, np.uint64) for w in _halves(stream))]
    key = list(_halves(seed))
    for _ in range(_ROUNDS):
        product = [_MULTIPLIERS[0] * word[0], _MULTIPLIERS[1] * word[2]]
        word = [
            (product[1] >> np.uint64(32)) ^ word[1] ^ np.uint64(key[0]),
            product[1] & _LOW,
            (product[0] >> np.uint64(32)) ^ word[3] ^ np.uint64(key[1]),
            product[0] & _LOW,
        ]
        key = [(k + w) & 0xFFFFFFFF for k, w in zip(key, _WEYL, strict=True)]
    return np.stack(word, axis=1).astype(np.uint32).ravel()[:n]


def words(seed: int, stream: int) -> Iterator[int]:
    """The words of a stream, one after the other."""
    done, n = 0, 256
    while True:
        yield from philox(seed, stream, n)[done:].tolist()
        done, n = n, 2 * n


def _halves(value: int) -> tuple[int, int]:
    return value & 0xFFFFFFFF, (value >> 32) & 0xFFFFFFFF


def unit_float32(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    """One number in [0, 1) a word, from its 23 low bits."""
    bits = (words & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)
    return bits.view(np.float32) - np.float32(1)


def unit_float64(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """One number in [0, 1) for two words, from 20 bits of the first and the whole second."""
    high, low = (words[i::2].astype(np.uint64) for i in (0, 1))
    bits = (np.uint64(1023) << np.uint64(52)) | ((high & np.uint64(0xFFFFF)) << np.uint64(32)) | low
    return bits.view(np.float64) - 1.0


def normal_pairs(unit: NDArray[np.floating]) -> NDArray[np.floating]:
    """Standard normal numbers from uniform ones, two by two (Box and Muller 1958), sine first."""
    real = unit.dtype.type
    first, second = np.maximum(unit[0::2], real(1e-7)), unit[1::2]
    radius, angle = np.sqrt(real(-2) * np.log(first)), real(2 * np.pi) * second
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=1).ravel()
