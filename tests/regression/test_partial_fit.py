"""partial_fit: rows in batches of any size give what fit gives for all of them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from tapefit import LinearRegression
from tapefit.errors import DataWarning


@pytest.fixture
def rows() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3)) * [1.0, 1e6, 1e-6] + [0.0, 1e8, 3.0]
    return X, X @ [1.0, 2e-6, 3e6] + rng.normal(size=60)


@pytest.mark.parametrize("size", [7, 20, 60])
@pytest.mark.parametrize("intercept", [True, False])
def test_batches_give_what_fit_gives(rows: tuple[Any, Any], size: int, intercept: bool) -> None:
    X, y = rows
    whole = LinearRegression(fit_intercept=intercept).fit(X, y)
    model = LinearRegression(fit_intercept=intercept)
    for i in range(0, len(y), size):
        model.partial_fit(X[i : i + size], y[i : i + size])
    np.testing.assert_allclose(model.coef_, whole.coef_, rtol=1e-13)
    assert model.intercept_ == pytest.approx(whole.intercept_, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(model.predict(X), whole.predict(X), rtol=1e-13)
    a, b = model.results_, whole.results_
    np.testing.assert_allclose(a.bse, b.bse, rtol=1e-9)
    for name in ("nobs", "df_resid", "scale", "rsquared", "rsquared_adj", "fvalue", "llf", "aic", "bic"):
        assert getattr(a, name) == pytest.approx(getattr(b, name), rel=1e-10)


def test_weights_count_as_in_fit(rows: tuple[Any, Any]) -> None:
    X, y = rows
    weight = np.arange(60) % 4.0
    whole = LinearRegression().fit(X, y, sample_weight=weight)
    model = LinearRegression()
    for i in range(0, 60, 13):
        model.partial_fit(X[i : i + 13], y[i : i + 13], sample_weight=weight[i : i + 13])
    np.testing.assert_allclose(model.coef_, whole.coef_, rtol=1e-12)
    assert model.results_.llf == pytest.approx(whole.results_.llf, rel=1e-10)


def test_fit_starts_anew(rows: tuple[Any, Any]) -> None:
    X, y = rows
    model = LinearRegression().partial_fit(X, y).fit(X[:30], y[:30]).partial_fit(X[30:], y[30:])
    np.testing.assert_allclose(model.coef_, LinearRegression().fit(X[30:], y[30:]).coef_, rtol=1e-10)


def test_a_pickled_model_goes_on(rows: tuple[Any, Any]) -> None:
    X, y = rows
    half = LinearRegression().partial_fit(X[:30], y[:30])
    copies = [pickle.loads(pickle.dumps(half)), copy.deepcopy(half)]
    want = half.partial_fit(X[30:], y[30:]).coef_
    for model in copies:
        np.testing.assert_array_equal(model.partial_fit(X[30:], y[30:]).coef_, want)


def test_too_few_rows_so_far_drop_columns_with_a_warning(rows: tuple[Any, Any]) -> None:
    X, y = rows
    model = LinearRegression()
    with pytest.warns(DataWarning, match="dropped"):
        model.partial_fit(X[:2], y[:2])
    assert (model.coef_[1:] == 0).all()
    model.partial_fit(X[2:], y[2:])
    np.testing.assert_allclose(model.coef_, LinearRegression().fit(X, y).coef_, rtol=1e-13)


def test_a_loss_that_does_not_add_up_has_no_partial_fit() -> None:
    assert hasattr(LinearRegression(), "partial_fit")
    assert not hasattr(LinearRegression(loss="mae"), "partial_fit")


def test_a_function_that_is_no_squared_error_is_refused_in_one_sentence(rows: tuple[Any, Any]) -> None:
    with pytest.raises(AttributeError, match="partial_fit") as caught:
        LinearRegression(loss=lambda y, y_hat: abs(y - y_hat)).partial_fit(*rows)
    assert "partial_fit expects a squared-error loss" in str(caught.value.__cause__)


def test_a_users_squared_error_is_one(rows: tuple[Any, Any]) -> None:
    X, y = rows
    model = LinearRegression(loss=lambda y, y_hat: (y - y_hat) ** 2).partial_fit(X, y)
    np.testing.assert_allclose(model.coef_, LinearRegression().fit(X, y).coef_, rtol=1e-13)


def test_another_number_of_features_is_refused(rows: tuple[Any, Any]) -> None:
    X, y = rows
    model = LinearRegression().partial_fit(X, y)
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(X[:, :2], y)
