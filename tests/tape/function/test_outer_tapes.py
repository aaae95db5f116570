"""A replay under tapes and accumulators gives the derivatives of the function run op by op."""

import numpy as np
import pytest

import tapefit as tf


def derivatives(f, x, v):
    """Of what a function returns, backwards and forwards, in its second call."""
    f(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    backward = tape.gradient(y, [x, v])
    with tf.autodiff.ForwardAccumulator([x, v], [tf.ones_like(x), tf.ones_like(x)]) as accumulator:
        y = f(x)
    return [None if d is None else float(d) for d in (*backward, accumulator.jvp(y))]


def assigned(x, v):
    v.assign(x * 2.0)
    return v * 3.0


def assigned_after(x, v):
    y = v * x
    v.assign(y)
    return y


def assigned_between(x, v):
    before = v * x
    v.assign_add(x)
    return before * v


def assigned_twice(x, v):
    v.assign(v * x)
    v.assign_sub(v * x)
    return v * v * x


def copied(x, v):
    other.assign(v * x)
    return other * x


other = tf.Variable(0.5)


@pytest.mark.parametrize("body", [assigned, assigned_after, assigned_between, assigned_twice, copied])
def test_gradients_end_where_a_variable_is_assigned_as_op_by_op(body):
    def both(decorate):
        v = tf.Variable(1.5)
        other.assign(0.5)
        return derivatives(decorate(lambda x: body(x, v)), tf.constant(0.7), v), float(v), float(other)

    assert both(tf.function) == both(lambda f: f)


def test_a_tensor_from_outside_can_be_watched_after_the_function_was_traced():
    x = tf.constant(3.0)
    f = tf.function(lambda: x * x)
    f()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f()
    assert float(tape.gradient(y, x)) == 6.0
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = f()
    assert float(accumulator.jvp(y)) == 6.0


def test_a_tensor_from_outside_that_is_returned_stays_watched():
    x = tf.constant(3.0)
    f = tf.function(lambda: x)
    f()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f() * 2.0
    assert float(tape.gradient(y, x)) == 2.0


@pytest.mark.parametrize("calls", [0, 1])
def test_arrays_that_change_after_the_call_do_not_change_gradients(calls):
    v, array = tf.Variable(1.0), np.full(2, 3.0, np.float32)
    f = tf.function(lambda x: v * x)
    for _ in range(calls):
        f(array)
    with tf.GradientTape() as tape:
        y = f(array)
    array[:] = 7.0
    assert float(tape.gradient(y, v)) == 6.0


def test_second_derivatives_go_through_a_replay():
    v = tf.Variable(2.0)
    f = tf.function(lambda x: x * x * x * v)
    x = tf.constant(3.0)
    f(x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    assert [float(d) for d in outer.gradient(g, [x, v])] == [36.0, 27.0]
