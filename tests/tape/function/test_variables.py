"""Variables in programs: which value a step takes, and which they have when a step raises or looks."""

import gc
import weakref

import numpy as np
import pytest

import tapefit as tf


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_tape_from_outside_keeps_the_value_that_it_read(size):
    def loop(decorate):
        v = tf.Variable(np.full(size, 2.0))
        with tf.GradientTape(persistent=True) as tape:
            y = tf.reduce_sum(v * v * v)
        v.assign(np.full(size, 5.0))

        def f():
            now = v * 1.0
            g = tape.gradient(y, v)
            v.assign_add(tf.ones_like(v))
            return now[0], g[0]

        run = decorate(f)
        return [[float(t) for t in run()] for _ in range(3)]

    assert loop(tf.function) == loop(lambda f: f) == [[5.0, 12.0], [6.0, 12.0], [7.0, 12.0]]


def test_what_was_assigned_before_an_assertion_stays_when_it_fails():
    def loop(decorate):
        v, w = tf.Variable(0.0), tf.Variable([1.0, 2.0])

        def f(x):
            v.assign_add(1.0)
            w.assign(tf.reverse(w, [0]))
            tf.debugging.assert_positive(x)
            v.assign_add(10.0)

        run = decorate(f)
        run(tf.constant(1.0))
        with pytest.raises(tf.errors.InvalidArgumentError):
            run(tf.constant(-1.0))
        run(tf.constant(1.0))
        return float(v), w.numpy().tolist()

    assert loop(tf.function) == loop(lambda f: f) == (23.0, [2.0, 1.0])


def test_a_numpy_function_sees_variables_as_they_are_by_then():
    def loop(decorate):
        v = tf.Variable(0.0)

        def f():
            v.assign_add(1.0)
            seen = tf.numpy_function(lambda: v.numpy(), [], tf.float32)
            v.assign_add(10.0)
            return seen

        run = decorate(f)
        return [float(run()) for _ in range(3)]

    assert loop(tf.function) == loop(lambda f: f) == [1.0, 12.0, 23.0]


def test_an_assignment_that_nobody_sees_is_refused():
    v = tf.Variable(0.0)

    @tf.function
    def f():
        before = v * 1.0
        tf.numpy_function(lambda: v.assign_add(1.0).numpy(), [], tf.float32)
        return before, v * 1.0

    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match="was assigned where"):
        f()


def test_a_function_that_is_gone_frees_its_variables_without_a_collection():
    def make():
        v = tf.Variable(np.zeros(3))

        @tf.function
        def f(x):
            v.assign_add(tf.exp(x) * v)

        f(tf.ones(3, tf.float64))
        f(tf.ones(3, tf.float64))
        return weakref.ref(v)

    gc.collect()
    gc.disable()
    try:
        assert make()() is None
    finally:
        gc.enable()
