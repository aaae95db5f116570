"""Gradients of complex functions: TensorFlow's convention, the conjugate of the derivative."""

import numpy as np
import pytest

import tapefit as tf

Z = 3 + 4j


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda z: z * z, 6 - 8j),
        (lambda z: tf.square(z), 6 - 8j),
        (lambda z: tf.abs(z) ** 2, 6 + 8j),
        (lambda z: tf.abs(z), 0.6 + 0.8j),
        (lambda z: tf.math.conj(z), 1),
        (lambda z: tf.exp(z * 1j), np.conj(1j * np.exp(1j * Z))),
        (lambda z: z / (1 + 2j), np.conj(1 / (1 + 2j))),
        (lambda z: (1 + 2j) / z, np.conj(-(1 + 2j) / Z**2)),
        (lambda z: tf.cast(z * z, tf.float64), 6 - 8j),
        (lambda z: tf.reduce_sum(tf.stack([z, z])), 2),
    ],
)
def test_the_gradient_is_the_conjugate(f, expected):
    z = tf.constant(Z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = f(z)
    assert complex(tape.gradient(y, z)) == pytest.approx(expected)


def test_the_gradient_of_the_size_at_zero_is_zero():
    z = tf.constant(0j)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.abs(z)
    assert complex(tape.gradient(y, z)) == 0


def test_a_complex_matrix_product():
    a = tf.constant(np.array([[1 + 1j, 2], [0, 1 - 1j]]))
    b = tf.constant(np.array([[1j, 0], [2, 1 + 2j]]))
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.reduce_sum(tf.matmul(a, b))
    np.testing.assert_allclose(tape.gradient(y, a).numpy(), np.ones((2, 2)) @ b.numpy().conj().T)


def test_second_derivatives_keep_the_convention():
    z = tf.constant(Z)
    with tf.GradientTape() as outer:
        outer.watch(z)
        with tf.GradientTape() as inner:
            inner.watch(z)
            y = z * z * z
        g = inner.gradient(y, z)  # conj(3 z**2)
    assert complex(outer.gradient(g, z)) == pytest.approx(np.conj(6 * Z))


def test_a_jacobian_of_complex_numbers_is_conjugate_too():
    z = tf.constant(np.array([1 + 1j, 2.0]))
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = z * z
    np.testing.assert_allclose(tape.jacobian(y, z).numpy(), np.diag(2 * z.numpy().conj()))


def test_a_real_parameter_of_a_complex_value_has_a_real_gradient():
    x = tf.Variable(2.0, dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = tf.abs(tf.cast(x, tf.complex128) * (3 + 4j))
    g = tape.gradient(y, x)
    assert (float(g), g.dtype.name) == (5.0, "float64")
