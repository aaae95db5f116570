"""Who listens: the tapes that record in this thread, newest last."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape

# Tensors are told apart by a counter and never by id(): ids are reused. 0 means "not tracked".
next_uid = itertools.count(1).__next__


class _Stack(threading.local):
    """The recording tapes of one thread; another thread's ops do not meet them."""

    def __init__(self) -> None:
        self.tapes: list[GradientTape] = []


stack = _Stack()
