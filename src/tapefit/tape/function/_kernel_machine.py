"""Machine: whether LLVM can write code for this processor, and what it is asked to write it for."""

from __future__ import annotations

import ctypes
import functools
import mmap
import os
import sys
from typing import Any, NamedTuple

from tapefit.tape import _log

_PROCESSORS = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
_PROBE = "define i64 @probe(i64 %x) {\nentry:\n  %y = add i64 %x, 41\n  ret i64 %y\n}"


class Maker(NamedTuple):
    """What builds kernels here.

    Attributes
    ----------
    binding
        LLVM's functions.
    target
        A function that makes LLVM's target machine; each build has one of its own.
    processor
        "x86_64" or "aarch64".
    about
        What the machine code depends on beside the text.
    """

    binding: Any
    target: Any
    processor: str
    about: str

    def object_of(self, source: str) -> bytes:
        """The machine code of a module, as an object file."""
        module = self.binding.parse_assembly(source)
        module.verify()
        code: bytes = self.target().emit_object(module)
        return code

    def loaded(self, code: bytes) -> Any:
        """An object file, loaded into this process."""
        engine = self.binding.create_mcjit_compiler(self.binding.parse_assembly(""), self.target())
        engine.add_object_file(self.binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        return engine


@functools.cache
def maker() -> Maker | None:
    """What builds kernels here; None without the package llvmlite, and where it does not work, which is logged."""
    try:
        import llvmlite
        from llvmlite import binding
    except ImportError:  # nobody asked for kernels
        return None
    try:
        _may_run_what_was_written()
        return _tried(_maker(binding, llvmlite.__version__))
    except Exception as error:
        give_up(f"{type(error).__name__}: {error}")
        return None


def give_up(reason: str) -> None:
    """Say once that programs run without kernels."""
    _log.warn_once(
        "tf.function runs without kernels, by NumPy alone: %s. Results are the same; TAPEFIT_JIT=0 says that this is "
        "meant.",
        " ".join(reason.split()),
    )


def _maker(binding: Any, version: str) -> Maker:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_default_triple()
    processor = _PROCESSORS.get(target.triple.partition("-")[0].lower())
    if processor is None or sys.byteorder != "little":
        raise NotImplementedError(f"kernels are made for x86-64 and ARM64, not for {target.triple}")
    cpu, features = binding.get_host_cpu_name(), _features(binding)
    make = functools.partial(
        target.create_target_machine,
        cpu=cpu,
        features=features,
        opt=2,
        reloc="pic",
        codemodel="jitdefault",
        jit=True,
    )
    about = "\n".join([f"llvmlite {version} LLVM {binding.llvm_version_info}", target.triple, cpu, features])
    return Maker(binding, make, processor, about)


def _features(binding: Any) -> str:
    """What the processor can do; LLVM cannot tell it of each, but then knows it by its name."""
    try:
        return str(binding.get_host_cpu_features().flatten())
    except RuntimeError:
        return ""


def _may_run_what_was_written() -> None:
    """Look whether memory that was written may be run: where it may not, LLVM would end the process."""
    if sys.platform.startswith("linux"):
        rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=rights).close()


def _tried(made: Maker) -> Maker:
    """The maker, if a first small function does what it should."""
    engine = made.loaded(made.object_of(_PROBE))
    probe = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(engine.get_function_address("probe"))
    if probe(1) != 42:
        raise RuntimeError(f"a first function that LLVM made for {os.name} gave {probe(1)} in place of 42")
    return made
