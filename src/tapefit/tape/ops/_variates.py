"""Uniform and normal numbers from random words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.tape.ops._philox import Stream, philox, philox_at

_BOUND = 2.0  # standard deviations at which a normal distribution is truncated
_RESERVED = 256  # random words that TensorFlow keeps for each number of a rejection method


def unit_float16(words: NDArray[np.uint32]) -> NDArray[np.float16]:
    """One number in [0, 1) a word, from its 10 low bits."""
    bits = ((words & np.uint32(0x3FF)) | np.uint32(0x3C00)).astype(np.uint16)
    return bits.view(np.float16) - np.float16(1)


def unit_float32(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    """One number in [0, 1) a word, from its 23 low bits."""
    bits = (words & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)
    return bits.view(np.float32) - np.float32(1)


def unit_float64(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """One number in [0, 1) for two words, from 20 bits of the first and the whole second."""
    high, low = (words[..., i::2].astype(np.uint64) for i in (0, 1))
    bits = (np.uint64(1023) << np.uint64(52)) | ((high & np.uint64(0xFFFFF)) << np.uint64(32)) | low
    return bits.view(np.float64) - 1.0


def normal_pairs(unit: NDArray[Any]) -> NDArray[Any]:
    """Standard normal numbers from uniform ones, two by two along the last axis (Box and Muller 1958), sine first."""
    real = unit.dtype.type
    first, second = np.maximum(unit[..., 0::2], real(1e-7)), unit[..., 1::2]
    radius, angle = np.sqrt(real(-2) * np.log(first)), real(2 * np.pi) * second
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=-1).reshape(unit.shape)


def unit_numbers(stream: Stream, n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """`n` numbers in [0, 1)."""
    if dtype == np.float64:
        return unit_float64(philox(stream, 2 * n))
    return (unit_float16 if dtype == np.float16 else unit_float32)(philox(stream, n))


def whole_numbers(stream: Stream, n: int, dtype: np.dtype[Any]) -> NDArray[np.uint64]:
    """`n` whole numbers of as many bits as the dtype has."""
    if dtype.itemsize < 8:
        return philox(stream, n).astype(np.uint64)
    pairs = philox(stream, 2 * n).astype(np.uint64)
    return pairs[0::2] | (pairs[1::2] << np.uint64(32))


def normal_numbers(stream: Stream, n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """`n` numbers of the standard normal distribution; narrow ones are made in float32."""
    wide = np.dtype(np.float32) if dtype == np.float16 else dtype
    return normal_pairs(unit_numbers(stream, n + n % 2, wide))[:n].astype(dtype)


def truncated_normal_numbers(stream: Stream, n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """`n` numbers of the standard normal distribution within two deviations, by rejection.

    Each group of numbers, four in float32 and two in float64, has a stretch of the stream to itself.
    """
    unit, size = (unit_float64, 2) if dtype == np.float64 else (unit_float32, 4)
    firsts = np.arange(-(-n // size))[:, None] * (size * _RESERVED // 4)
    out = np.zeros((len(firsts), size), dtype)
    open_, calls = np.arange(len(firsts)), 4
    while len(open_):
        drawn = philox_at(stream, (firsts[open_] + np.arange(calls)).astype(np.uint64))
        normal = normal_pairs(unit(drawn.reshape(len(open_), -1)))
        inside = np.abs(normal) < _BOUND
        enough = inside.sum(axis=1) >= size
        kept = normal[enough][inside[enough] & (np.cumsum(inside[enough], axis=1) <= size)]
        out[open_[enough]] = kept.reshape(-1, size)
        open_, calls = open_[~enough], 2 * calls
    return out.ravel()[:n]
