"""Threads share long loops: the same results with any number of helpers, at once, late, or not there at all."""

import os
import threading
import time

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape.function import _kernel_threads as threads

pytest.importorskip("llvmlite")


@pytest.fixture
def helpers(monkeypatch):
    """Two helpers for every loop of 100,000 additions or more."""
    monkeypatch.setattr(threads, "WORTH", 100_000)
    monkeypatch.setattr(threads, "SHARE", 50_000)
    monkeypatch.setattr(threads, "count", lambda: 3)
    threads._forget()
    yield
    threads._forget()


def several_loops(x, y):
    """Two loops one after the other, numbers between them, arrays and numbers as results."""
    z = tf.exp(x * 0.1) + y
    mean = tf.reduce_mean(z)
    e = tf.sqrt(tf.abs(z - mean))
    return tf.reduce_sum(e * x), e, tf.reduce_max(z) - mean, z > 1.0


def arguments(n, dtype="float32", seed=0):
    rng = np.random.default_rng(seed)
    return [tf.constant(rng.standard_normal(n).astype(dtype)) for _ in range(2)]


def alone(arguments):
    """What one thread finds."""
    f = tf.function(several_loops)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "count", lambda: 1)
        f(*arguments)
        found = [t.numpy() for t in f(*arguments)]
    (kernel,) = f.get_concrete_function(*arguments).kernels
    assert not kernel.shared
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [65_537, 400_001])
def test_the_number_of_threads_changes_nothing(n, dtype, request):
    xs, others = arguments(n, dtype), arguments(n, dtype, seed=1)
    expected = [alone(xs), alone(others)]
    request.getfixturevalue("helpers")
    f = tf.function(several_loops)
    f(*xs), f(*xs)
    (kernel,) = f.get_concrete_function(*xs).kernels
    assert kernel.shared == (0, 1)
    for i in range(200):
        found = f(*(xs, others)[i % 2])
        for a, b in zip(found, expected[i % 2], strict=True):
            np.testing.assert_array_equal(a.numpy(), b)


def test_several_threads_call_shared_kernels_at_once(request):
    given = {seed: arguments(200_000, seed=seed) for seed in range(4)}
    expected = {seed: alone(xs) for seed, xs in given.items()}
    request.getfixturevalue("helpers")
    f, wrong = tf.function(several_loops), []
    f(*given[0])

    def work(seed):
        for _ in range(40):
            for a, b in zip(f(*given[seed]), expected[seed], strict=True):
                if not np.array_equal(a.numpy(), b):
                    wrong.append(seed)

    running = [threading.Thread(target=work, args=(seed,)) for seed in given]
    for t in running:
        t.start()
    for t in running:
        t.join()
    assert wrong == []


@pytest.mark.usefixtures("helpers")
def test_kernels_that_take_turns_call_helpers_from_each_other():
    fs = [tf.function(lambda x, y, c=c: tf.reduce_sum(tf.exp(x * c) * y)) for c in (0.1, 0.2, 0.3)]
    xs = arguments(300_000)
    first = [float(f(*xs)) for f in fs]
    again = [[float(f(*xs)) for f in fs] for _ in range(60)]
    np.testing.assert_allclose(first, again[0], rtol=1e-5)  # NumPy adds in another order
    assert all(found == again[0] for found in again)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_descend_shares_its_loops(optimizer, request):
    def descent():
        x, y = arguments(150_000, "float64")
        w0, w1 = tf.Variable(0.0, dtype=tf.float64), tf.Variable(np.zeros(1))
        found = tf.descend(
            lambda: tf.reduce_mean(tf.nn.softplus(w0 * x + w1 - y)),
            [w0, w1],
            steps=60,
            log_every=20,
            optimizer=optimizer,
        )
        assert found.method == "kernel"
        return [np.array(found.curve).tolist(), float(w0), float(w1[0])]

    expected = descent()
    request.getfixturevalue("helpers")
    assert descent() == expected


@pytest.mark.usefixtures("helpers")
def test_helpers_that_are_busy_elsewhere_are_not_waited_for():
    block = threading.Event()
    for _ in range(2):
        threads._queue().put((block.wait, None))
    xs = arguments(300_000)
    f = tf.function(several_loops)
    f(*xs)
    try:
        for _ in range(5):
            results = [t.numpy() for t in f(*xs)]
    finally:
        block.set()
    for _ in range(50):
        for a, b in zip(f(*xs), results, strict=True):
            np.testing.assert_array_equal(a.numpy(), b)


def helped(seconds):
    """A Helped whose calls take so long, one after the other; and what was called."""
    called, left = [], iter(seconds)
    together = lambda: (called.append("together"), time.sleep(next(left)))
    return threads.Helped(together, lambda: called.append("alone"), (bool, None), ([9], 0), 1 << 30), called


def test_a_call_that_had_to_wait_is_followed_by_calls_alone(monkeypatch):
    monkeypatch.setattr(threads, "_FIRST", 3)
    call, called = helped([0.002, 0.05, 0.002, 0.05, 0.002])
    for _ in range(14):
        call()
    names = " ".join(called)
    assert names == " ".join(["together"] * 2 + ["alone"] * 3 + ["together"] * 2 + ["alone"] * 6 + ["together"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.usefixtures("helpers")
def test_a_child_that_was_forked_has_helpers_of_its_own():
    xs = arguments(300_000)
    f = tf.function(several_loops)
    expected = [f(*xs)[0].numpy() for _ in range(2)][1]
    child = os.fork()
    if child == 0:
        same = all(f(*xs)[0].numpy() == expected for _ in range(5))
        started = any(t.name.startswith("tapefit-kernel") and t.is_alive() for t in threading.enumerate())
        os._exit(0 if same and started else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
