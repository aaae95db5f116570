"""Special functions: values against SciPy, gradients where TensorFlow has none, ends of domains."""

import numpy as np
import pytest
from scipy import special

import tapefit as tf
from tapefit.errors import InvalidArgumentError
from tapefit.testing import check_grads


def gradients(f, *points):
    xs = [tf.constant(np.asarray(p, np.float64)) for p in points]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return [None if g is None else g.numpy() for g in tape.gradient(y, xs)]


@pytest.mark.parametrize(
    ("f", "points"),
    [
        (tf.math.igamma, ([0.3, 0.5, 3.0, 40.0, 40.0], [0.1, 2.0, 3.5, 20.0, 60.0])),
        (tf.math.igammac, ([0.3, 0.5, 3.0, 40.0, 40.0], [0.1, 2.0, 3.5, 20.0, 60.0])),
        (tf.math.betainc, ([0.4, 2.0, 30.0], [3.0, 0.5, 20.0], [0.2, 0.9, 0.55])),
        (tf.math.lbeta, ([[0.5, 1.5], [2.0, 3.0]],)),
        (lambda x: tf.math.zeta(tf.constant(2.5, tf.float64), x), ([0.3, 2.0],)),
        (lambda x: tf.math.polygamma(tf.constant(2.0, tf.float64), x), ([0.3, 2.0],)),
    ],
)
def test_gradients_agree_with_differences_in_every_argument(f, points):
    check_grads(f, points, rtol=1e-5)


def test_derivatives_in_the_shape_parameters_are_those_of_known_integrals():
    # I_x(a, 1) = x**a and I_x(1, b) = 1 - (1 - x)**b
    a, b, x = 2.5, 3.5, 0.3
    by_a, _, _ = gradients(tf.math.betainc, a, 1.0, x)
    assert by_a == pytest.approx(x**a * np.log(x), rel=1e-12)
    _, by_b, _ = gradients(tf.math.betainc, 1.0, b, x)
    assert by_b == pytest.approx(-((1 - x) ** b) * np.log(1 - x), rel=1e-12)


def test_the_tail_keeps_its_relative_precision():
    # Q(1/2, x) = erfc(sqrt(x)); far out its derivative in a is Q times log(x) - digamma(a) and less
    (by_a, _) = gradients(tf.math.igammac, 0.5, 300.0)
    h = 1e-4
    slope = (special.gammaincc(0.5 + h, 300.0) - special.gammaincc(0.5 - h, 300.0)) / (2 * h)
    assert by_a == pytest.approx(slope, rel=1e-6)
    assert 0 < by_a < 1e-120


def test_shape_parameters_may_be_large():
    by_a, by_x = gradients(tf.math.igamma, 1e5, 1e5 + 100)
    assert by_a == pytest.approx(-float(by_x), rel=1e-2)
    assert by_x == pytest.approx(np.exp(-0.05) / np.sqrt(2e5 * np.pi), rel=1e-2)


@pytest.mark.parametrize("f", [tf.math.igamma, tf.math.igammac])
def test_ends_of_the_incomplete_gamma_function(f):
    by_a, by_x = gradients(f, [1.0, 2.0, 1.0], [0.0, 0.0, 50.0])
    assert np.all(by_a[:2] == 0)
    assert np.abs(by_x[:2]).tolist() == [1.0, 0.0]
    assert np.isnan(gradients(f, -1.0, 1.0)[0])


def test_ends_of_the_incomplete_beta_function():
    by_a, by_b, by_x = gradients(tf.math.betainc, [2.0, 2.0, 1.0], [2.0, 2.0, 1.0], [0.0, 1.0, 0.0])
    assert by_a.tolist() == by_b.tolist() == [0.0, 0.0, 0.0]
    assert by_x.tolist() == [0.0, 0.0, 1.0]


def test_parameters_without_a_known_derivative_give_none():
    assert gradients(tf.math.zeta, 2.0, 1.5)[0] is None
    assert gradients(tf.math.polygamma, 1.0, 1.5)[0] is None


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_bessel_functions_have_derivatives_of_any_order_also_at_zero(order):
    x = tf.Variable(0.0, dtype=tf.float64)

    def derivative(f, n):
        if n == 0:
            return f(x)
        with tf.GradientTape() as tape:
            y = derivative(f, n - 1)
        return tape.gradient(y, x)

    assert float(derivative(tf.math.special.bessel_j1, order)) == pytest.approx(special.jvp(1, 0.0, order), abs=1e-14)
    assert float(derivative(tf.math.bessel_i1, order)) == pytest.approx(special.ivp(1, 0.0, order), abs=1e-14)


def test_spence_is_smooth_at_one():
    check_grads(tf.math.special.spence, [[1.0, 1.0 + 1e-9, 0.999]])


def test_integers_are_refused_by_name():
    with pytest.raises(InvalidArgumentError, match="erf cannot take a int32"):
        tf.math.erf(tf.constant([1, 2]))
    with pytest.raises(InvalidArgumentError, match="betainc cannot take a int32"):
        tf.math.betainc(1, 2, 3)


@pytest.mark.parametrize("name", sorted(tf.math.special.__all__))
def test_every_function_keeps_narrow_dtypes(name):
    f = getattr(tf.math.special, name)
    for dtype in (tf.float16, tf.float32):
        y = f(tf.constant([0.5, 1.5], dtype))
        assert y.dtype is dtype
        wanted = f(tf.constant([0.5, 1.5], tf.float64)).numpy()
        np.testing.assert_allclose(y.numpy(), wanted, rtol=2e-3 if dtype is tf.float16 else 2e-6)


def test_an_argument_outside_the_domain_warns_of_nothing():
    assert np.isnan(float(tf.math.special.bessel_y0(tf.constant(-1.0))))
    assert np.isinf(float(tf.math.erfinv(tf.constant(1.0))))
    assert np.isnan(float(tf.math.digamma(tf.constant(0.0))))
    assert float(tf.math.special.expint(tf.constant(-1.0))) == pytest.approx(-0.21938393, rel=1e-6)
