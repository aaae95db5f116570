"""Building a kernel: from assembly language to machine code in this process, by LLVM (package llvmlite)."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import Any, NamedTuple

from tapefit.tape.function import _kernel_cache as cache
from tapefit.tape.function._kernel_machine import maker

_OFF = ("0", "off", "no", "false")
# What LLVM calls where a processor has no instruction for it, by the names in an object file.
_FOREIGN = re.compile(
    rb"(?<![A-Za-z0-9])_*((?:floor|ceil|rint|nearbyint|round)f?|mem(?:cpy|set)|chkstk\w*)(?![A-Za-z0-9_])"
)
_DEFINED = re.compile(r"^define (?:void|ptr) @(\w+)\(", re.MULTILINE)


class Machine(NamedTuple):
    """The functions of a kernel in this process.

    Attributes
    ----------
    addresses
        Of each function by its name.
    seconds
        What building took, or reading from disk.
    cached
        Whether the machine code was read from disk.
    engine
        Keeps the code alive.
    """

    addresses: dict[str, int]
    seconds: float
    cached: bool
    engine: Any


_lock = threading.RLock()
_machines: dict[str, Machine] = {}


def switched_on() -> bool:
    """Whether the environment lets kernels be used: TAPEFIT_JIT=0 does not."""
    return os.environ.get("TAPEFIT_JIT", "").lower() not in _OFF


def available() -> bool:
    """Whether kernels can be built here."""
    return switched_on() and maker() is not None


def build(source: str) -> Machine:
    """The machine code of a module; built once for each text, and kept on disk.

    Raises
    ------
    RuntimeError
        If LLVM is not there, or does not take the text.
    """
    with _lock:
        if source not in _machines:
            _machines[source] = _build(source)
        return _machines[source]


def _build(source: str) -> Machine:
    made = maker()
    if made is None:
        raise RuntimeError("Kernels need the package llvmlite, which is not there; install tapefit[jit].")
    start = time.perf_counter()
    key = cache.key(source, made.about)
    code = cache.read(key)
    cached = code is not None
    if code is None:
        code = made.object_of(source)
        alone(code)
        cache.write(key, code)
    engine = made.loaded(code)
    addresses = {name: engine.get_function_address(name) for name in _DEFINED.findall(source)}
    if not all(addresses.values()):
        raise RuntimeError("The machine code of a kernel lacks functions that it should have; empty the cache folder.")
    return Machine(addresses, time.perf_counter() - start, cached, engine)


def alone(code: bytes) -> None:
    """See that machine code needs no function of the system: LLVM ends the process where it does not find one.

    Raises
    ------
    RuntimeError
        If it needs one, such as to round on a processor that has no instruction for that.
    """
    found = _FOREIGN.search(code)
    if found is not None:
        name = found.group(1).decode()
        raise RuntimeError(f"the code of a kernel for this processor calls the system's {name}, which it should not")
