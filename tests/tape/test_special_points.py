"""Gradients where the derivative is a convention, or where others have NaN: ours, frozen."""

import numpy as np
import pytest

import tapefit as tf

INF = float("inf")


def gradients(f, *points):
    xs = [tf.Variable(np.asarray(p, np.float64)) for p in points]
    with tf.GradientTape() as tape:
        y = f(*xs)
    return [g.numpy().tolist() for g in tape.gradient(y, xs)]


@pytest.mark.parametrize(
    ("f", "points", "expected"),
    [
        (tf.abs, [0.0], [0.0]),
        (tf.sqrt, [0.0], [INF]),
        (lambda x: tf.sqrt(x) ** 2, [0.0], [0.0]),
        (lambda x: tf.sqrt(x) * 0.0, [0.0], [0.0]),
        (tf.norm, [[0.0, 0.0]], [[0.0, 0.0]]),
        (lambda x: tf.norm(x) ** 2, [[0.0, 0.0]], [[0.0, 0.0]]),
        (lambda x: x**0, [0.0], [0.0]),
        (tf.pow, [0.0, 0.0], [0.0, 0.0]),
        (tf.pow, [-2.0, 2.0], [-4.0, 0.0]),
        (tf.reduce_max, [[1.0, 1.0, 0.0]], [[0.5, 0.5, 0.0]]),
        (tf.reduce_min, [[1.0, 0.0, 0.0]], [[0.0, 0.5, 0.5]]),
        (tf.maximum, [1.0, 1.0], [1.0, 0.0]),
        (tf.minimum, [1.0, 1.0], [1.0, 0.0]),
        (lambda x: tf.maximum(x, x), [1.0], [1.0]),
        (lambda x: tf.clip_by_value(x, 0.0, 1.0), [[0.0, 1.0, -1.0, 2.0]], [[1.0, 1.0, 0.0, 0.0]]),
        (lambda x: tf.where(x > 0, tf.sqrt(x), 0.0), [[-1.0, 0.0]], [[0.0, 0.0]]),
        (lambda x: tf.where(x > 0, tf.math.log(x), 0.0), [[-1.0, 0.0, 2.0]], [[0.0, 0.0, 0.5]]),
        (lambda x: tf.where(x != 0, 1.0 / x, 0.0), [[0.0, 2.0]], [[0.0, -0.25]]),
        (tf.math.reduce_std, [[2.0, 2.0, 2.0]], [[0.0, 0.0, 0.0]]),
        (lambda x: x * tf.math.log(x), [0.0], [-INF]),
        (tf.math.log, [0.0], [INF]),
        (lambda x, y: x / y, [1.0, 0.0], [INF, -INF]),
        (tf.math.divide_no_nan, [1.0, 0.0], [0.0, 0.0]),
        (lambda x: x**0.5, [0.0], [INF]),
        (tf.math.softplus, [[100.0, -800.0]], [[1.0, 0.0]]),
        (tf.sigmoid, [[-800.0, 800.0]], [[0.0, 0.0]]),
        (tf.nn.relu, [0.0], [0.0]),
        (tf.math.sign, [0.0], [0.0]),
    ],
)
def test_the_gradient_at_a_special_point(f, points, expected):
    with np.errstate(invalid="ignore"):  # 0 * log(0)
        assert gradients(f, *points) == expected


@pytest.mark.parametrize("base", [-2.0, 0.0, 2.0])
@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_derivatives_of_whole_powers_at_any_base(base, exponent, order):
    x = tf.Variable(base, dtype=tf.float64)

    def derivative(n):
        if n == 0:
            return x**exponent
        with tf.GradientTape() as tape:
            y = derivative(n - 1)
        return tape.gradient(y, x, unconnected_gradients="zero")

    factor = float(np.prod([exponent - k for k in range(order)]))
    wanted = factor * base ** max(exponent - order, 0) if factor else 0.0
    assert float(derivative(order)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("op", [tf.sqrt, tf.math.log, lambda x: 1.0 / x, lambda x: x**0.5, tf.math.log1p])
def test_a_branch_that_is_not_taken_poisons_nothing(op):
    (g,) = gradients(lambda x: tf.where(x > 0, op(tf.where(x > 0, x, -5.0)), x), [-3.0, 1.0])
    assert np.all(np.isfinite(g))
    (g,) = gradients(lambda x: tf.where(x > 0, op(x), 0.0), [-1.0, 0.0, 1.0])
    assert g[:2] == [0.0, 0.0]
    assert np.isfinite(g[2])


def test_a_gradient_at_a_tie_sums_to_what_came_in():
    (g,) = gradients(lambda x: tf.reduce_max(x, axis=1), [[3.0, 3.0, 3.0], [1.0, 2.0, 2.0]])
    np.testing.assert_allclose(np.sum(g, axis=1), [1.0, 1.0])


def test_overflow_is_not_hidden_behind_a_gradient_of_zero():
    (g,) = gradients(lambda x: tf.math.log(1.0 + tf.exp(x)), 1000.0)
    assert np.isnan(g)
    (g,) = gradients(lambda x: tf.math.log(1.0 + x**200.0), 1e10)
    assert np.isnan(g)


@pytest.mark.parametrize(
    ("f", "points", "expected"),
    [
        (lambda x: tf.math.cumprod(x), [[2.0, 0.0, 3.0, 4.0]], [[1.0, 32.0, 0.0, 0.0]]),
        (tf.reduce_prod, [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]]),
        (tf.reduce_prod, [[0.0, 2.0, 0.0]], [[0.0, 0.0, 0.0]]),
        (tf.reduce_logsumexp, [[-INF, -INF]], [[0.5, 0.5]]),
        (tf.reduce_logsumexp, [[-INF, 0.0]], [[0.0, 1.0]]),
        (tf.math.xlogy, [0.0, 0.0], [0.0, 0.0]),
        (tf.math.xlogy, [0.0, 1.0], [0.0, 0.0]),
        (tf.atan2, [0.0, 0.0], [0.0, 0.0]),
        (tf.math.multiply_no_nan, [2.0, 0.0], [0.0, 2.0]),
        (tf.math.reciprocal_no_nan, [0.0], [0.0]),
        (lambda x: tf.nn.relu6(x), [[0.0, 6.0, 3.0]], [[0.0, 0.0, 1.0]]),
        (lambda x: tf.nn.elu(x), [[1000.0, -1000.0]], [[1.0, 0.0]]),
        (lambda x: tf.where(x < 0, tf.asin(x), 0.0), [[2.0, -0.5]], [[0.0, 1 / np.sqrt(0.75)]]),
    ],
)
def test_the_gradient_at_a_special_point_of_the_further_ops(f, points, expected):
    for got, wanted in zip(gradients(f, *points), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12)
