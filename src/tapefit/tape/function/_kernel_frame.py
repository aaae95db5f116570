"""Frame: the words that a kernel works on, and what runs it on them."""

from __future__ import annotations

import ctypes
import functools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape.function import _kernel_threads as threads
from tapefit.tape.function._kernel_builtin import address_of, builtin, word_of
from tapefit.tape.function._kernel_layout import PER_WORD

if TYPE_CHECKING:
    from tapefit.tape.function._kernel import Kernel

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
        self.views = {c: self.words.view(c) for c in PER_WORD}
        self._alive: list[Any] = []  # what the addresses point to
        self._borrowed: dict[int, Any] = {}
        for (what, k, *_), word in self.layout.words.items():
            if what == "n":
                self.words[word] = k
            elif what == "python":
                self.words[word] = threads.WANTED.ctypes.data if k == "wanted" else word_of(k)
            elif what == "to":
                self._point(word, np.empty(1))  # until somebody says where to
            elif what in ("at", "value"):
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

    def put(self, k: int, value: Any) -> None:
        """Set a single value."""
        c, i = self.layout.index(k)
        self.views[c][i] = np.asarray(value).item()

    def get(self, k: int) -> Any:
        """A single value, as a NumPy scalar."""
        c, i = self.layout.index(k)
        return self.views[c][i]

    def borrow(self, word: int, array: Any) -> Any:
        """Point to an array of the caller's; a reference by which the next call knows it again."""
        used = _in_a_row(array)
        self.words[word] = address_of(used)
        if used is array:
            self._borrowed.pop(word, None)
            return weakref.ref(array)
        self._borrowed[word] = used
        return _nothing

    # -- calling --------------------------------------------------------------------------------

    def runner(self) -> Callable[[], Any]:
        """What runs the kernel on this frame."""
        address = ctypes.c_void_p(self.words.ctypes.data)
        if self.kernel.shared:
            together, alone = (functools.partial(_free(self.kernel.address(f)), address) for f in ("shared", "run"))
            return self.share(together, alone)
        if self.kernel.work > _SHORT:
            return functools.partial(_free(self.kernel.address("run")), address)
        made = builtin(self.kernel.address("builtin"), self.words)
        return made or functools.partial(_held(self.kernel.address("run")), address)

    def share(self, together: Callable[..., Any], alone: Callable[..., Any]) -> Callable[..., Any]:
        """What runs the kernel with the help of other threads."""
        helper = functools.partial(_free(self.kernel.address("help")), ctypes.c_void_p(self.words.ctypes.data))
        present = self.words.data, self.layout.words["present", 0]
        return threads.Helped(together, alone, (helper, self), present, self.kernel.work)


def _nothing() -> None:
    """Stands for an array that is not there."""


def _in_a_row(array: Any) -> Any:
    """The array itself if its elements lie one after the other, or a copy in which they do."""
    flags = array.flags
    if flags.c_contiguous and flags.aligned and array.dtype.isnative:
        return array
    return np.array(array, array.dtype.newbyteorder("="), order="C")
