"""What is no longer named is gone at once, without a garbage collection; depth is no limit."""

import gc
import threading
import tracemalloc
import weakref

import numpy as np
import pytest

import tapefit as tf


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_tape_and_tensors_die_with_their_last_name(no_collector):
    x = tf.Variable(np.ones(100))
    tape = tf.GradientTape(persistent=True)
    with tape:
        middle = tf.exp(x)
        y = tf.reduce_sum(middle * middle)
    refs = [weakref.ref(o) for o in (tape, middle, y)]
    del middle
    assert refs[1]() is not None  # the tape still needs it
    tape.gradient(y, x)
    del tape, y
    assert [r() for r in refs] == [None] * 3


def test_a_tape_that_is_not_persistent_lets_go_after_its_gradient(no_collector):
    x = tf.Variable(np.ones(100))
    with tf.GradientTape() as tape:
        middle = tf.exp(x)
        y = tf.reduce_sum(middle)
    ref = weakref.ref(middle)
    del middle
    tape.gradient(y, x)
    assert ref() is None


def test_nothing_is_left_for_the_collector():
    x = tf.Variable(np.ones(10))
    gc.collect()
    for _ in range(50):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                y = tf.reduce_mean((x * 2.0 - 1.0) ** 2)
            g = tape.gradient(y, x)
        outer.jacobian(g, x)
    assert gc.collect() == 0


def test_an_error_inside_the_block_leaves_no_tape_listening():
    x = tf.Variable(1.0)
    with pytest.raises(tf.errors.InvalidArgumentError), tf.GradientTape():
        x + tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0])
    assert (x + 1.0)._uid == 0


def test_fifty_thousand_ops_in_a_chain():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(50_000):
            y = y + 1.0
    assert float(tape.gradient(y, x)) == 1.0


def peak_of_gradient(op, ops):
    """The most that a gradient through a chain holds above its forward run, in arrays of the chain's size."""
    x = tf.Variable(np.full(100_000, 0.5))
    with tf.GradientTape() as tape:
        y = x
        for k in range(ops):
            y = op(k, y)
        loss = tf.reduce_sum(y)
    del y
    tracemalloc.start()
    tape.gradient(loss, x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 800_000


@pytest.mark.parametrize(
    "op",
    [
        lambda k, y: y * 1.0,
        lambda k, y: tf.tanh(y) if k % 2 else tf.sin(y),
        lambda k, y: y * y if k % 2 else tf.cos(y),
    ],
    ids=["products", "functions", "values used twice"],
)
def test_a_gradient_through_200_ops_holds_at_most_three_arrays_above_the_forward_run(op):
    assert peak_of_gradient(op, 200) < 3.1


def test_threads_do_not_hear_each_other():
    x = tf.Variable(3.0)
    wrong = []

    def work(k):
        for i in range(200):
            with tf.GradientTape() as tape:
                y = x * float(k) + x * x * float(i)
            if float(tape.gradient(y, x)) != k + 6.0 * i:
                wrong.append((k, i))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_ops_of_another_thread_are_not_recorded():
    x, made = tf.Variable(3.0), []
    with tf.GradientTape() as tape:
        thread = threading.Thread(target=lambda: made.append(x * x))
        thread.start()
        thread.join()
    assert tape.gradient(made[0], x) is None


def test_numbers_of_tensors_are_never_given_twice():
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        seen = {tf.add(x, 1.0)._uid for _ in range(1000)}  # each dies at once, and its id() is used again
    assert len(seen) == 1000


def test_large_values_that_no_rule_reads_are_let_go(no_collector):
    x = tf.Variable(np.ones(100_000))
    with tf.GradientTape() as tape:
        middle = x * 3.0
        y = tf.reduce_sum(middle + 1.0)
    ref = weakref.ref(middle._array)
    del middle
    assert ref() is None
    assert tape.gradient(y, x).numpy().tolist() == [3.0] * 100_000
