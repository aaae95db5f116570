"""Ranges of rows shared out among the processors."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tapefit.numerics._threads import NARROW

T = TypeVar("T")
R = TypeVar("R")

ROWS = 1 << 15  # whose numbers and what is computed of them a cache has room for
_MOST = 8  # beyond, threads wait for Python's own lock


def processors() -> int:
    """How many threads a pass through the rows takes: the processors that there are, or fewer by the environment.

    TAPEFIT_NUM_THREADS and OMP_NUM_THREADS name how many; the latter is what programs set for their workers.
    """
    from tapefit.tape.function._kernel_threads import count  # which takes a tenth of a second to load

    named = os.environ.get("OMP_NUM_THREADS", "")
    allowed = min(count(), int(named)) if named.isdecimal() else count()
    return max(1, min(allowed, _MOST))


def workers_for(shape: tuple[int, int]) -> int:
    """How many threads go through the rows of an (n, p) design: one where BLAS has threads of its own."""
    return 1 if shape[1] > NARROW else processors()


def ranges(n: int, least: int = 0) -> list[slice]:
    """The ranges of n rows that threads work on, one after the other; of `least` rows or more."""
    step = ROWS * max(1, -(-least // ROWS))
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def in_order(fn: Callable[[T], R], items: Sequence[T], workers: int | None = None) -> Iterator[R]:
    """``fn`` of every item, in the order of the items, whatever thread computes it; the first error is raised.

    Results come one by one, so that few are held at a time, and what is added up is added in the same order with any
    number of threads.

    Parameters
    ----------
    fn
        Called in several threads at a time.
    items
        Its arguments.
    workers
        The number of threads; with 1 the caller's own does the work. None for as many as `processors` says.
    """
    if len(items) > 1 and workers is None:
        workers = processors()
    if len(items) < 2 or workers is None or workers < 2:
        yield from map(fn, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(workers, len(items)), "tapefit-rows") as pool:
        waiting = deque(pool.submit(fn, item) for item in items[: 2 * workers])
        for item in items[2 * workers :]:
            found = waiting.popleft().result()
            waiting.append(pool.submit(fn, item))
            yield found
        while waiting:
            yield waiting.popleft().result()
