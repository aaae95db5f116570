"""How many threads BLAS takes: one where products are too narrow to be worth more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache, wraps
from operator import attrgetter
from threading import Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

NARROW = 512  # columns up to which a second thread wins nothing on a quiet machine and loses much on a busy one


def threads_for(shape: tuple[int, int]) -> AbstractContextManager[object]:
    """A context in which BLAS takes one thread for products of an (n, p) design, if that is narrow.

    Threads that wait for one another spin. Where another program holds a core, a product of a millisecond then
    takes hundreds, and the inverse of ten columns five instead of two microseconds.
    """
    return nullcontext() if shape[1] > NARROW else _ONE


class _Shared:
    """One thread for BLAS from the first who enters to the last who leaves, in whatever threads they run."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = _pools().limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limit.restore_original_limits()


_ONE = _Shared()


def few_threads(shape: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator that runs a function under `threads_for` the shape that its first argument has by this path."""
    of = attrgetter(shape)

    def decorate(fn: Callable[P, T]) -> Callable[P, T]:
        @wraps(fn)
        def limited(*args: P.args, **kwargs: P.kwargs) -> T:
            with threads_for(of(args[0])):
                return fn(*args, **kwargs)

        return limited

    return decorate


@cache
def _pools() -> Any:
    """The libraries with threads, SciPy's own BLAS among them, which every fit loads sooner or later."""
    import scipy.linalg.lapack  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
