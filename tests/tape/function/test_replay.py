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


def products(x, y):
    """Matrix products of each other's results, of views of them, and some that leave the program."""
    a = x @ y
    b = a @ a
    row = tf.reshape(b, [1, -1])
    kept = tf.reshape(a, [-1])
    c = tf.reshape(row, [3, 3]) @ b + tf.reshape(kept, [3, 3])
    d = tf.reshape(tf.reshape(c, [9, 1]) @ row, [-1])[:4]
    return b @ c, kept, tf.reshape(c, [9]), d, tf.linalg.matvec(c, tf.reshape(b, [9])[:3])


def two_of_them(x, y):
    """The same, twice in one program."""
    return [t for i in range(2) for t in products(x[i], y[i])]


@pytest.mark.parametrize(("call", "shape"), [(products, (3, 3)), (two_of_them, (2, 3, 3))])
def test_products_and_views_of_them_lie_in_buffers_that_nobody_else_uses(call, shape):
    rng = np.random.default_rng(0)
    f = tf.function(call)
    given = [[tf.constant(rng.standard_normal(shape)) for _ in range(2)] for _ in range(4)]
    held = []
    for xs in [given[0], *given, *given]:
        held += [(a, b.numpy()) for a, b in zip(f(*xs), call(*xs), strict=True)]
    for a, b in held:
        np.testing.assert_array_equal(a.numpy(), b)


def test_a_step_of_several_columns_replays_as_the_tape_does():
    def loop(decorate, columns):
        rng = np.random.default_rng(1)
        X, y = tf.constant(rng.standard_normal((40, 3))), tf.constant(rng.standard_normal((40, 1) if columns else 40))
        w, b = tf.Variable(np.zeros((3, 1) if columns else 3)), tf.Variable(0.0, dtype=tf.float64)

        def step():
            with tf.GradientTape() as tape:
                eta = tf.matmul(X, w) if columns else tf.linalg.matvec(X, w)
                loss = tf.reduce_mean((eta + b - y) ** 2)
            dw, db = tape.gradient(loss, [w, b])
            w.assign_sub(0.1 * dw)
            b.assign_sub(0.1 * db)
            return loss

        run, found = decorate(step), []
        for i in range(9):
            found += [run().numpy(), w.numpy(), b.numpy()]
            if i == 4:
                w.assign(w * 0.5)
        return found

    for columns in (True, False):
        for a, b in zip(loop(tf.function, columns), loop(lambda f: f, columns), strict=True):
            np.testing.assert_array_equal(a, b)
