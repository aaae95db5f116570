"""Threads: a large loop of a kernel, divided among the processors."""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
from typing import Any

WORTH = 1 << 24  # additions from which a loop is divided: two milliseconds, of which waking threads takes a tenth
_function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


@functools.cache
def count() -> int:
    """The processors that this process may use; TAPEFIT_NUM_THREADS names fewer."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    named = os.environ.get("TAPEFIT_NUM_THREADS", "")
    return max(1, min(found, int(named))) if named.isdecimal() else found


@functools.cache
def _pool() -> Any:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count() - 1, "tapefit-kernel")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not live on in a child


def divide(address: int, frame: int, parts: int, work: int) -> None:
    """Do all parts of a loop; this thread takes the first share."""
    call = _function(address)
    if work < WORTH or parts < 2:
        call(frame, 0, parts)
        return
    shares = min(count(), parts)
    edges = [parts * i // shares for i in range(shares + 1)]
    others = [_pool().submit(call, frame, *share) for share in list(itertools.pairwise(edges))[1:]]
    call(frame, edges[0], edges[1])
    for other in others:
        other.result()
