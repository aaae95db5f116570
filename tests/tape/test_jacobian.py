"""Jacobians: shapes, unconnected parts, rows, and nested tapes (contracts A4 and A5)."""

import numpy as np
import pytest

import tapefit as tf


@pytest.fixture
def tape_of():
    def record(f, *xs, **options):
        with tf.GradientTape(**options) as tape:
            tape.watch(list(xs))
            y = f(*xs)
        return tape, y

    return record


@pytest.mark.parametrize(
    ("source", "target"), [((), ()), ((2,), ()), ((), (3,)), ((2, 3), (3, 2)), ((0,), (0,)), ((2,), (2, 2))]
)
def test_the_shape_is_target_then_source(source, target, tape_of):
    x = tf.Variable(np.ones(source))
    flat = int(np.prod(target))
    tape, y = tape_of(lambda x: tf.reshape(tf.reduce_sum(x) * tf.ones(flat, tf.float64), target), x)
    jacobian = tape.jacobian(y, x)
    assert tuple(jacobian.shape) == target + source
    assert np.all(jacobian.numpy() == 1.0)


def test_a_matrix_is_the_jacobian_of_its_product(tape_of):
    a = np.arange(6.0).reshape(2, 3)
    x = tf.Variable(np.ones((3, 1)))
    tape, y = tape_of(lambda x: tf.constant(a) @ x, x)
    np.testing.assert_array_equal(tape.jacobian(y, x).numpy().reshape(2, 3), a)


def test_sources_may_be_a_structure(tape_of):
    a, b = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
    tape, y = tape_of(lambda a, b: a * b, a, b)
    got = tape.jacobian(y, {"b": b, "rest": [a]})
    assert list(got) == ["b", "rest"]
    assert got["b"].numpy().tolist() == [1.0, 2.0]
    assert got["rest"][0].numpy().tolist() == [[3.0, 0.0], [0.0, 3.0]]


@pytest.mark.parametrize(("how", "wanted"), [("none", None), ("zero", [[0.0, 0.0, 0.0]] * 2)])
def test_an_unconnected_source_follows_the_argument(how, wanted, tape_of):
    x, other = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 2.0, 3.0])
    tape, y = tape_of(lambda x, _: x * x, x, other)
    got = tape.jacobian(y, other, unconnected_gradients=how)
    assert (got if got is None else got.numpy().tolist()) == wanted


@pytest.mark.parametrize(("how", "wanted"), [("none", None), ("zero", np.zeros((2, 3, 2)).tolist())])
def test_an_unconnected_batch_jacobian_follows_the_argument(how, wanted, tape_of):
    x, other = tf.Variable(np.ones((2, 3))), tf.Variable(np.ones((2, 2)))
    tape, y = tape_of(lambda x, _: x * x, x, other)
    got = tape.batch_jacobian(y, other, unconnected_gradients=how)
    assert (got if got is None else got.numpy().tolist()) == wanted


def test_the_jacobian_of_itself_is_the_identity(tape_of):
    x = tf.Variable([1.0, 2.0])
    tape, _ = tape_of(lambda x: x * x, x)
    assert tape.jacobian(x, x).numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_a_whole_number_target_gives_none(tape_of):
    x = tf.Variable([1.0, 2.0])
    tape, y = tape_of(lambda x: tf.cast(x, tf.int32), x)
    assert tape.jacobian(y, x) is None


@pytest.mark.parametrize("bad", [[tf.constant(1.0)], 5.0, None])
def test_a_target_that_is_not_one_tensor_is_an_error(bad, tape_of):
    x = tf.Variable([1.0, 2.0])
    tape, _ = tape_of(lambda x: x * x, x)
    with pytest.raises(TypeError):
        tape.jacobian(bad, x)


@pytest.mark.parametrize("options", [{"experimental_use_pfor": False}, {"parallel_iterations": 2}])
def test_the_loop_options_of_tensorflow_change_nothing(options, tape_of):
    x = tf.Variable([1.0, 2.0])
    tape, y = tape_of(lambda x: x * x, x)
    assert tape.jacobian(y, x, **options).numpy().tolist() == [[2.0, 0.0], [0.0, 4.0]]


def test_batch_jacobian_is_the_diagonal_of_the_jacobian(tape_of):
    x = tf.Variable(np.random.default_rng(0).normal(size=(4, 3)))
    w = tf.constant(np.random.default_rng(1).normal(size=(3, 2)))
    tape, y = tape_of(lambda x: tf.tanh(x @ w), x, persistent=True)
    rows, full = tape.batch_jacobian(y, x).numpy(), tape.jacobian(y, x).numpy()
    assert rows.shape == (4, 2, 3)
    for i in range(4):
        np.testing.assert_array_equal(rows[i], full[i, :, i])


@pytest.mark.parametrize(
    ("x", "f", "words"),
    [
        (np.ones(2), lambda x: x * x, "rank at least 2"),
        (np.ones((2, 2)), lambda x: tf.reshape(x * x, (1, 4)), r"\(\(1, 4\)\) and source shape \(\(2, 2\)\)"),
    ],
)
def test_batch_jacobian_needs_rows(x, f, words, tape_of):
    x = tf.Variable(x)
    tape, y = tape_of(f, x)
    with pytest.raises(ValueError, match=words):
        tape.batch_jacobian(y, x)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_nested_tapes_give_higher_derivatives(order):
    x = tf.Variable(2.0)

    def derivative(n):
        if n == 0:
            return x**5
        with tf.GradientTape() as tape:
            y = derivative(n - 1)
        return tape.gradient(y, x)

    factor = [5, 20, 60, 120][order - 1]
    assert float(derivative(order)) == pytest.approx(factor * 2.0 ** (5 - order))


def test_the_outer_tape_must_watch_a_constant_too():
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        g = inner.gradient(y, x)
    assert outer.gradient(g, x) is None


def test_an_inner_gradient_outside_the_outer_block_gives_none():
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = x**3
    g = inner.gradient(y, x)
    assert outer.gradient(g, x) is None


def test_a_hessian_is_the_jacobian_of_a_gradient():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**3) + x[0] * x[1]
        g = inner.gradient(y, x)
    assert outer.jacobian(g, x).numpy().tolist() == [[6.0, 1.0], [1.0, 12.0]]


def test_a_hessian_times_a_vector_by_output_gradients():
    x, v = tf.Variable([1.0, 2.0]), tf.constant([1.0, 10.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**3)
        g = inner.gradient(y, x)
    assert outer.gradient(g, x, output_gradients=v).numpy().tolist() == [6.0, 120.0]


def test_perturbations_are_not_confused():
    x = tf.Variable(1.0)
    with tf.GradientTape() as outer:
        y = tf.Variable(1.0)
        with tf.GradientTape() as inner:
            s = x + y
        z = x * inner.gradient(s, y)
    assert float(outer.gradient(z, x)) == 1.0


def test_tapes_opened_in_a_loop_inside_a_tape():
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        total = tf.constant(0.0)
        for _ in range(3):
            with tf.GradientTape() as inner:
                y = x**3
            total += inner.gradient(y, x)
    assert float(outer.gradient(total, x)) == 36.0
