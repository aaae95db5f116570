"""Where the elements of datasets come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape._tensor import Tensor
from tapefit.tape.dataset._element import collater, decoder, element, of_signature, rows_of
from tapefit.tape.dataset._pipe import UNKNOWN, Pipe, least


def slices(tensors: Any) -> Pipe:
    """The slices of tensors along the first axis."""
    form, arrays = rows_of(tensors)
    n, decode = len(arrays[0]), decoder(form, arrays)

    def sample() -> Any:
        return nest.pack_sequence_as(form, [Tensor(np.zeros(a.shape[1:], a.dtype)) for a in arrays])

    return Pipe(lambda: iter(range(n)), n, sample, decode, collater(form, arrays))


def single(tensors: Any) -> Pipe:
    """One element."""
    one = element(tensors)
    return Pipe(lambda: iter([one]), 1, lambda: one)


def generated(generator: Callable[..., Any], signature: Any, args: tuple[Any, ...]) -> Pipe:
    """What a generator yields."""

    def keys() -> Iterator[Any]:
        values = iter(generator(*args))
        return map(element, values) if signature is None else (of_signature(v, signature) for v in values)

    return Pipe(keys, UNKNOWN, lambda: next(keys()))


def numbers(whole: range, dtype: np.dtype[Any]) -> Pipe:
    """Whole numbers."""
    return Pipe(
        lambda: iter(whole),
        len(whole),
        lambda: Tensor(dtype.type(0)),
        lambda key: Tensor(dtype.type(key)),
        lambda keys: Tensor(np.array(keys, dtype)),
    )


def side_by_side(form: Any, parts: list[Pipe]) -> Pipe:
    """The elements of several pipes, in the structure of `form`."""

    def decode(keys: tuple[Any, ...]) -> Any:
        return nest.pack_sequence_as(form, [p.decode(k) for p, k in zip(parts, keys, strict=True)])

    def collate(keys: list[tuple[Any, ...]]) -> Any:
        columns = zip(*keys, strict=True)
        return nest.pack_sequence_as(form, [p.collate(list(c)) for p, c in zip(parts, columns, strict=True)])

    return Pipe(
        lambda: zip(*(p.start() for p in parts), strict=False),
        least([p.count for p in parts]),
        lambda: nest.pack_sequence_as(form, [p.sample() for p in parts]),
        decode,
        collate,
    )
