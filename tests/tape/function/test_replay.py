"""A program replayed equals the function run op by op, for every row of the registry and every public op."""

import functools

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import REGISTRY
from tapefit.tape.testing import SAMPLES
from tapefit.testing.conformance._table import ROWS


def tolerance(name):
    """The rules of products divide by the elements where none is 0; a program does not know, and multiplies the
    others, which rounds otherwise. All else is equal bit for bit."""
    return 1e-13 if "prod" in name else 0


def values_and_gradients(call, xs):
    """Outputs, and the gradients and second derivatives of their weighted sum."""
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
    return [*ys, *dense, *(tf.convert_to_tensor(g) for g in second)]


def assert_replays(call, first, other, rtol=0):
    """Written down with the first arguments and replayed with others, it gives what the ops give."""
    traces = []
    f = tf.function(lambda *xs: values_and_gradients(call, list(xs)), on_trace=traces.append)
    f(*map(tf.constant, first))
    got = f(*map(tf.constant, other))
    wanted = values_and_gradients(call, list(map(tf.constant, other)))
    assert len(traces) == 1
    assert len(got) == len(wanted)
    for a, b in zip(got, wanted, strict=True):
        assert a.dtype is b.dtype
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=rtol, atol=rtol)


def drawn(name, shapes, seed):
    rng = np.random.default_rng(seed)
    return [domain(rng, shape) for domain, shape in zip(SAMPLES[name].domains, shapes, strict=True)]


# The sample of random_gamma computes the numbers themselves from the values that it differentiates at.
@pytest.mark.parametrize("name", sorted(set(REGISTRY) - {"random_gamma"}))
@pytest.mark.filterwarnings("ignore::tapefit.errors.ShapeWarning")
def test_a_row_replays_with_other_arguments(name):
    for shapes, params in SAMPLES[name].cases:
        typed = {k: np.dtype(v) if k == "dtype" else v for k, v in params.items()}
        op = functools.partial(REGISTRY[name], **typed)
        call = SAMPLES[name].within(op) if SAMPLES[name].within else op
        assert_replays(call, drawn(name, shapes, 0), drawn(name, shapes, 1), tolerance(name))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_op_replays_with_other_arguments(row):
    def call(*xs):
        return row.call(tf, *xs)

    assert_replays(call, row.draw(0, "float64"), row.draw(1, "float64"), tolerance(row.name))
