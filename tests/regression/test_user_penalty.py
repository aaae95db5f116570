"""Fits with a penalty of the user's own, and penalties within constraints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import ElasticNet, Lasso, Ridge

import tapefit
import tapefit as tf
from tapefit.errors import UsageError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 6)) * [1.0, 5.0, 0.1, 1.0, 1.0, 1.0]
X[:, 3] = 0.9 * X[:, 0] + 0.3 * X[:, 3]
ETA = 0.5 + X @ [0.4, 0.05, -3.0, 0.0, 0.2, -0.2]
LOSSES = {
    "mse": ETA + RNG.normal(size=80),
    "huber": ETA + RNG.standard_t(2, size=80),
    "poisson": RNG.poisson(np.exp(ETA)).astype(float),
    "logistic": (RNG.uniform(size=80) < 0.5).astype(float),
}
ONES = np.column_stack([np.ones(80), X])


def ridge(b: Any) -> Any:
    return 0.5 * tf.reduce_sum(tf.square(b))


def fused(b: Any) -> Any:
    return np.sum((b[1:] - b[:-1]) ** 2) + np.sum(b**4)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("standardize", [True, False])
def test_ridge_written_by_hand_is_ridge(loss: str, standardize: bool) -> None:
    options = {"loss": loss, "alpha": 0.3, "standardize": standardize}
    by_name = tapefit.fit(X, LOSSES[loss], penalty="l2", **options)
    by_hand = tapefit.fit(X, LOSSES[loss], penalty=ridge, **options)
    np.testing.assert_allclose(by_hand.params, by_name.params, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(by_hand.bse, by_name.bse, rtol=1e-9)
    assert by_hand.df_resid == by_name.df_resid
    assert by_hand.penalty == "ridge"
    assert "the penalty ridge moves the coefficients" in by_hand.warnings[0]


def test_any_penalty_reaches_the_minimum_that_another_method_finds() -> None:
    y = LOSSES["poisson"]
    r = tapefit.fit(X, y, loss="poisson", penalty=fused, alpha=0.2, standardize=False)

    def objective(b: np.ndarray) -> float:
        deviance = np.exp(ONES @ b) - y * (ONES @ b)
        return float(np.mean(deviance) + 0.2 * (np.sum(np.diff(b[1:]) ** 2) + np.sum(b[1:] ** 4)))

    theirs = minimize(objective, r.params + 0.05, method="BFGS", options={"gtol": 1e-7})
    assert objective(r.params) <= theirs.fun + 1e-13
    np.testing.assert_allclose(r.params, theirs.x, atol=1e-4)
    assert r.converged


def test_alpha_is_one_where_a_function_comes_without_it() -> None:
    np.testing.assert_array_equal(
        tapefit.fit(X, LOSSES["mse"], penalty=ridge).params,
        tapefit.fit(X, LOSSES["mse"], penalty=ridge, alpha=1).params,
    )


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_units_of_columns_change_nothing_else_while_slopes_are_standardised(factor: float) -> None:
    y = LOSSES["huber"]
    here = tapefit.fit(X, y, loss="huber", penalty=fused, alpha=0.5)
    moved = X * [factor, 1, 1, 1, 1, 1] + [0, 1e4, 0, 0, 0, 0]
    there = tapefit.fit(moved, y, loss="huber", penalty=fused, alpha=0.5)
    np.testing.assert_allclose(there.predict(moved), here.predict(X), rtol=1e-7)
    np.testing.assert_allclose(there.params[1] * factor, here.params[1], rtol=1e-7)


@pytest.mark.parametrize("cov_type", ["HC0", "cluster"])
def test_robust_errors_have_the_penalty_in_the_bread(cov_type: str) -> None:
    y, codes = LOSSES["huber"], np.arange(80) // 8
    r = tapefit.fit(
        X, y, loss="huber", penalty=ridge, alpha=0.3, standardize=False, groups=codes if cov_type == "cluster" else None
    )
    e = y - ONES @ r.params
    M = np.linalg.inv((ONES * (np.abs(e) <= 1)[:, None]).T @ ONES + 80 * 0.3 * np.diag([0, 1, 1, 1, 1, 1, 1]))
    scores = ONES * np.clip(e, -1, 1)[:, None]
    sums = scores.reshape(10, 8, 7).sum(axis=1)
    meat = scores.T @ scores if cov_type == "HC0" else 10 / 9 * 79 / 73 * sums.T @ sums
    np.testing.assert_allclose(r.bse, np.sqrt(np.diag(M @ meat @ M)), rtol=1e-9)


def test_more_columns_than_rows_are_no_obstacle() -> None:
    rng = np.random.default_rng(1)
    W = rng.normal(size=(20, 40))
    y = W[:, 0] + 0.1 * rng.normal(size=20)
    r = tapefit.fit(W, y, penalty=ridge, alpha=0.5, standardize=False)
    np.testing.assert_allclose(r.params[1:], Ridge(alpha=10.0, solver="svd").fit(W, y).coef_, rtol=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_penalties_with_positive_slopes_are_those_of_scikit_learn(ratio: float, alpha: float) -> None:
    y = LOSSES["mse"]
    r = tapefit.fit(X, y, penalty="elasticnet", alpha=alpha, l1_ratio=ratio, standardize=False, positive=True)
    if ratio == 0:
        theirs = Ridge(alpha=alpha * 80, positive=True, tol=1e-14, max_iter=10**6).fit(X, y)
    else:
        theirs = ElasticNet(alpha=alpha, l1_ratio=ratio, positive=True, tol=1e-14, max_iter=10**6).fit(X, y)
    np.testing.assert_allclose(r.params[1:], theirs.coef_, atol=1e-7)
    assert np.isnan(r.bse).all() == (ratio > 0)
    assert (r.params[1:] >= 0).all()


def test_a_positive_lasso_of_more_columns_than_rows() -> None:
    rng = np.random.default_rng(1)
    W = rng.normal(size=(20, 40))
    y = W[:, 0] + W[:, 1] + 0.1 * rng.normal(size=20)
    r = tapefit.fit(W, y, penalty="l1", alpha=0.05, standardize=False, positive=True)
    theirs = Lasso(alpha=0.05, positive=True, tol=1e-14, max_iter=10**6).fit(W, y)
    np.testing.assert_allclose(r.params[1:], theirs.coef_, atol=1e-9)


def test_a_ridge_within_equations_meets_both_conditions() -> None:
    y = LOSSES["mse"]
    r = tapefit.fit(X, y, penalty="l2", alpha=0.3, standardize=False, constraints="x1 + x2 + x3 = 1, x5 <= 0")
    assert r.params[1:4].sum() == pytest.approx(1.0, abs=1e-12)
    gradient = ONES.T @ (ONES @ r.params - y) / 80 + 0.3 * np.r_[0, r.params[1:]]
    A = np.array([[0, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0]])
    np.testing.assert_allclose(gradient, A.T @ r.constraints.multipliers, atol=1e-12)
    assert np.isfinite(r.bse[[0, 1, 2, 3, 4, 6]]).all()


@pytest.mark.parametrize(
    "options",
    [
        {"positive": True},
        {"constraints": "x1 + x2 = 0", "cov_type": "HC3"},
        {"loss": "mae", "positive": True},
        {"penalty": "l2", "alpha": 0.2, "cov_type": "HC1"},
        {"penalty": "l1", "alpha": 0.1},
        {"penalty": fused, "alpha": 0.2},
        {"loss": "huber", "penalty": "l2", "alpha": 0.1, "positive": True},
    ],
)
def test_a_frequency_is_a_row_so_often(options: dict[str, Any]) -> None:
    y, times = LOSSES["huber"], np.random.default_rng(3).integers(1, 4, 80)
    once = tapefit.fit(X, y, freq_weights=times, **options)
    often = tapefit.fit(np.repeat(X, times, axis=0), np.repeat(y, times), **options)
    np.testing.assert_allclose(once.params, often.params, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(once.bse, often.bse, rtol=1e-9)
    assert (once.df_resid, once.nobs) == (often.df_resid, often.nobs)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"penalty": "l1", "alpha": 0.1, "bounds": {"x1": (0, None)}}, "keep every slope on one side of 0"),
        ({"penalty": "l2", "alpha": "cv", "positive": True}, "alpha='cv' knows no constraints"),
        ({"penalty": ridge, "alpha": "cv"}, "alpha='cv' belongs to the named penalties"),
        ({"penalty": ridge, "alpha": -1}, "Expected alpha"),
        ({"penalty": ridge, "loss": "mae"}, "Expected a smooth loss beside a penalty, got mae"),
        ({"penalty": ridge, "solver": "gd"}, "A penalty needs solver='auto'"),
        ({"penalty": lambda b: tf.reduce_sum(tf.abs(b))}, "has a corner"),
        ({"penalty": 3}, "Expected a penalty of elasticnet, l1, l2 or a function of the slopes, got 3"),
    ],
)
def test_what_cannot_be_used_is_said(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        tapefit.fit(X, LOSSES["mse"], **options)
