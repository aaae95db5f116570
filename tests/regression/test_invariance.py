"""A column in another unit, or with another origin, gives the same predictions: every loss, every default solver."""

import numpy as np
import pytest

import tapefit as tf


def lopsided(y, y_hat):
    return tf.where(y > y_hat, 3.0, 1.0) * (y - y_hat) ** 2


def as_it_is(y):
    return y


def counts(y):
    return np.floor(np.exp(np.clip(y, -5, 12) / 4))


def sizes(y):
    return np.exp(np.clip(y, -20, 20) / 4)


def signs(y):
    return (y + np.random.default_rng(1).logistic(size=len(y)) * 3 > 5).astype(float)


LOSSES = {
    "mse": (as_it_is, {}),
    "mae": (as_it_is, {}),
    "huber": (as_it_is, {}),
    "log_cosh": (as_it_is, {}),
    "quantile": (as_it_is, {"quantile": 0.9}),
    "expectile": (as_it_is, {"level": 0.9}),
    "poisson": (counts, {}),
    "gamma": (sizes, {}),
    "tweedie": (sizes, {}),
    "logistic": (signs, {}),
    lopsided: (as_it_is, {}),
}


# Multiples of 2**-20, so that the shifted column holds them without rounding.
@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(200, 3)) * 2**20) / 2**20
    return X, X @ [1.0, -2.0, 3.0] + 5.0 + rng.standard_t(3, size=200)


@pytest.mark.parametrize(("factor", "shift"), [(1e-9, 0.0), (1e9, 0.0), (1.0, 1e8)])
@pytest.mark.parametrize("loss", LOSSES)
def test_predictions_do_not_change_with_the_unit_or_origin_of_a_column(table, loss, factor, shift):
    X, y = table
    target, options = LOSSES[loss]
    other = X.copy()
    other[:, 1] = X[:, 1] * factor + shift
    before, after = (tf.fit(Z, target(y), loss=loss, **options) for Z in (X, other))
    scale = np.max(np.abs(before.predict(X)))
    np.testing.assert_allclose(after.predict(other), before.predict(X), rtol=0, atol=1e-9 * scale)
    np.testing.assert_allclose(after.params[2] * factor, before.params[2], rtol=1e-9)
    np.testing.assert_allclose(after.bse[2] * factor, before.bse[2], rtol=1e-6)
