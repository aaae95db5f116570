"""A kernel as a builtin function of Python, which is called in a fifth of the time that ctypes takes.

The machine code reads the address of the frame from its `self`, an array of NumPy: the address of the data is the
first thing behind an object's header, by NumPy's binary interface. That is looked at before it is relied on.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape.function._kernel_layout import PYTHON, Layout
from tapefit.tape.function._kernel_text import Text

HEADER = object.__basicsize__  # bytes
_NO_ARGUMENTS = 0x0004  # METH_NOARGS


class _Method(ctypes.Structure):
    """PyMethodDef: what Python knows of a builtin function."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_void_p),
    )


_methods: dict[int, _Method] = {}  # by the address of the code; they must outlive the functions


def text_of_builtin(layout: Layout) -> str:
    """The text of `builtin`: `run` for the frame that is its self; it returns None."""
    t = Text()
    frame = t.put(f"load ptr, ptr {t.put(f'getelementptr i8, ptr %self, i64 {HEADER}')}")
    t.do(f"call void @run(ptr {frame})")
    at = {name: t.put(f"getelementptr i64, ptr {frame}, i64 {layout.words['python', name]}") for name in PYTHON[:2]}
    none, hold = (t.put(f"load ptr, ptr {at[name]}") for name in at)
    t.do(f"call void {hold}(ptr {none})")
    body = "\n".join(t.lines)
    return f"define ptr @builtin(ptr %self, ptr %nothing) {{\nentry:\n{body}\n  ret ptr {none}\n}}"


def word_of(name: str) -> int:
    """The word that a frame has for "none" (None), "hold" (Py_IncRef) or "yield" (sched_yield); 0 if there is none."""
    if name == "yield":
        return _address(_give_way())
    if sys.implementation.name != "cpython":
        return 0
    return id(None) if name == "none" else _address(ctypes.pythonapi.Py_IncRef)


def _address(function: Any) -> int:
    return 0 if function is None else ctypes.cast(function, ctypes.c_void_p).value or 0


@functools.cache
def _give_way() -> Any:
    """The system's function that lets other threads run; None where it is not found."""
    try:
        if sys.platform == "win32":
            return ctypes.WinDLL("kernel32").SwitchToThread
        return ctypes.CDLL(None).sched_yield
    except (OSError, AttributeError):
        return None


def builtin(address: int, words: Any) -> Callable[[], None] | None:
    """The function at an address for a frame, which it holds; None where Python or arrays are made otherwise."""
    if sys.implementation.name != "cpython" or not _starts_with_address(words):
        return None
    method = _methods.setdefault(address, _Method(b"kernel", address, _NO_ARGUMENTS, None))
    made: Callable[[], None] = _make()(ctypes.addressof(method), words, None)
    return made


def _make() -> Any:
    return ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
        ("PyCFunction_NewEx", ctypes.pythonapi)
    )


def _starts_with_address(words: Any) -> bool:
    """Whether the address of an array's data is the first word behind the object's header."""
    return isinstance(words, np.ndarray) and _word_behind(words) == words.ctypes.data


def _word_behind(thing: Any) -> int:
    return ctypes.c_void_p.from_address(id(thing) + HEADER).value or 0


def _asked(array: Any) -> int:
    address: int = array.ctypes.data
    return address


# The address of an array's data; asking NumPy takes seven times as long.
address_of: Callable[[Any], int] = (
    _word_behind if sys.implementation.name == "cpython" and _starts_with_address(np.zeros(2)) else _asked
)
