"""Other machines: kernels are written for them all the same, or not used with a line in the log; never a crash."""

import logging
import mmap
import sys

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import _log
from tapefit.tape._primitive import REGISTRY
from tapefit.tape.function import Program, Step, Value
from tapefit.tape.function import _kernel_build as build
from tapefit.tape.function import _kernel_machine as machine
from tapefit.tape.function._groups import Group
from tapefit.tape.function._kernel_layout import Layout
from tapefit.tape.function._kernel_ops import REDUCTIONS, ROWS
from tapefit.tape.function._kernel_write import Writer

binding = pytest.importorskip("llvmlite.binding")

OTHERS = {
    "macOS on ARM64": ("aarch64-apple-darwin", "apple-m1", "", "aarch64"),
    "Linux on ARM64": ("aarch64-unknown-linux-gnu", "generic", "", "aarch64"),
    "Windows on x86-64": ("x86_64-pc-windows-msvc", "x86-64-v3", "", "x86_64"),
    "Windows on an older x86-64": ("x86_64-pc-windows-msvc", "x86-64-v2", "", "x86_64"),
}


@pytest.fixture
def log(caplog, monkeypatch):
    """The lines that are logged; each machine is looked at anew."""
    monkeypatch.setattr(_log, "_told", set())
    machine.maker.cache_clear()
    with caplog.at_level(logging.WARNING, "tapefit"):
        yield lambda: [record.getMessage() for record in caplog.records]
    machine.maker.cache_clear()


def texts(processor):
    """The text of a kernel of each op, its loops shared."""
    for name in sorted({*ROWS, *REDUCTIONS}):
        for dtype in (np.float32, np.float64):
            primitive, total = REGISTRY[name], name in REDUCTIONS
            n = 1 if total else ROWS[name].write.__code__.co_argcount - 2
            truths = {"truth": range(n), "choice": (0,)}.get(ROWS[name].takes if not total else "", ())
            arrays = [np.ones(100, bool if i in truths else dtype) for i in range(n)]
            params = {"axis": None, "keepdims": False} if total else {}
            answer = np.asarray(primitive.fn(*arrays, **params))
            values = (*map(Value.like, arrays), Value.like(answer))
            step = Step(primitive, tuple(range(n)), (n,), params, None)
            program = Program(name, values, tuple(range(n)), (), {}, (step,), (), (n,))
            layout = Layout(program, Group((step,), tuple(range(n)), (n,)))
            yield name, Writer(layout, (), (0,), processor).source()


def code_for(source, triple, cpu, features):
    """The object file of a text for another machine."""
    module = binding.parse_assembly(source)
    module.triple = triple
    target = binding.Target.from_triple(triple)
    options = {"opt": 2, "reloc": "pic", "codemodel": "jitdefault", "jit": True}
    return target.create_target_machine(cpu=cpu, features=features, **options).emit_object(module)


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_every_op_is_written_for_other_machines_and_calls_nothing_of_theirs(name):
    assert machine.maker() is not None
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    triple, cpu, features, processor = OTHERS[name]
    for _, source in texts(processor):
        code = code_for(source, triple, cpu, features)
        assert b"loop0" in code
        build.alone(code)


def test_code_that_would_call_the_system_is_refused():
    assert machine.maker() is not None
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    refused = set()
    for name, source in texts("x86_64"):
        code = code_for(source, "x86_64-unknown-linux-gnu", "x86-64", "")  # has no instruction for rounding
        if build._FOREIGN.search(code):
            refused.add(name)
            with pytest.raises(RuntimeError, match="calls the system's"):
                build.alone(code)
    assert refused == {"ceil", "floor", "round"}


def works_by_numpy():
    """Whether a program runs without kernels."""
    f = tf.function(lambda x: tf.reduce_sum(tf.exp(x) * x))
    x = tf.constant(np.linspace(0, 1, 100))
    first, again = f(x), f(x)
    return float(first) == float(again) and f.get_concrete_function(x).kernels == []


def broken(monkeypatch, name, error):
    def fail(*args, **options):
        raise error

    monkeypatch.setattr(binding, name, fail)


FAULTS = {
    "the target is not known": lambda m: broken(m, "initialize_native_target", RuntimeError("no such target")),
    "memory may not be run": lambda m: m.setattr(
        mmap, "mmap", lambda *a, **k: (_ for _ in ()).throw(PermissionError("W^X"))
    ),
    "the processor is another": lambda m: m.setattr(machine, "_PROCESSORS", {}),
    "the first function is wrong": lambda m: m.setattr(machine, "_PROBE", machine._PROBE.replace("41", "40")),
    "the first function is no function": lambda m: m.setattr(machine, "_PROBE", "define nonsense"),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_machine_without_kernels_runs_by_numpy_and_says_so_once(name, log, monkeypatch):
    if name == "memory may not be run" and not sys.platform.startswith("linux"):
        pytest.skip("looked at on Linux")
    FAULTS[name](monkeypatch)
    assert works_by_numpy()
    assert works_by_numpy()
    (line,) = log()
    assert line.startswith("tf.function runs without kernels, by NumPy alone: ")
    assert line.endswith("TAPEFIT_JIT=0 says that this is meant.")


def test_without_the_package_nothing_is_said(log, monkeypatch):
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    assert works_by_numpy()
    assert log() == []


def test_a_processor_that_llvm_cannot_describe_is_known_by_its_name(log, monkeypatch):
    broken(monkeypatch, "get_host_cpu_features", RuntimeError("not here"))
    made = machine.maker()
    assert made is not None
    assert made.about.endswith("\n")
    assert log() == []


def test_a_kernel_that_cannot_be_built_is_left_to_numpy(log, monkeypatch):
    monkeypatch.setattr(build, "_machines", {})
    monkeypatch.setenv("TAPEFIT_CACHE_DIR", "0")

    def refuse(code):
        raise RuntimeError("calls the system's floorf")

    monkeypatch.setattr(build, "alone", refuse)
    assert works_by_numpy()
    assert len(log()) == 1
    assert "<lambda>: calls the system's floorf" in log()[0]
