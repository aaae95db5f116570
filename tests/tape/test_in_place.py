"""The sweep writes over large cotangents that it made and nobody else holds, and over nothing else."""

import functools

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import REGISTRY, _backward
from tapefit.tape._primitive import MANY

N = 2 * MANY
WITH_SCALES = sorted(n for n, row in REGISTRY.items() if row.scales)


@pytest.fixture
def overwritten(monkeypatch):
    """How often an array was written over."""
    times = []

    def over(ufunc, g, other, *, written=_backward._over):
        out = written(ufunc, g, other)
        if out is g:
            times.append(ufunc.__name__)
        return out

    monkeypatch.setattr(_backward, "_over", over)
    return times


def values(n, seed=0):
    rng = np.random.default_rng(seed)
    return [tf.Variable(rng.random(N)) for _ in range(n)]


def plainly(monkeypatch, compute):
    """What comes out where nothing is written over."""
    with monkeypatch.context() as patched:
        patched.setattr(_backward, "MANY", 1 << 60)
        return compute()


def same(found, expected):
    for g, e in zip(found, expected, strict=True):
        assert g.numpy().tobytes() == e.numpy().tobytes()


def test_the_rows_that_only_multiply():
    assert WITH_SCALES == ["multiply"]


@pytest.mark.parametrize("name", WITH_SCALES)
def test_a_rule_with_scales_is_that_product(name):
    row, rng = REGISTRY[name], np.random.default_rng(0)
    args = [rng.random((3, 4)) for _ in row.rules]
    g = rng.random((2, 3, 4))
    for rule, k in zip(row.rules, row.scales, strict=True):
        np.testing.assert_array_equal(rule(g, row.fn(*args), *args), g * args[k])


def test_a_cotangent_of_the_sweeps_own_is_written_over(overwritten):
    (x,) = values(1)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.sin(x * 3.0) * 2.0)
    expected = np.cos(x.numpy() * 3.0) * 2.0 * 3.0
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), expected, rtol=1e-14)
    assert "multiply" in overwritten


def test_sums_are_written_over(overwritten):
    (x,) = values(1)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.sin(x) + tf.cos(x) + tf.exp(x))
    tape.gradient(y, x)
    assert overwritten == ["add", "add"]


def test_output_gradients_of_the_callers_stay_as_they_were(overwritten):
    (x,) = values(1)
    seed = tf.constant(np.linspace(0.0, 1.0, N))
    bare = np.linspace(0.0, 1.0, N)
    with tf.GradientTape(persistent=True) as tape:
        y = x * 3.0
    for weights in (seed, bare):
        np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=weights).numpy(), bare * 3.0)
        np.testing.assert_array_equal(np.asarray(weights), np.linspace(0.0, 1.0, N))


def test_a_cotangent_that_two_values_share_stays(overwritten):
    a, b = values(2)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.square(a * 2.0 + b * 3.0))
    ga, gb = tape.gradient(y, [a, b])
    s = 2 * (a.numpy() * 2.0 + b.numpy() * 3.0)
    np.testing.assert_allclose(ga.numpy(), s * 2.0, rtol=1e-14)
    np.testing.assert_allclose(gb.numpy(), s * 3.0, rtol=1e-14)


def test_the_cotangent_of_a_source_on_the_way_stays():
    a, b = values(2)
    with tf.GradientTape() as tape:
        middle = a * b
        y = tf.reduce_sum(tf.square(middle * 2.0))
    gm, ga = tape.gradient(y, [middle, a])
    np.testing.assert_allclose(gm.numpy(), 8.0 * a.numpy() * b.numpy(), rtol=1e-14)
    np.testing.assert_allclose(ga.numpy(), 8.0 * a.numpy() * b.numpy() ** 2, rtol=1e-14)


def test_both_factors_of_a_product_get_their_gradients():
    a, b = values(2)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.square(a * b))
    ga, gb = tape.gradient(y, [a, b])
    np.testing.assert_allclose(ga.numpy(), 2 * a.numpy() * b.numpy() ** 2, rtol=1e-14)
    np.testing.assert_allclose(gb.numpy(), 2 * b.numpy() * a.numpy() ** 2, rtol=1e-14)


def test_values_of_the_forward_run_stay():
    a, b = values(2)
    with tf.GradientTape(persistent=True) as tape:
        kept = [a * b]
        kept += [tf.exp(kept[0]), kept[0] * 3.0]
        y = tf.reduce_sum(kept[1] * kept[2])
    before = [t.numpy() for t in kept]
    first, second = tape.gradient(y, [a, b]), tape.gradient(y, [a, b])
    same(first, second)
    for t, old in zip(kept, before, strict=True):
        np.testing.assert_array_equal(t.numpy(), old)


def test_a_gradient_of_the_users_own_making_stays():
    kept = []

    @tf.custom_gradient
    def twice(x):
        def grad(g):
            kept.append(g * 2.0)
            return kept[-1]

        return x * 2.0, grad

    (x,) = values(1)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.square(twice(x * 3.0)))
    tape.gradient(y, x)
    np.testing.assert_allclose(kept[0].numpy(), 2 * 2 * (x.numpy() * 6.0), rtol=1e-14)


@pytest.mark.parametrize("shape", [(N,), (N, 1), (2, N // 2), (1, N)])
def test_factors_of_fewer_elements_are_summed_to(shape, overwritten, monkeypatch):
    rng = np.random.default_rng(1)
    x = tf.Variable(rng.random(shape))
    for other in [(), shape, (1,) * len(shape), shape[-1:], (*shape[:-1], 1)]:
        w = tf.Variable(rng.random(other))

        def compute(w=w):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.tanh(w * x * 0.5))
            return tape.gradient(y, [w, x])

        same(compute(), plainly(monkeypatch, compute))
    assert overwritten


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_give_the_same_bit_for_bit(seed, monkeypatch, overwritten):
    rng = np.random.default_rng(seed)
    steps = rng.integers(0, 1 << 30, (12, 3))
    ops = [tf.add, tf.multiply, tf.multiply, tf.subtract, lambda x, _: tf.sin(x), lambda x, _: x * 0.75]

    def compute():
        with tf.GradientTape() as tape:
            steps_done = [*sources]
            for op, i, j in steps:
                pick = steps_done[i % len(steps_done)], steps_done[j % len(steps_done)]
                steps_done.append(ops[op % len(ops)](*pick))
            y = tf.reduce_mean(functools.reduce(tf.add, steps_done))
        return tape.gradient(y, sources)

    sources = values(2, seed)
    same(compute(), plainly(monkeypatch, compute))
    assert overwritten


def test_jacobians_of_large_rows_are_the_same(monkeypatch):
    (x,) = values(1)
    w = tf.Variable([1.0, -2.0], dtype="float64")

    def compute():
        with tf.GradientTape() as tape:
            y = tf.stack([tf.reduce_sum(tf.sin(w[k] * x) * x) for k in range(2)])
        return tape.jacobian(y, [w, x])

    same(compute(), plainly(monkeypatch, compute))
