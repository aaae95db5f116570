"""Fits of so many rows that their columns are gone through twice: the laws that fits of few rows keep."""

import numpy as np
import pytest

from tapefit import LinearRegression
from tapefit.errors import DataWarning
from tapefit.numerics import exact_residual
from tapefit.numerics._doubledouble import from_float

N, P = 120_000, 20  # above 2,000,000 elements


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, P)) + rng.normal(size=P)
    return X, X @ np.arange(1.0, P + 1) + rng.normal(size=N) + 3.0, rng.random(N) + 0.5


def fit(X, y, w=None, **options):
    return LinearRegression(**options).fit(X, y, w).results_


def test_no_direction_is_left_in_the_residuals(rows):
    X, y, w = rows
    for weight in (None, w):
        results = fit(X, y, weight)
        r, g = exact_residual(X, y, weight, results.basis, from_float(results.theta))
        assert np.abs(g).max() < 1e-13 * np.linalg.norm(r) * np.sqrt(N)


def test_standard_errors_are_those_of_lstsq(rows):
    X, y, _ = rows
    results = fit(X, y)
    A = np.column_stack([np.ones(N), X])
    expected, rss = np.linalg.lstsq(A, y)[:2]
    np.testing.assert_allclose(results.params, expected, rtol=1e-12)
    np.testing.assert_allclose(results.bse, np.sqrt(rss / (N - P - 1) * np.diag(np.linalg.inv(A.T @ A))), rtol=1e-11)
    np.testing.assert_allclose(results.rsquared, 1 - rss[0] / np.sum((y - y.mean()) ** 2), rtol=1e-14)


def test_weight_two_is_a_row_twice(rows):
    X, y, _ = rows
    double = np.where(np.arange(N) < 100, 2.0, 1.0)
    twice = fit(np.vstack([X, X[:100]]), np.append(y, y[:100]))
    np.testing.assert_allclose(fit(X, y, double).params, twice.params, rtol=1e-12)


def test_units_and_origins_play_no_part(rows):
    X, y, _ = rows
    plain = fit(X, y)
    scaled = fit(X * 2.0 ** np.arange(-10, 10), y)
    np.testing.assert_array_equal(scaled.params[1:], plain.params[1:] / 2.0 ** np.arange(-10, 10))
    moved = X.copy()
    moved[:, 0] = np.round(moved[:, 0] * 2**20) / 2**20  # so that adding 2**20 rounds nothing
    near, far = fit(moved, y), fit(moved + np.r_[2.0**20, np.zeros(P - 1)], y)
    np.testing.assert_allclose(far.params[1:], near.params[1:], rtol=1e-12)
    np.testing.assert_allclose(far.bse[1:], near.bse[1:], rtol=1e-11)


def test_without_an_intercept_columns_stay_where_they_are(rows):
    X, y, _ = rows
    results = fit(X + 1000.0, y, fit_intercept=False)
    np.testing.assert_allclose(results.params, np.linalg.lstsq(X + 1000.0, y)[0], rtol=1e-9)


def test_a_column_of_a_constant_and_a_twin_are_still_found(rows):
    X, y, _ = rows
    twin = X.copy()
    twin[:, 7], twin[:, 3] = twin[:, 2], 5.0
    with pytest.warns(DataWarning) as told:
        results = fit(twin, y)
    assert [str(one.message)[:24] for one in told] == ["column 'x4' is constant ", "column 'x8' is a combina"]
    assert results.dropped == (4, 8)


def test_targets_far_from_zero_keep_their_variance(rows):
    X, y, _ = rows
    np.testing.assert_allclose(fit(X, y + 1e6).rsquared, fit(X, y).rsquared, rtol=1e-9)
