"""Running a step many times: in a kernel where all of it is one, else by the plan."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape._tensor import Tensor
from tapefit.tape.function._compiled import Compiled
from tapefit.tape.function._groups import Group, grouped
from tapefit.tape.function._kernel import Kernel
from tapefit.tape.function._kernel_build import available
from tapefit.tape.function._kernel_frame import Frame
from tapefit.tape.function._kernel_layout import Layout
from tapefit.tape.function._kernel_machine import give_up
from tapefit.tape.function._program import Program

_TURN = 0.1  # seconds after which Python looks whether the user wants to stop
_repeat = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)


class PlanRun:
    """Steps by NumPy, and by kernels for parts of a step; the variables change with each step."""

    method = "numpy"

    def __init__(self, compiled: Compiled) -> None:
        self._step = compiled._frame()
        if compiled.kernels:
            self.method = "numpy and kernels"

    def run(self, steps: int) -> None:
        """Do so many steps."""
        step = self._step
        for _ in range(steps):
            step()


class KernelRun:
    """Steps by one kernel, which are not seen by Python one by one."""

    method = "kernel"

    def __init__(self, program: Program, kernel: Kernel) -> None:
        self._program, self._kernel = program, kernel
        self._frame = Frame(kernel)
        self._swapped: list[Any] = []  # arrays that hold the variables, each with one that is being written
        self._at = self._frame.words.ctypes.data
        self._function: Callable[[int, int], None] = _repeat(kernel.address("repeat"))
        if kernel.shared:
            self._function = self._frame.share(_repeat(kernel.address("repeat_shared")), self._function)
        self._pairs = [self._buffers(k, into) for k, into in kernel.carry if not kernel.layout.single(k)]
        self._in_a_turn = 16

    def _buffers(self, out: int, into: int) -> tuple[int, int, int, int]:
        value, words = self._program.values[into], self._kernel.layout.words
        both = [np.empty(value.shape, value.dtype) for _ in range(2)]
        self._swapped += both
        return words["at", into], words["at", out], both[0].ctypes.data, both[1].ctypes.data

    def run(self, steps: int) -> None:
        """Do so many steps; the variables have their new values at the end."""
        self._load()
        left = steps
        try:
            while left > 0:
                turn = min(left, self._in_a_turn)
                begin = time.perf_counter()
                self._turn(turn)
                left -= turn
                if turn == self._in_a_turn and time.perf_counter() - begin < _TURN / 2:
                    self._in_a_turn = 2 * turn
        finally:  # also where the user interrupts
            if left < steps:
                self._unload()

    def _turn(self, steps: int) -> None:
        self._function(self._at, steps)

    def _load(self) -> None:
        """Put the variables' values into the frame."""
        layout = self._kernel.layout
        for variable, k in self._program.reads:
            array = variable._value._array
            if ("value", k) in layout.words:
                self._frame.put(k, array)
            elif ("at", k) in layout.words:
                self._put_array(k, array)

    def _put_array(self, k: int, array: Any) -> None:
        word = self._kernel.layout.words["at", k]
        for place, other, first, second in self._pairs:
            if place == word:
                self._frame.words[word], self._frame.words[other] = first, second
                held = next(a for a in self._swapped if a.ctypes.data == first)
                held[...] = array
                return
        self._frame.borrow(word, array)

    def _unload(self) -> None:
        """Give the variables the values of the frame."""
        layout = self._kernel.layout
        into = dict(self._kernel.carry)
        for variable, k in self._program.updates:
            value = self._program.values[k]
            if layout.single(k):
                array = np.array(self._frame.get(k), value.dtype).reshape(value.shape)
            else:
                address = self._frame.words[layout.words["at", into[k]]]
                array = next(a for a in self._swapped if a.ctypes.data == address).copy()
            variable._value = Tensor(array, variable._uid)


def run_of(compiled: Compiled) -> PlanRun | KernelRun:
    """What runs a compiled step the fastest."""
    kernel = _whole(compiled.program)
    return PlanRun(compiled) if kernel is None else KernelRun(compiled.program, kernel)


def _whole(program: Program) -> Kernel | None:
    """A kernel that does all of a program; None if there is none."""
    parts = grouped(program, worth=False)
    group = parts[0] if len(parts) == 1 else None
    if not isinstance(group, Group) or not available():
        return None
    read = {id(variable): k for variable, k in program.reads}
    outs = [k for _, k in program.updates]
    arrays = [k for k in outs if any(d != 1 for d in program.values[k].shape)]
    unread = any(id(v) not in read for v, k in program.updates if k in arrays)
    if not set(outs) <= set(group.outs) or len(set(arrays)) < len(arrays) or unread:
        return None
    layout = Layout(program, group)
    if any(layout.single(k) for k in arrays):  # one number for all elements
        return None
    try:
        return Kernel(program, group, tuple((k, read[id(v)]) for v, k in program.updates if id(v) in read))
    except RuntimeError as error:  # LLVM does not take it
        give_up(f"{program.name}: {error}")
        return None
