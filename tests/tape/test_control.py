"""Control flow beyond what is recorded from TensorFlow: higher orders, jacobians, memory, what TensorFlow refuses."""

import gc
import weakref

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import InvalidArgumentError
from tapefit.testing import check_grads, check_recorded, check_rows

X = [0.5, -1.5, 2.0]

FUNCTIONS = {
    "while_loop": lambda x: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x + 1.0), (0, x))[1],
    "map_fn": lambda x: tf.map_fn(lambda v: tf.sin(v) * x[0], x),
    "vectorized_map": lambda x: tf.vectorized_map(lambda v: v * x, x),
    "foldl": lambda x: tf.foldl(lambda a, v: a * v + v, x),
    "foldr": lambda x: tf.foldr(lambda a, v: a * v + v, x),
    "scan": lambda x: tf.scan(lambda a, v: a * v + v, x),
    "TensorArray": lambda x: tf.TensorArray(x.dtype, 3).unstack(x * x).gather([2, 2, 0]),
    "py_function": lambda x: tf.py_function(lambda u: u * u * u, [x], x.dtype),
    "recompute_grad": lambda x: tf.recompute_grad(lambda u: tf.exp(u) * tf.sin(u))(x),
    "recompute_grad of one twice": lambda x: tf.recompute_grad(lambda u, v: u * u * v)(x, x),
    "recompute_grad of two results": lambda x: tf.recompute_grad(lambda u: (u * u, {"a": tf.exp(u)}))(x),
    "recompute_grad of one result": lambda x: tf.recompute_grad(lambda u: (u * u, tf.exp(u)))(x)[1],
    "recompute_grad in itself": lambda x: tf.recompute_grad(lambda u: u * tf.recompute_grad(lambda v: v * v)(u))(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_agree_with_differences_and_rows_with_jacobians(name):
    check_grads(FUNCTIONS[name], [X])
    check_rows(FUNCTIONS[name], [X])
    check_recorded(FUNCTIONS[name], [X])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_forward_mode_agrees(name):
    x, t = tf.constant(X, tf.float64), tf.constant([1.0, -2.0, 0.5], tf.float64)
    with tf.autodiff.ForwardAccumulator(x, t) as acc:
        y = tf.nest.flatten(FUNCTIONS[name](x))[0]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y2 = tf.nest.flatten(FUNCTIONS[name](x))[0]
    jacobian = tape.jacobian(y2, x).numpy()
    np.testing.assert_allclose(acc.jvp(y).numpy(), jacobian @ t.numpy(), rtol=1e-12)


def test_slices_cost_their_size_on_the_way_back():
    x = tf.constant(np.zeros((4000, 5)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.stack([row * 2.0 for row in tf.unstack(x)]))
    assert [r[0].name for r in tape._records].count("unstack") == 1
    assert np.all(tape.gradient(y, x).numpy() == 2.0)


class TestRecomputeGrad:
    def test_what_lies_between_is_let_go(self):
        between = []

        def f(x):
            y = tf.exp(x)
            between.append(weakref.ref(y))
            return tf.sin(y)

        x = tf.Variable(X)
        gc.disable()
        try:
            with tf.GradientTape() as tape:
                y = tf.recompute_grad(f)(x)
            assert between[0]() is None
            g = tape.gradient(y, x)
            assert [ref() for ref in between] == [None, None]
        finally:
            gc.enable()
        np.testing.assert_allclose(g.numpy(), np.exp(X) * np.cos(np.exp(X)), rtol=1e-6)

    def test_the_function_runs_once_for_all_arguments(self):
        calls = []
        w = tf.Variable(3.0)

        def f(x, y):
            calls.append(1)
            return x * y * w

        a, b = tf.Variable(1.0), tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = tf.recompute_grad(f)(a, b)
        assert [g.numpy() for g in tape.gradient(y, [a, b, w])] == [6.0, 3.0, 2.0]
        assert len(calls) == 2

    def test_variables_have_the_values_of_the_forward_run(self):
        w, x = tf.Variable(3.0), tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = tf.recompute_grad(lambda u: u * w * w)(x)
        w.assign(100.0)
        assert [g.numpy() for g in tape.gradient(y, [x, w])] == [9.0, 12.0]
        assert w.numpy() == 100.0

    def test_a_variable_may_be_argument_and_be_read_too(self):
        w = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = tf.recompute_grad(lambda u: u * u * w)(w)
        assert tape.gradient(y, w).numpy() == 12.0

    def test_plain_arguments_and_keywords_pass(self):
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = tf.recompute_grad(lambda u, n, scale=1.0: u**n * scale)(x, 3, scale=5.0)
        assert tape.gradient(y, x).numpy() == 60.0

    def test_nothing_is_kept_without_a_tape(self):
        assert tf.recompute_grad(tf.exp)(tf.constant(0.0)).numpy() == 1.0

    def test_it_keeps_the_functions_name(self):
        def f(x):
            """Of x."""

        assert (tf.recompute_grad(f).__name__, tf.grad_pass_through(f).__doc__) == ("f", "Of x.")


def test_grad_pass_through_needs_the_shape():
    with pytest.raises(InvalidArgumentError, match="keeps the shape"):
        tf.grad_pass_through(tf.reduce_sum)(tf.constant(X))


def test_grad_pass_through_gives_no_gradient_to_what_the_function_reads():
    w, x = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(lambda u: u * w)(x)
    assert y.numpy() == 6.0
    gradients = tape.gradient(y, [x, w])
    assert (gradients[0].numpy(), gradients[1]) == (1.0, None)


def test_while_loop_takes_a_body_that_returns_its_only_variable():
    (i,) = tf.while_loop(lambda i: i < 5, lambda i: i + 1, [tf.constant(0)])
    assert i.numpy() == 5
    (i,) = tf.while_loop(lambda i: True, lambda i: i + 1, [tf.constant(0)], maximum_iterations=3)
    assert i.numpy() == 3


def test_while_loop_carries_a_tensor_array():
    squares = tf.TensorArray(tf.int32, size=3)
    _, squares = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a.write(i, i * i)), (tf.constant(0), squares))
    assert squares.stack().numpy().tolist() == [0, 1, 4]


def test_map_fn_needs_no_signature():
    doubled, rounded = tf.map_fn(lambda v: (v * 2, tf.cast(v, tf.int32)), tf.constant(X))
    assert (doubled.dtype, rounded.dtype) == (tf.float32, tf.int32)
    assert tf.map_fn(lambda p: p[0] + p[1], (tf.constant(X), tf.constant(X))).numpy().tolist() == [1.0, -3.0, 4.0]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: tf.map_fn(lambda v: v, [], None), "empty structure"),
        (lambda: tf.map_fn(1, tf.constant(X)), "'fn' must be callable"),
        (lambda: tf.foldl(1, tf.constant(X)), "'fn' must be callable"),
        (lambda: tf.map_fn(lambda v: (v, v), tf.constant(X), dtype=tf.float32), "signature names 1"),
        (lambda: tf.map_fn(lambda v: tf.cast(v, tf.int32), tf.constant(X), dtype=tf.float32), "float32, got int32"),
        (lambda: tf.case([(True, lambda: 1), (True, lambda: 2)], exclusive=True), "2 conditions hold"),
        (lambda: tf.case([(True, 1)]), "must be callable"),
        (lambda: tf.cond(True, lambda: 1, 2), "'false_fn' must be callable"),
        (lambda: tf.while_loop(lambda i: True, lambda i: i, tf.constant(1)), "list or tuple"),
        (lambda: tf.TensorArray(tf.float32, 1).unstack([1.0, 2.0]), "2 values came"),
        (lambda: tf.py_function(lambda v: (v, v), [1.0], [tf.float32]), "func returned 2"),
    ],
)
def test_a_refusal_says_what_was_expected(call, match):
    with pytest.raises((TypeError, ValueError), match=match):
        call()


def test_scopes_change_nothing():
    with (
        tf.name_scope("layer") as prefix,
        tf.device("/cpu:0"),
        tf.control_dependencies([tf.constant(1)]),
        tf.control_dependencies(lambda: None),
        tf.init_scope(),
    ):
        x = tf.constant(1.0)
    assert (prefix, x.numpy()) == ("layer/", 1.0)
    assert tf.no_gradient("Anything") is None


def test_a_tensor_array_describes_itself():
    a = tf.TensorArray("float32", 2)
    assert (a.dtype, a.dynamic_size, a.element_shape, a.identity()) == (tf.float32, False, None, a)
    assert repr(a.write(0, [1.0])) == "<TensorArray: dtype=float32, size=2, element_shape=(1,)>"
