"""Memory for a kernel's results is used again, and nobody sees a value change that he holds."""

import sys
import threading

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape.function import _kernel_builtin as builtins
from tapefit.tape.function import _kernel_call as calls

pytest.importorskip("llvmlite")

SHAPES = [(), (1,), (3,), (50, 4)]


def decay(shape):
    """A function that changes two variables and returns a tensor of their shape and a number."""
    v, w = tf.Variable(np.full(shape, 1.0)), tf.Variable(np.full(shape, 2.0))
    x = tf.constant(np.linspace(0, 0.1, 40))

    @tf.function
    def f():
        both = tf.exp(v * 0.1) * w * tf.reduce_mean(tf.exp(x * tf.reduce_sum(v)))
        v.assign_sub(v * 0.25)
        w.assign(w * 0.5 + v)
        return both, tf.reduce_sum(both), v + w

    f()
    f()
    assert f.get_concrete_function().kernels
    return f, v, w


HOLDS = {
    "the tensor": lambda v: v.read_value(),
    "the value itself": lambda v: v._value,
    "the array": lambda v: v._value._array,
    "a view of it": lambda v: v._value._array.reshape(-1)[::-1],
    "a copy op": tf.identity,
    "a reshaped tensor": lambda v: tf.reshape(v, [-1]),
    "a stopped gradient": lambda v: tf.stop_gradient(v),
}


def numbers(x):
    return np.array(x.numpy() if isinstance(x, tf.Tensor) else x)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", sorted(HOLDS))
def test_what_is_held_of_a_variable_never_changes(how, shape):
    f, v, w = decay(shape)
    held = []
    for i in range(9):
        f()
        if i % 3 != 1:
            held += [(x, numbers(x)) for x in (HOLDS[how](v), HOLDS[how](w))]
    for x, before in held:
        np.testing.assert_array_equal(numbers(x), before)


@pytest.mark.parametrize("shape", SHAPES)
def test_results_that_are_held_never_change(shape):
    f, _, _ = decay(shape)
    held = []
    for i in range(12):
        results = f()
        if i % 4 < 2:
            held += [(x, numbers(x)) for x in results]
        elif i % 4 == 2:  # only what lies in the memory of a result
            held.append((x := tf.reshape(results[0], [-1]), numbers(x)))
    for x, before in held:
        np.testing.assert_array_equal(numbers(x), before)


def test_a_value_that_a_tape_read_never_changes():
    f, v, _ = decay((3,))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(v * v * v)
    wanted = 3 * v.numpy() ** 2
    for _ in range(5):
        f()
        np.testing.assert_array_equal(tape.gradient(y, v).numpy(), wanted)


def test_the_variables_go_on_from_what_was_assigned_to_them_between():
    def loop(decorate):
        v = tf.Variable(np.arange(4.0))
        s = tf.Variable(1.0)

        def f():
            v.assign_sub(tf.exp(-v) * 0.5)
            s.assign(s * 0.5 + tf.cast(tf.reduce_sum(v), tf.float32))
            return v * 2.0

        run, found = decorate(f), []
        for i in range(8):
            found += [run().numpy(), v.numpy(), s.numpy()]
            if i % 3 == 0:
                v.assign(v * 3.0)
            if i % 3 == 1:
                s.assign_add(1.0)
        return found

    for a, b in zip(loop(tf.function), loop(lambda f: f), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_one_value_for_two_variables_stays_two_values():
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    x = tf.constant(np.linspace(0, 1, 30, dtype=np.float32))

    @tf.function
    def f():
        total = tf.reduce_sum(tf.exp(x) * v)
        v.assign(total)
        w.assign(total)

    f()
    for _ in range(4):
        f()
        assert float(v) == float(w)
    before = float(w)
    v.assign(0.5)
    f()
    assert float(w) == float(v) != before


def test_the_memory_of_a_result_is_used_again():
    @tf.function
    def f(x):
        return tf.exp(x) * x + 1.0

    x = tf.ones(1000)
    f(x)
    assert len({f(x)._array.ctypes.data for _ in range(20)}) == 2


def test_large_results_are_not_kept(monkeypatch):
    monkeypatch.setattr(calls, "_LARGE", 1000)

    @tf.function
    def f(x):
        v.assign(v * 0.5)
        return tf.exp(x) * x + 1.0, v * 1.0

    v, x = tf.Variable(np.ones(1000)), tf.ones(1000)
    f(x)
    first, second = f(x), f(x)
    np.testing.assert_array_equal(first[0].numpy(), second[0].numpy())
    owners = sys.getrefcount(first[0]._array)
    assert owners == 2  # the tensor, and the question
    assert first[1].numpy()[0] == 2 * second[1].numpy()[0] == 2 * v.numpy()[0]


def test_where_references_are_not_counted_memory_is_always_new(monkeypatch):
    monkeypatch.setattr(calls, "ALONE", -1)
    monkeypatch.setattr(calls, "references", lambda x: 0)
    f, v, _ = decay((3,))
    held = [(v._value, v.numpy()) for _ in range(6) if f()]
    assert len({id(t) for t, _ in held}) == 6
    for t, before in held:
        np.testing.assert_array_equal(t.numpy(), before)


def test_threads_that_share_variables_see_whole_values():
    v = tf.Variable(np.zeros(64))
    x = tf.constant(np.ones(64))

    @tf.function
    def f():
        v.assign((v + x) * 1.0)

    f()
    wrong, done = [], threading.Event()

    def look():
        while not done.is_set():
            seen = v.read_value()
            before = seen.numpy()
            if len(set(before)) > 1 or not np.array_equal(seen.numpy(), before):
                wrong.append(before)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for t in watchers:
        t.start()
    for _ in range(20_000):
        f()
    done.set()
    for t in watchers:
        t.join()
    assert wrong == []
    assert v.numpy()[0] == 20_001


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="CPython's builtins")
def test_a_kernel_is_a_builtin_function_that_returns_none():
    words = np.zeros(4, np.int64)
    f, *_ = decay(())
    (kernel,) = f.get_concrete_function().kernels
    frame = calls.Frame(kernel)
    run = frame.runner()
    assert type(run) is type(len)
    before = sys.getrefcount(None)
    assert [run() for _ in range(1000)] == [None] * 1000
    assert abs(sys.getrefcount(None) - before) < 50
    with pytest.raises(TypeError):
        run(1)
    assert builtins._starts_with_address(words)
    assert not builtins._starts_with_address([1, 2])


def test_without_builtins_kernels_run_all_the_same(monkeypatch):
    f, v, _ = decay((3,))
    wanted = [x.numpy() for _ in range(3) for x in f()]
    monkeypatch.setattr(builtins, "_starts_with_address", lambda words: False)
    g, w, _ = decay((3,))
    assert [x.numpy().tolist() for _ in range(3) for x in g()] == [x.tolist() for x in wanted]
    np.testing.assert_array_equal(v.numpy(), w.numpy())


@pytest.mark.parametrize("columns", [True, False])
def test_a_step_of_several_columns_goes_on_from_what_the_variables_are(columns):
    rng = np.random.default_rng(1)
    X, y = tf.constant(rng.standard_normal((40, 3))), tf.constant(rng.standard_normal((40, 1) if columns else 40))

    def loop(decorate):
        w, b = tf.Variable(np.zeros((3, 1) if columns else 3)), tf.Variable(0.0, dtype=tf.float64)

        def step():
            with tf.GradientTape() as tape:
                eta = tf.matmul(X, w) if columns else tf.linalg.matvec(X, w)
                loss = tf.reduce_mean((eta + b - y) ** 2)
            dw, db = tape.gradient(loss, [w, b])
            w.assign_sub(0.1 * dw)
            b.assign_sub(0.1 * db)
            return loss

        run, found, held = decorate(step), [], []
        for i in range(12):
            found += [run().numpy(), w.numpy(), b.numpy()]
            held.append((w.read_value(), w.numpy()))
            if i % 4 == 2:
                w.assign(w * 0.5)
            if i % 4 == 3:
                w.assign(np.asfortranarray(w.numpy()))
        assert all(np.array_equal(t.numpy(), before) for t, before in held)
        return found

    for a, b in zip(loop(tf.function), loop(lambda f: f), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)
