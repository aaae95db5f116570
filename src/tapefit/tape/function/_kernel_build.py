"""Building a kernel: from assembly language to machine code in this process, by LLVM (package llvmlite)."""

from __future__ import annotations

import functools
import os
import re
import threading
import time
from typing import Any, NamedTuple

from tapefit.tape.function import _kernel_cache as cache

_OFF = ("0", "off", "no", "false")
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


@functools.cache
def _llvm() -> Any:
    """LLVM's functions, how to make one that writes code for this processor, and what the code depends on.

    None if the package is missing or does not work here.
    """
    try:
        import llvmlite
        from llvmlite import binding

        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        cpu, features = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
        target = binding.Target.from_default_triple()
        make = functools.partial(
            target.create_target_machine,
            cpu=cpu,
            features=features,
            opt=2,
            reloc="pic",
            codemodel="jitdefault",
            jit=True,
        )
        make()
    except Exception:  # whatever is wrong with it, there is the plan
        return None
    versions = f"llvmlite {llvmlite.__version__} LLVM {binding.llvm_version_info}"
    return binding, make, "\n".join([versions, target.triple, cpu, features])


def available() -> bool:
    """Whether kernels can be built here."""
    return switched_on() and _llvm() is not None


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
    found = _llvm()
    if found is None:
        raise RuntimeError("Kernels need the package llvmlite, which is not there; install tapefit[jit].")
    binding, make, about = found
    start = time.perf_counter()
    key = cache.key(source, about)
    code = cache.read(key)
    cached = code is not None
    if code is None:
        module = binding.parse_assembly(source)
        module.verify()
        code = make().emit_object(module)
        cache.write(key, code)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), make())
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    addresses = {name: engine.get_function_address(name) for name in _DEFINED.findall(source)}
    if not all(addresses.values()):
        raise RuntimeError("The machine code of a kernel lacks functions that it should have; empty the cache folder.")
    return Machine(addresses, time.perf_counter() - start, cached, engine)
