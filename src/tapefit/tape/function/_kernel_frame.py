"""Frame: the words that a kernel works on, and the Python function that fills them, calls it and reads its results."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape.function import _kernel_threads as threads
from tapefit.tape.function._kernel_layout import SUPER

if TYPE_CHECKING:
    from tapefit.tape.function._kernel import Kernel

_VIEWS = {"f": ("f4", 2), "d": ("f8", 1), "?": ("?", 8)}  # dtype, and how many of it are a word
_SHORT = 1 << 16  # additions up to which letting other threads of Python run costs more than it gives
_held = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
_free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Frame:
    """The memory of one thread's calls of a kernel.

    Attributes
    ----------
    words
        int64, one a key of the layout.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.layout = kernel, kernel.layout
        self.words = np.zeros(max(1, len(self.layout.words)), np.int64)
        self.views = {c: self.words.view(dtype) for c, (dtype, _) in _VIEWS.items()}
        self._alive: list[Any] = []  # what the addresses point to
        self._borrowed: dict[int, Any] = {}
        for key, word in self.layout.words.items():
            if key[0] == "n":
                self.words[word] = key[1]
        for k in (k for what, k, *_ in self.layout.words if what in ("at", "value")):
            self._constant(k)
        for scratch in self.layout.scratch:
            self._point(scratch.word, np.empty(scratch.elements, scratch.letter))

    def _constant(self, k: int) -> None:
        """Write a constant into its place, once."""
        word = self.layout.words.get(("value", k))
        if k in self.layout.fixed and word is not None:
            self.put(k, self.layout.fixed[k])
        elif k in self.layout.program.constants:
            self._point(self.layout.words["at", k], _in_a_row(self.layout.program.constants[k]))

    def _point(self, word: int, array: Any) -> None:
        self._alive.append(array)
        self.words[word] = array.ctypes.data

    def index(self, k: int) -> tuple[str, int]:
        """The letter of a single value, and its place in the view of that letter."""
        c = self.layout.letter(k)
        return c, self.layout.words["value", self.layout.of(k)] * _VIEWS[c][1]

    def put(self, k: int, value: Any) -> None:
        """Set a single value."""
        c, i = self.index(k)
        self.views[c][i] = np.asarray(value).item()

    def get(self, k: int) -> Any:
        """A single value, as a NumPy scalar."""
        c, i = self.index(k)
        return self.views[c][i]

    def borrow(self, word: int, array: Any) -> Any:
        """Point to an array of the caller's; a reference by which the next call knows it again."""
        used = _in_a_row(array)
        self.words[word] = used.ctypes.data
        if used is array:
            self._borrowed.pop(word, None)
            return weakref.ref(array)
        self._borrowed[word] = used
        return _nothing

    # -- calling --------------------------------------------------------------------------------

    def runner(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """What runs the kernel on this frame, and with which arguments."""
        address = ctypes.c_void_p(self.words.ctypes.data)
        if self.kernel.work >= threads.WORTH and threads.count() > 1:
            return self._in_threads, ()
        kind = _held if self.kernel.work <= _SHORT else _free
        return kind(self.kernel.address("run")), (address,)

    def _in_threads(self) -> None:
        """What `run` does, with each large loop divided among threads."""
        at, layout = self.words.ctypes.data, self.layout
        for phase in range(layout.phases):
            _held(self.kernel.address(f"between{phase}"))(at)
            for i, loop in enumerate(layout.loops):
                if loop.phase == phase:
                    threads.divide(self.kernel.address(f"loop{i}"), at, -(-loop.count // SUPER), loop.work)

    def function(self) -> Callable[..., tuple[Any, ...]]:
        """The kernel as a function of the group's arguments."""
        lines, names = _Source(self).lines()
        source = f"def make({', '.join(names)}):\n" + "".join(f"    {line}\n" for line in lines)
        made: dict[str, Any] = {}
        exec(compile(source, "<kernel>", "exec"), made)
        function: Callable[..., tuple[Any, ...]] = made["make"](**names)
        function.frame = self  # type: ignore[attr-defined]  # keeps alive what the addresses point to
        return function


class _Source:
    """The lines of a frame's function."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.layout = frame, frame.layout
        self.run, arguments = frame.runner()
        self.names: dict[str, Any] = {"run": self.run, "borrow": frame.borrow, "words": frame.words, "empty": np.empty}
        self.names.update({f"view{ord(c)}": view for c, view in frame.views.items()})
        self.names.update({f"argument{i}": a for i, a in enumerate(arguments)})
        self.given = ", ".join(f"argument{i}" for i in range(len(arguments)))

    def lines(self) -> tuple[list[str], dict[str, Any]]:
        args = self.frame.kernel.group.args
        body = [line for i, k in enumerate(args) for line in self._argument(i, k)]
        made, results = [], []
        for i, k in enumerate(self.frame.kernel.group.outs):
            made += self._output(i, k)
            results.append(self._result(i, k))
        seen = [f"seen{i}" for i in range(len(args)) if f"seen{i}" in self.names]
        head = [f"def function({', '.join(f'a{i}' for i in range(len(args)))}):"]
        if seen:
            head.append(f"    nonlocal {', '.join(seen)}")
        tail = [*body, *made, f"run({self.given})", f"return ({', '.join(results)},)"]
        return [*head, *(f"    {line}" for line in tail), "return function"], self.names

    def _argument(self, i: int, k: int) -> list[str]:
        words = self.layout.words
        if ("value", k) in words:
            c, at = self.frame.index(k)
            return [f"view{ord(c)}[{at}] = a{i}{'' if self.layout.program.values[k].shape == () else '.item()'}"]
        if ("at", k) not in words:
            return []
        self.names[f"seen{i}"] = _nothing
        return [f"if seen{i}() is not a{i}:", f"    seen{i} = borrow({words['at', k]}, a{i})"]

    def _output(self, i: int, k: int) -> list[str]:
        """An array for a result."""
        value = self.layout.program.values[k]
        if self.layout.size(k) == 1:
            return []
        self.names[f"dtype{i}"] = value.dtype
        word = self.layout.words["at", k]
        return [
            f"o{i} = empty({value.shape}, dtype{i})",
            f"words[{word}] = o{i}.__array_interface__['data'][0]",
        ]

    def _result(self, i: int, k: int) -> str:
        if self.layout.size(k) > 1:
            return f"o{i}"
        c, at = self.frame.index(k)
        shape = self.layout.program.values[k].shape
        return f"view{ord(c)}[{at}]" if shape == () else f"view{ord(c)}[{at}:{at + 1}].reshape({shape}).copy()"


def _nothing() -> None:
    """Stands for an array that is not there."""


def _in_a_row(array: Any) -> Any:
    """The array itself if its elements lie one after the other, or a copy in which they do."""
    flags = array.flags
    if flags.c_contiguous and flags.aligned and array.dtype.isnative:
        return array
    return np.array(array, array.dtype.newbyteorder("="), order="C")
