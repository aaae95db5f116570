"""value_and_gradient, hessian and hvp: what the tape gives, in one call."""

import numpy as np
import pytest

import tapefit as tf


def cubic(x):
    return tf.reduce_sum(x**3) + x[0] * x[1]


def test_value_and_gradient_of_the_first_argument():
    value, gradient = tf.value_and_gradient(lambda w, x: tf.reduce_sum(w * x))(3.0, np.array([1.0, 2.0]))
    assert (float(value), float(gradient)) == (9.0, 3.0)


@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1, 0)])
def test_the_arguments_chosen(argnums):
    _, got = tf.value_and_gradient(lambda a, b: a * b, argnums=argnums)(2.0, 5.0)
    wanted = {0: 5.0, 1: 2.0}
    if isinstance(argnums, int):
        assert float(got) == wanted[argnums]
    else:
        assert tuple(map(float, got)) == tuple(wanted[i] for i in argnums)


def test_structures_of_parameters_and_further_options():
    parameters = {"w": tf.Variable([1.0, 2.0]), "b": 0.5}

    def loss(p, x, *, power):
        return tf.reduce_mean((p["w"] * x + p["b"]) ** power)

    value, gradient = tf.value_and_gradient(loss)(parameters, 2.0, power=2)
    assert float(value) == 13.25
    assert gradient["w"].numpy().tolist() == [5.0, 9.0]
    assert float(gradient["b"]) == 7.0


def test_without_arguments_the_variables_that_are_read():
    a, b, unused = tf.Variable(2.0), tf.Variable(5.0), tf.Variable(1.0)
    value, gradients = tf.value_and_gradient(lambda: b * b * a)()
    assert float(value) == 50.0
    assert list(map(float, gradients)) == [25.0, 20.0]
    assert float(unused) == 1.0


def test_an_argument_that_is_not_used_gives_none():
    _, gradient = tf.value_and_gradient(lambda a, b: b * 2.0)(1.0, tf.constant(2.0))
    assert gradient is None


def test_an_argument_that_does_not_come_is_an_error():
    with pytest.raises(IndexError, match="argument 1"):
        tf.value_and_gradient(lambda a: a, argnums=1)(1.0)


def test_the_name_and_docstring_stay():
    assert tf.value_and_gradient(cubic).__name__ == tf.hessian(cubic).__name__ == tf.hvp(cubic).__name__ == "cubic"


@pytest.mark.parametrize("make", [list, np.array, tf.constant, tf.Variable])
def test_a_hessian(make):
    got = tf.hessian(cubic)(make([1.0, 2.0]))
    assert got.numpy().tolist() == [[6.0, 1.0], [1.0, 12.0]]


def test_a_hessian_of_a_matrix_has_four_axes_and_further_arguments():
    x = np.arange(6.0).reshape(2, 3)
    got = tf.hessian(lambda x, k: tf.reduce_sum(tf.exp(x) * k))(x, 2.0)
    np.testing.assert_allclose(got.numpy().reshape(6, 6), np.diag(2.0 * np.exp(x.ravel())), rtol=1e-12)
    assert got.shape == (2, 3, 2, 3)


@pytest.mark.parametrize("f", [lambda x: tf.reduce_sum(x), lambda x: tf.constant(1.0)])
def test_a_function_without_curvature_has_a_hessian_of_zeros(f):
    assert tf.hessian(f)([1.0, 2.0]).numpy().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert tf.hvp(f)([1.0, 2.0], [1.0, 1.0]).numpy().tolist() == [0.0, 0.0]


def test_a_hessian_through_a_gather():
    got = tf.hessian(lambda x: tf.reduce_sum(tf.gather(x, [0, 0, 1]) ** 2))(tf.constant([1.0, 2.0, 3.0]))
    assert got.numpy().tolist() == [[4.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]


def test_what_a_hessian_refuses():
    with pytest.raises(ValueError, match=r"shape \(\), got \(2,\)"):
        tf.hessian(lambda x: x * x)([1.0, 2.0])
    with pytest.raises(TypeError, match="one tensor"):
        tf.hessian(lambda p: p["a"] * p["a"])({"a": tf.constant(1.0)})


def test_a_product_with_the_hessian_equals_the_product_of_the_hessian():
    rng = np.random.default_rng(0)
    x, v = rng.normal(size=5), rng.normal(size=5)
    a = rng.normal(size=(5, 5))

    def f(x):
        return tf.reduce_sum(tf.tanh(tf.linalg.matvec(tf.constant(a), x)) ** 2) + tf.reduce_sum(tf.sin(x) * x)

    full = tf.hessian(f)(x).numpy()
    np.testing.assert_allclose(full, full.T, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(tf.hvp(f)(x, v).numpy(), full @ v, rtol=1e-10)
    point = tf.constant(x)
    with tf.autodiff.ForwardAccumulator(point, v) as acc:
        _, gradient = tf.value_and_gradient(f)(point)
    np.testing.assert_allclose(acc.jvp(gradient).numpy(), full @ v, rtol=1e-10)


def test_a_product_with_the_hessian_of_a_structure():
    p = {"a": tf.Variable(2.0), "b": tf.constant([1.0, 3.0])}
    got = tf.hvp(lambda p: tf.reduce_sum(p["a"] ** 2 * p["b"]))(p, {"a": 1.0, "b": np.array([0.0, 1.0])})
    assert float(got["a"]) == 12.0
    assert got["b"].numpy().tolist() == [4.0, 4.0]


@pytest.mark.parametrize(("v", "words"), [([1.0], "shape and dtype"), (tf.ones(2, tf.float64), "float32")])
def test_what_a_product_with_the_hessian_refuses(v, words):
    with pytest.raises(ValueError, match=words):
        tf.hvp(cubic)(tf.constant([1.0, 2.0]), v)


def test_shortcuts_are_recorded_by_outer_tapes():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        _, g = tf.value_and_gradient(cubic)(x)
        curvature = tf.reduce_sum(tf.hvp(cubic)(x, [1.0, 1.0]))
        total = tf.reduce_sum(g) + curvature
    assert tape.gradient(total, x).numpy().tolist() == [6.0 + 1.0 + 6.0, 12.0 + 1.0 + 6.0]
