"""The order of a shuffled dataset: TensorFlow's, for the same seeds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tapefit.tape.ops._philox import Stream, words

_END = object()


def seeds_of_epochs(seed: int, stream: int) -> Iterator[tuple[int, int]]:
    """The pair of seeds of each pass through a dataset that is shuffled anew each time."""
    numbers = words(Stream(seed, stream))
    while True:
        yield next(numbers), next(numbers)


def shuffled(items: Iterator[Any], size: int, seeds: tuple[int, int]) -> Iterator[Any]:
    """The items in random order.

    1. Fill a buffer with the first `size` items; it is a ring that starts at `start` and holds `n` items.
    2. Swap a random item of the ring with its first, and give that away.
    3. Put the next item in its place. Where there is none, the ring becomes shorter.

    Parameters
    ----------
    items
        What to shuffle.
    size
        From how many items the next one is chosen; the number of all of them for an even shuffle.
    seeds
        Two numbers that determine the order.
    """
    numbers = words(Stream(*seeds))
    buffer = list(islice(items, size))  # step 1
    n = length = len(buffer)
    start = 0
    while n:
        chosen = (start + next(numbers) % n) % length  # step 2
        buffer[chosen], buffer[start] = buffer[start], buffer[chosen]
        yield buffer[start]
        coming = next(items, _END)  # step 3
        if coming is _END:
            n -= 1
        else:
            buffer[start] = coming
        start = (start + 1) % length
