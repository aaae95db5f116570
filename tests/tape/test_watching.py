"""What a tape follows (contract A2)."""

import logging

import numpy as np
import pytest

import tapefit as tf


def squared(x, **options):
    with tf.GradientTape(**options) as tape:
        y = x * x
    return tape, y


@pytest.mark.parametrize(
    "read",
    [
        lambda v: v * 1.0,
        lambda v: v.numpy(),
        lambda v: v.read_value(),
        lambda v: v.value(),
        lambda v: float(v),
        lambda v: v.assign_sub(0.0),
        lambda v: np.exp(v),
        lambda v: v[...],
    ],
)
def test_reading_a_trainable_variable_watches_it(read):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        read(v)
    assert [w is v for w in tape.watched_variables()] == [True]


def test_a_variable_that_is_not_trainable_is_not_watched():
    v = tf.Variable(3.0, trainable=False)
    tape, y = squared(v)
    assert tape.watched_variables() == ()
    assert tape.gradient(y, v) is None


def test_a_variable_that_is_not_trainable_can_be_watched():
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    assert len(tape.watched_variables()) == 1
    assert float(tape.gradient(y, v)) == 6.0


def test_without_watch_accessed_variables_only_watch_counts():
    v = tf.Variable(3.0)
    tape, y = squared(v, watch_accessed_variables=False)
    assert tape.gradient(y, v) is None
    assert tape.watched_variables() == ()
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = v * v
    assert float(tape.gradient(y, v)) == 6.0


def test_watched_variables_come_in_order_of_their_making_and_stay():
    a, b, c = (tf.Variable(float(i)) for i in range(3))
    with tf.GradientTape() as tape:
        y = c * a * b
    tape.gradient(y, a)
    assert [v is w for v, w in zip(tape.watched_variables(), (a, b, c), strict=True)] == [True] * 3


def test_a_whole_number_variable_is_watched_and_has_no_gradient(caplog):
    v = tf.Variable(3)
    tape, y = squared(v)
    assert len(tape.watched_variables()) == 1
    assert tape.gradient(y, v) is None
    assert not caplog.records


@pytest.mark.parametrize("value", [3, "text", True])
def test_watching_what_has_no_gradient_is_logged(value, caplog):
    x = tf.constant(value)
    with caplog.at_level(logging.WARNING, "tapefit"), tf.GradientTape() as tape:
        tape.watch(x)
    assert "The dtype of the watched tensor must be floating" in caplog.text


@pytest.mark.parametrize("value", [1.0, 3, np.ones(2), None, "s"])
def test_watching_something_else_is_an_error(value):
    with tf.GradientTape() as tape, pytest.raises(ValueError, match="Passed in object"):
        tape.watch(value)


def test_watch_takes_nested_structures_and_returns_none():
    a, b = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        assert tape.watch([a, {"b": (b,)}]) is None
        tape.watch([])
        tape.watch(a)
        y = a * b
    assert [float(g) for g in tape.gradient(y, [a, b])] == [2.0, 1.0]


def test_watching_twice_is_watching_once():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.watch(x)
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_watching_after_the_op_is_too_late():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)
    assert tape.gradient(y, x) is None


def test_watching_while_the_tape_rests_changes_nothing():
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        pass
    tape.watch(x)
    with tape:
        y = x * x
    assert tape.gradient(y, x) is None


def test_watching_an_intermediate_follows_from_there_on():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        tape.watch(y)
        z = y * 2.0
    assert float(tape.gradient(z, y)) == 2.0
    assert tape.gradient(z, x) is None


def test_the_gradient_with_respect_to_an_intermediate():
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert float(tape.gradient(z, y)) == 8.0
