"""Steps: from one pipe to the next."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from tapefit import nest
from tapefit.errors import InvalidArgumentError
from tapefit.tape.dataset._element import call, element, stacked
from tapefit.tape.dataset._pipe import INFINITE, UNKNOWN, Pipe
from tapefit.tape.dataset._shuffle import seeds_of_epochs, shuffled
from tapefit.tape.dataset._sources import slices


def shuffle(pipe: Pipe, size: int, seeds: tuple[int, int], anew: bool) -> Pipe:
    """In random order, another one in each pass if `anew`."""
    if size < 1:
        raise InvalidArgumentError(f"buffer_size must be greater than zero, got {size}; pass the number of rows.")
    epochs = seeds_of_epochs(*seeds) if anew else itertools.repeat(seeds)
    return pipe.moved(lambda: shuffled(pipe.start(), size, next(epochs)), pipe.count)


def repeat(pipe: Pipe, times: int) -> Pipe:
    """Several times over; without end for a negative number."""

    def keys() -> Iterator[Any]:
        for _ in itertools.count() if times < 0 else range(times):
            some = False
            for key in pipe.start():
                some = True
                yield key
            if not some:
                return

    if times < 0:
        return pipe.moved(keys, INFINITE if pipe.count else 0)
    return pipe.moved(keys, pipe.count * times if pipe.count >= 0 else pipe.count if times else 0)


def between(pipe: Pipe, start: int, stop: int | None, step: int = 1) -> Pipe:
    """Every `step`-th from number `start` to before number `stop`."""
    ends = stop if pipe.count == INFINITE and stop is not None else pipe.count
    count = len(range(start, ends if stop is None else min(stop, ends), step)) if ends >= 0 else ends
    return pipe.moved(lambda: itertools.islice(pipe.start(), start, stop, step), count)


def cache(pipe: Pipe) -> Pipe:
    """As they came in the first full pass."""
    kept: list[list[Any]] = []

    def keys() -> Iterator[Any]:
        if kept:
            yield from kept[0]
            return
        seen = []
        for key in pipe.start():
            seen.append(key)
            yield key
        kept.append(seen)

    return pipe.moved(keys, pipe.count)


def concatenate(first: Pipe, second: Pipe) -> Pipe:
    """Those of the first, then those of the second."""
    counts = [first.count, second.count]
    count = sum(counts) if min(counts) >= 0 else INFINITE if INFINITE in counts else UNKNOWN
    return Pipe(lambda: itertools.chain(first.elements(), second.elements()), count, first.sample)


def batch(pipe: Pipe, size: int, drop_remainder: bool) -> Pipe:
    """Each `size` of them stacked."""
    if size < 1:
        raise InvalidArgumentError(f"batch_size must be greater than zero, got {size}; pass a positive number.")

    def keys() -> Iterator[list[Any]]:
        stream = pipe.start()
        while chunk := list(itertools.islice(stream, size)):
            if len(chunk) == size or not drop_remainder:
                yield chunk

    count = pipe.count // size if drop_remainder else -(-pipe.count // size)
    return Pipe(
        keys,
        count if pipe.count >= 0 else pipe.count,
        lambda: stacked([pipe.sample()] * size),
        pipe.collate,
        lambda chunks: stacked([pipe.collate(chunk) for chunk in chunks]),
        None if drop_remainder else size,
    )


def unbatch(pipe: Pipe) -> Pipe:
    """Each taken apart along its first axis."""

    def keys() -> Iterator[Any]:
        for each in pipe.elements():
            yield from slices(each).elements()

    return Pipe(keys, UNKNOWN, lambda: nest.map_structure(lambda x: x[0], pipe.sample()))


def mapped(pipe: Pipe, function: Callable[..., Any]) -> Pipe:
    """What a function makes of each."""

    def apply(value: Any) -> Any:
        return element(call(function, value), lists=True)

    return Pipe(lambda: map(apply, pipe.elements()), pipe.count, lambda: apply(pipe.sample()), varying=pipe.varying)


def filtered(pipe: Pipe, predicate: Callable[..., Any]) -> Pipe:
    """Those for which a predicate holds."""
    return Pipe(
        lambda: (x for x in pipe.elements() if truth(call(predicate, x))), UNKNOWN, pipe.sample, varying=pipe.varying
    )


def while_true(pipe: Pipe, predicate: Callable[..., Any]) -> Pipe:
    """Those before the first for which a predicate does not hold."""
    return Pipe(
        lambda: itertools.takewhile(lambda x: truth(call(predicate, x)), pipe.elements()),
        UNKNOWN,
        pipe.sample,
        varying=pipe.varying,
    )


def truth(answer: Any) -> bool:
    """What a predicate answered."""
    if getattr(getattr(answer, "dtype", None), "name", "bool") != "bool":
        raise ValueError(f"Invalid `predicate`: it must return a Boolean scalar, got {answer!r}; compare something.")
    return bool(answer)


def flattened(pipe: Pipe, function: Callable[..., Pipe]) -> Pipe:
    """The elements of the pipes that a function makes of each, one pipe after the other."""
    return Pipe(
        lambda: itertools.chain.from_iterable(function(x).elements() for x in pipe.elements()),
        UNKNOWN,
        lambda: function(pipe.sample()).sample(),
    )
