"""Functions with gradients of their own (contract A5)."""

import numpy as np
import pytest

import tapefit as tf


@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)
    return tf.math.log(1.0 + e), lambda upstream: upstream * (1.0 - 1.0 / (1.0 + e))


def test_the_function_says_its_gradient():
    x = tf.Variable(100.0)
    with tf.GradientTape() as tape:
        y = log1pexp(x)
    assert float(tape.gradient(y, x)) == 1.0
    assert float(log1pexp(tf.constant(1.0))) == pytest.approx(1.3132616)


def test_the_second_derivative_goes_through_the_gradient_function():
    x = tf.Variable(1.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = log1pexp(x)
        g = inner.gradient(y, x)
    assert float(g) == pytest.approx(0.7310586)
    assert float(outer.gradient(g, x)) == pytest.approx(0.19661194)


def test_several_inputs_and_outputs_are_asked_once():
    asked = []

    @tf.custom_gradient
    def f(a, b):
        def grad(da, db):
            asked.append((float(da), float(db)))
            return da * 10.0, db * 100.0

        return (a * 1.0, b * 1.0), grad

    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        first, second = f(a, b)
        both = first + second
    assert [float(g) for g in tape.gradient(both, [a, b])] == [10.0, 100.0]
    assert asked == [(1.0, 1.0)]
    assert [float(g) for g in tape.gradient(first, [a, b])] == [10.0, 0.0]


def test_keyword_arguments_numpy_inside_and_python_numbers_as_gradients():
    @tf.custom_gradient
    def f(x, scale=1.0):
        return tf.constant(np.sin(x.numpy()) * scale), lambda g: 7.0

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x, scale=np.float32(5.0))
    g = tape.gradient(y, x)
    assert (float(g), g.dtype) == (7.0, tf.float32)


def test_a_gradient_of_none():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.custom_gradient(lambda x: (x * x, lambda g: None))(x)
    assert tape.gradient(y, x) is None


def test_variables_have_gradients_of_their_own():
    v = tf.Variable(3.0)

    @tf.custom_gradient
    def f(x):
        def grad(g, variables=None):
            assert [w is v for w in variables] == [True]
            return g * v, [g * x]

        return x * v, grad

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x)
    assert [float(g) for g in tape.gradient(y, [x, v])] == [3.0, 2.0]


def test_variables_without_the_keyword_are_an_error():
    v = tf.Variable(3.0)
    with pytest.raises(TypeError, match="must accept keyword argument 'variables'"):
        tf.custom_gradient(lambda x: (x * v, lambda g: g))(tf.constant(1.0))


@pytest.mark.parametrize("returned", [1.0, (1.0,), (1.0, 2.0), None])
def test_a_function_without_a_gradient_function_is_an_error(returned):
    with pytest.raises(TypeError, match="return result, grad_fn"):
        tf.custom_gradient(lambda x: returned)(tf.constant(1.0))


@pytest.mark.parametrize(("gradients", "n"), [(lambda g: [g], 1), (lambda g: [g, g, g], 3), (lambda g: [], 0)])
def test_the_number_of_gradients_must_fit(gradients, n):
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.custom_gradient(lambda a, b: (a * b, gradients))(a, b)
    with pytest.raises(ValueError, match=f"expected to return 2 gradients, but returned {n}"):
        tape.gradient(y, [a, b])


def test_a_gradient_of_another_shape_is_an_error():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.custom_gradient(lambda x: (x * x, lambda g: tf.ones(3)))(x)
    with pytest.raises(ValueError, match=r"shape \(3,\), but the argument \(2,\)"):
        tape.gradient(y, x)


def test_a_gradient_that_is_clipped():
    clip = tf.custom_gradient(lambda x: (tf.identity(x), lambda g: tf.clip_by_norm(g, 0.5)))
    v = tf.Variable([2.0])
    with tf.GradientTape() as tape:
        y = clip(v) * 3.0
    assert tape.gradient(y, v).numpy().tolist() == [0.5]


def test_a_jacobian_goes_through_a_custom_gradient_row_by_row():
    v = tf.Variable([2.0, 3.0])

    @tf.custom_gradient
    def f(x, y):
        assert len(x.shape) == 1

        def grad(g, h, variables=None):
            assert g.shape == h.shape == (2,)  # as f gave them, without an axis before
            return [g * 7.0, h * 3.0], [g * 5.0]

        return (x * y * v, x - y), grad

    x, y = tf.Variable([1.0, 2.0]), tf.Variable([5.0, 6.0])
    with tf.GradientTape(persistent=True) as tape:
        first, second = f(x, y)
        both = tf.concat([first, tf.reshape(second, [-1]) * 2.0], 0)
        rows = tf.reshape(first, [2, 1]) * tf.ones([2, 3])
        empty = first[2:]
    eye, none = np.eye(2), np.zeros((2, 2))
    wanted = [np.vstack([7 * eye, none]), np.vstack([none, 6 * eye]), np.vstack([5 * eye, none])]
    for got, w in zip(tape.jacobian(both, [x, y, v]), wanted, strict=True):
        assert got.numpy().tolist() == w.tolist()
    assert tape.jacobian(rows, x).shape == (2, 3, 2)
    assert tape.jacobian(empty, x).shape == (0, 2)
    assert tape.jacobian(first, y).numpy().tolist() == none.tolist()


def test_a_hessian_goes_through_a_custom_gradient():
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda g: g * 3.0 * x**2

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = cube(x)
        jacobian = tape.jacobian(y, x)
    assert jacobian.numpy().tolist() == [[3.0, 0.0], [0.0, 12.0]]
    assert outer.jacobian(jacobian, x).numpy().tolist() == [[[6.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 12.0]]]
