"""With kernels every public op, with its derivatives, and random programs replay as the ops themselves, to rounding."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tapefit as tf
from tapefit.testing.conformance._table import ROWS

pytest.importorskip("llvmlite")


def everything(call, xs):
    """Outputs, gradients and second derivatives of their sum of squares."""
    with tf.GradientTape() as outer:
        outer.watch(xs)
        with tf.GradientTape() as inner:
            inner.watch(xs)
            ys = [tf.convert_to_tensor(y) for y in tf.nest.flatten(call(*xs))]
            smooth = [y for y in ys if y.dtype.is_floating or y.dtype.is_complex]
        gs = inner.gradient(smooth, xs) if smooth else []
        dense = [tf.convert_to_tensor(g) for g in gs if g is not None]
        total = tf.add_n([tf.reduce_sum(tf.math.real(g * tf.math.conj(g))) for g in dense]) if dense else None
    second = [] if total is None else [g for g in outer.gradient(total, xs) if g is not None]
    return [*ys, *dense, *map(tf.convert_to_tensor, second)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_op_replays_in_kernels(row):
    def call(*xs):
        return row.call(tf, *xs)

    f = tf.function(lambda *xs: everything(call, list(xs)))
    f(*map(tf.constant, row.draw(0, "float64")))
    other = list(map(tf.constant, row.draw(1, "float64")))
    for a, b in zip(f(*other), everything(call, other), strict=True):
        assert a.dtype is b.dtype
        size = np.max(np.abs(b.numpy()), initial=1) if b.dtype.is_floating else 1
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-13 * size)


def neighbour(name):
    """A test file of this folder as a module."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


programs = neighbour("test_random_programs")
CLOSE = {"float32": {"rtol": 1e-3, "atol": 1e-4}, "float64": {"rtol": 1e-9, "atol": 1e-10}}  # three calls magnify


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::tapefit.errors.ShapeWarning")
@given(
    program=programs.PROGRAM,
    seed=st.integers(0, 2**32),
    shapes=st.tuples(*[st.sampled_from(programs.SHAPES)] * 2),
    dtype=st.sampled_from(sorted(CLOSE)),
)
@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_random_programs_replay_in_kernels(program, seed, shapes, dtype):
    starts, calls = programs.numbers(seed, shapes, dtype)
    wanted = programs.loop(lambda f: f, program, starts, calls)
    got = programs.loop(tf.function, program, starts, calls)
    for expected, found in zip(wanted, got, strict=True):
        for a, b in zip(expected, found, strict=True):
            assert a.dtype == b.dtype
            if a.dtype.kind == "f":
                np.testing.assert_allclose(b, a, **CLOSE[dtype])
            else:
                np.testing.assert_array_equal(b, a)
