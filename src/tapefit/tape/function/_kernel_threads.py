"""Threads: helpers that do parts of a kernel's long loops."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape.function._kernel_builtin import word_of

if TYPE_CHECKING:
    from tapefit.tape.function._kernel_layout import Layout

WORTH = 1 << 22  # additions from which a loop is shared: some 60 microseconds, of which waking a thread takes a quarter
SHARE = 1 << 21  # additions that are worth a helper
_LATE = 4  # times the shortest time
_FIRST, _MOST = 64, 1 << 14  # calls alone

WANTED = np.zeros(1, np.int64)  # calls for helpers that none has followed yet; changed by who holds Python's lock


@functools.cache
def count() -> int:
    """The processors that this process may use; TAPEFIT_NUM_THREADS names fewer."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    named = os.environ.get("TAPEFIT_NUM_THREADS", "")
    return max(1, min(found, int(named))) if named.isdecimal() else found


def long_loops(layout: Layout) -> tuple[int, ...]:
    """The numbers of the loops that threads share."""
    if count() < 2 or not word_of("yield"):
        return ()
    return tuple(i for i, loop in enumerate(layout.loops) if loop.work >= WORTH and loop.parts > 1)


class Helped:
    """A function that helpers may take part in; they are called where they are not there already.

    Now and then a machine that does something else stops a helper in the middle of a part, for which all then wait.
    A call that takes much longer than the shortest is followed by calls alone, twice as many as after the last such
    call.

    Parameters
    ----------
    together, alone
        What does the work whether somebody helps or not, and what does it so that nobody can help. Their last
        argument, if they have any, is how often they do it.
    job
        What a helper calls, and what must live for as long as it may.
    present
        Where the number of helpers that are there stands: words, and the place.
    work
        In additions, roughly.
    """

    def __init__(
        self,
        together: Callable[..., Any],
        alone: Callable[..., Any],
        job: tuple[Callable[[], Any], Any],
        present: tuple[Any, int],
        work: int,
    ) -> None:
        self._together, self._alone, self._job = together, alone, job
        self._words, self._place = present
        self._most = min(count() - 1, work // SHARE)
        self._queue = _queue()
        self._best = float("inf")  # seconds
        self._calls_alone, self._next = 0, _FIRST

    def __call__(self, *args: int) -> None:
        """Do the work."""
        if self._calls_alone > 0:
            self._calls_alone -= 1
            self._alone(*args)
            return
        if self._queue is not _queue():  # this is a child: the helpers that were there stayed with its parent
            self._queue = _queue()
            self._words[self._place] = 0
        for _ in range(self._words[self._place], self._most):
            WANTED[0] += 1
            self._queue.put(self._job)
        begin = perf_counter()
        self._together(*args)
        self._learn((perf_counter() - begin) / (args[-1] if args else 1))

    def _learn(self, seconds: float) -> None:
        if seconds > _LATE * self._best:
            self._calls_alone, self._next = self._next, min(2 * self._next, _MOST)
        elif seconds < self._best:
            self._best = seconds


@functools.cache
def _queue() -> Any:
    """Where jobs come in, and threads wait for them."""
    from queue import SimpleQueue

    queue: Any = SimpleQueue()
    for i in range(count() - 1):
        threading.Thread(target=_serve, args=(queue,), name=f"tapefit-kernel-{i}", daemon=True).start()
    return queue


def _serve(queue: Any) -> None:
    while True:
        job = queue.get()
        WANTED[0] -= 1
        job[0]()
        del job


def _forget() -> None:
    _queue.cache_clear()
    WANTED[0] = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)  # threads do not live on in a child
