"""Who listens: the tapes that record in this thread, newest last."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape
    from tapefit.tape._numerics import NumericsCheck
    from tapefit.tape.function._recorder import Recorder

# Tensors are told apart by a counter and never by id(): ids are reused. 0 means "not tracked".
next_uid = itertools.count(1).__next__


class _Stack(threading.local):
    """The recording tapes of one thread; another thread's ops do not meet them."""

    def __init__(self) -> None:
        self.tapes: list[GradientTape] = []
        self.check: NumericsCheck | None = None  # between enable_check_numerics and disable_check_numerics
        self.recorder: Recorder | None = None  # while tf.function writes down what a function does
        # What a bare Python float becomes: TensorFlow's float32, and float64 where a loss meets a table's numbers.
        self.float_dtype = np.dtype(np.float32)


stack = _Stack()


def mark_gather() -> None:
    """Tell the tapes that a gather was recorded, whose gradient may stay slices."""
    for tape in stack.tapes:
        if tape._records is not None:
            tape._gathers = True


@contextmanager
def python_floats_as(dtype: type[np.floating]) -> Iterator[None]:
    """Within the block, and in this thread, bare Python floats become tensors of this dtype."""
    before, stack.float_dtype = stack.float_dtype, np.dtype(dtype)
    try:
        yield
    finally:
        stack.float_dtype = before
