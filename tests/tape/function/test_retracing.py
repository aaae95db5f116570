"""Who calls a function so that each call is written down anew is told so, once, with what to do."""

import logging

import numpy as np
import pytest

import tapefit as tf


class Rate:
    """A setting, as users make one at each call."""

    def __init__(self, value):
        self.value = value


def said(caplog, call, times=12):
    caplog.clear()
    with caplog.at_level(logging.WARNING, "tapefit"):
        for i in range(times):
            call(i)
    return [record.getMessage() for record in caplog.records]


CHANGES = {
    "object": (lambda i: Rate(2.0), "argument 2 was another Rate; make the object once"),
    "variable": (lambda i: tf.Variable(2.0), "argument 2 was another Variable; make the variable once"),
    "number": (lambda i: 0.5 * i, "argument 2 was 2.0, then 2.5; pass it as a tensor"),
    "tensor": (lambda i: tf.ones(i), "argument 2 was float32[4], then float32[5]; give tf.function an input_signature"),
    "dtype": (
        lambda i: np.ones(3, ["f4", "f8", "i4", "i8", "i2", "u1", "?"][i % 7]),
        "argument 2 was int16[3], then uint8",
    ),
    "structure": (lambda i: [2.0] * i, "their structure was another; pass arguments"),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_five_programs_that_nobody_used_again_are_spoken_of_once(name, caplog):
    change, sentence = CHANGES[name]

    @tf.function
    def step(x, other):
        return x * 2.0

    x = tf.ones(3)
    lines = said(caplog, lambda i: step(x, change(i)), times=7)
    assert len(lines) == 1
    assert lines[0].startswith("tf.function wrote down step anew, and no call used one of the last 5 programs again")
    assert sentence in lines[0]


def test_nothing_is_said_of_programs_that_are_used_again(caplog):
    f = tf.function(lambda x: x * 2.0)
    assert said(caplog, lambda i: (f(tf.ones(i)), f(tf.ones(i)))) == []
    assert said(caplog, lambda i: f(tf.ones(i + 1))) == []


def test_nothing_is_said_of_five_programs_or_of_concrete_functions(caplog):
    f = tf.function(lambda x: x * 2.0)
    assert said(caplog, lambda i: f(tf.ones(i)), times=5) == []
    g = tf.function(lambda x: x * 2.0)
    assert said(caplog, lambda i: g.get_concrete_function(tf.TensorSpec([i + 1], tf.float32))) == []


def test_calls_under_a_tape_count_as_use(caplog):
    f = tf.function(lambda x: x * 2.0)

    def call(i):
        x = tf.ones(i + 1)
        f(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            f(x)

    assert said(caplog, call) == []


def test_the_same_object_or_a_tensor_is_no_reason(caplog):
    rate = Rate(2.0)
    f = tf.function(lambda x, r: x * r.value)
    assert said(caplog, lambda i: f(tf.ones(3), rate)) == []
    g = tf.function(lambda x, r: x * r)
    assert said(caplog, lambda i: g(tf.ones(3), tf.constant(0.5 * i))) == []
