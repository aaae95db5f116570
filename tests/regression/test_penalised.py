"""Penalised fits: against scikit-learn, and by law."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, PoissonRegressor, Ridge

import tapefit
from tapefit.errors import UsageError
from tapefit.optim._elastic import solve_elastic, violation

CASES = [("l1", 1.0), ("l2", 0.0), ("elasticnet", 0.3), ("elasticnet", 0.9)]


def dead_zone(y: Any, y_hat: Any) -> Any:
    return tapefit.maximum(0.0, tapefit.abs(y - y_hat) - 0.3)


def data(seed: int = 0, n: int = 80, p: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * rng.uniform(0.2, 5, size=p)
    X[:, 3] = 0.9 * X[:, 0] + 0.1 * X[:, 3]
    return X, X[:, 0] - 2 * X[:, 2] + 3 + rng.normal(size=n)


@pytest.mark.parametrize(("penalty", "ratio"), CASES)
@pytest.mark.parametrize("alpha", [0.003, 0.1, 0.5])
@pytest.mark.parametrize("intercept", [True, False])
def test_raw_columns_give_the_coefficients_of_scikit_learn(
    penalty: str, ratio: float, alpha: float, intercept: bool
) -> None:
    X, y = data()
    ours = tapefit.fit(
        X, y, penalty=penalty, alpha=alpha, l1_ratio=ratio, standardize=False, intercept=intercept
    ).params
    if ratio == 0:
        theirs = Ridge(alpha=alpha * len(y), solver="svd", fit_intercept=intercept).fit(X, y)
    else:
        theirs = ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-14, max_iter=10**6, fit_intercept=intercept)
        theirs.fit(X, y)
    np.testing.assert_allclose(ours, np.r_[[theirs.intercept_] * intercept, theirs.coef_], rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(("penalty", "ratio"), CASES)
def test_standardising_is_fitting_divided_columns(penalty: str, ratio: float) -> None:
    X, y = data()
    size = X.std(axis=0)
    ours = tapefit.fit(X, y, penalty=penalty, alpha=0.2, l1_ratio=ratio).params[1:]
    other = tapefit.fit(X / size, y, penalty=penalty, alpha=0.2, l1_ratio=ratio, standardize=False).params[1:]
    np.testing.assert_allclose(ours * size, other, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("penalty", "ratio"), CASES)
@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_units_and_origins_change_nothing_else(penalty: str, ratio: float, factor: float) -> None:
    X, y = data()
    options = {"penalty": penalty, "alpha": 0.2, "l1_ratio": ratio}
    here = tapefit.fit(X, y, **options)
    moved = X * np.r_[factor, 1, 1, 1, 1, 1] + np.r_[0, 1e4, 0, 0, 0, 0]
    there = tapefit.fit(moved, y + 1e6, **options)
    np.testing.assert_allclose(there.predict(moved) - 1e6, here.predict(X), rtol=0, atol=1e-8)
    np.testing.assert_allclose(there.params[1] * factor, here.params[1], rtol=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_optimality_conditions_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(15, 10)), rng.normal(size=15)
    l1, l2 = rng.uniform(0, 3, 10), rng.uniform(0, 1, 10)
    l1[0] = l2[0] = 0.0
    phi, _ = solve_elastic(A, b, l1, l2, np.zeros(10))
    assert violation(A, b, l1, l2, phi) < 1e-10
    assert (phi == 0).any()


def test_more_columns_than_rows() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(20, 40))
    y = X[:, 0] + 0.1 * rng.normal(size=20)
    lasso = Lasso(alpha=0.05, tol=1e-14, max_iter=10**6).fit(X, y)
    ours = tapefit.fit(X, y, penalty="l1", alpha=0.05, standardize=False)
    np.testing.assert_allclose(ours.params[1:], lasso.coef_, atol=1e-9)
    ridge = Ridge(alpha=0.5 * 20, solver="svd").fit(X, y)
    np.testing.assert_allclose(
        tapefit.fit(X, y, penalty="l2", alpha=0.5, standardize=False).params[1:], ridge.coef_, rtol=1e-9
    )


def test_weight_two_is_a_row_twice() -> None:
    X, y = data(n=30)
    w = np.where(np.arange(30) < 10, 2.0, 1.0)
    for penalty in ("l1", "l2"):
        once = tapefit.fit(X, y, penalty=penalty, alpha=0.1, sample_weight=w).params
        twice = tapefit.fit(np.r_[X, X[:10]], np.r_[y, y[:10]], penalty=penalty, alpha=0.1).params
        np.testing.assert_allclose(once, twice, rtol=1e-10, atol=1e-12)


def test_ridge_of_counts_is_that_of_scikit_learn() -> None:
    X, _ = data()
    y = np.random.default_rng(2).poisson(np.exp(0.1 * X[:, 0] + 0.5)).astype(float)
    theirs = PoissonRegressor(alpha=0.05, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(X, y)
    ours = tapefit.fit(X, y, loss="poisson", penalty="l2", alpha=0.05, standardize=False)
    np.testing.assert_allclose(ours.params, np.r_[theirs.intercept_, theirs.coef_], rtol=1e-8)
    assert ours.converged
    assert np.isfinite(ours.bse).all()


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_callbacks_are_told_of_each_step_and_may_stop(penalty: str) -> None:
    X, _ = data()
    y = np.random.default_rng(2).poisson(np.exp(0.1 * X[:, 0] + 0.5)).astype(float)
    seen: list[tuple[int, ...]] = []

    def stop(step: int, loss: float, beta: np.ndarray) -> bool:
        seen.append(beta.shape)
        return step == 2

    r = tapefit.fit(X, y, loss="poisson", penalty=penalty, alpha=0.05, callbacks=stop)
    assert (seen, r.status, r.n_iter) == ([(7,), (7,)], "stopped", 2)


def test_no_strength_is_no_penalty() -> None:
    X, y = data()
    free = tapefit.fit(X, y)
    ridge = tapefit.fit(X, y, penalty="l2", alpha=0.0)
    np.testing.assert_allclose(ridge.params, free.params, rtol=1e-10)
    np.testing.assert_allclose(ridge.bse, free.bse, rtol=1e-10)


def test_ridge_shows_standard_errors_with_the_note_of_bias() -> None:
    X, y = data()
    r = tapefit.fit(X, y, penalty="l2", alpha=0.3, standardize=False)
    Z = np.column_stack([np.ones(80), X])
    M = np.linalg.inv(Z.T @ Z + 80 * 0.3 * np.diag([0, 1, 1, 1, 1, 1, 1]))
    rest = y - Z @ r.params
    scale = rest @ rest / (80 - np.trace(M @ Z.T @ Z))
    np.testing.assert_allclose(r.bse, np.sqrt(np.diag(scale * M @ Z.T @ Z @ M)), rtol=1e-9)
    assert "towards 0" in r.warnings[0]


@pytest.mark.parametrize("cov_type", ["HC0", "HC1", "HC3", "cluster"])
def test_ridge_has_the_robust_covariances_of_a_linear_estimator(cov_type: str) -> None:
    X, y = data()
    codes = np.arange(80) // 8
    r = tapefit.fit(
        X,
        y,
        penalty="l2",
        alpha=0.3,
        standardize=False,
        cov_type=cov_type,
        groups=codes if cov_type == "cluster" else None,
    )
    Z = np.column_stack([np.ones(80), X])
    M = np.linalg.inv(Z.T @ Z + 80 * 0.3 * np.diag([0, 1, 1, 1, 1, 1, 1]))
    e = y - Z @ r.params
    h = np.einsum("ij,jk,ik->i", Z, M, Z)
    scores = Z * e[:, None]
    n_eff = 80 - round(h.sum()) if cov_type == "HC1" else 80
    meat = {
        "HC0": lambda: scores.T @ scores,
        "HC1": lambda: scores.T @ scores * 80 / n_eff,
        "HC3": lambda: (scores / (1 - h)[:, None]).T @ (scores / (1 - h)[:, None]),
        "cluster": lambda: 10 / 9 * 79 / 73 * sum(np.outer(s, s) for s in scores.reshape(10, 8, 7).sum(axis=1)),
    }[cov_type]()
    np.testing.assert_allclose(r.bse, np.sqrt(np.diag(M @ meat @ M)), rtol=1e-9)
    assert r.cov_type == cov_type


def test_ridge_of_a_likelihood_has_the_information_between_the_inverses() -> None:
    X, _ = data()
    y = np.random.default_rng(2).poisson(np.exp(0.1 * X[:, 0] + 0.5)).astype(float)
    r = tapefit.fit(X, y, loss="poisson", penalty="l2", alpha=0.05, standardize=False)
    Z = np.column_stack([np.ones(80), X])
    F = (Z * np.exp(Z @ r.params)[:, None]).T @ Z
    M = np.linalg.inv(F + 80 * 0.05 * np.diag([0, 1, 1, 1, 1, 1, 1]))
    np.testing.assert_allclose(r.bse, np.sqrt(np.diag(M @ F @ M)), rtol=1e-9)
    assert r.cov_type == "nonrobust"
    robust = tapefit.fit(X, y, loss="poisson", penalty="l2", alpha=0.05, standardize=False, cov_type="HC0")
    scores = Z * (y - np.exp(Z @ r.params))[:, None]
    np.testing.assert_allclose(robust.bse, np.sqrt(np.diag(M @ scores.T @ scores @ M)), rtol=1e-9)


@pytest.mark.parametrize("loss", ["mse", "huber", "poisson", "gamma"])
def test_ridge_uses_as_many_degrees_of_freedom_as_its_hat_matrix_has_trace(loss: str) -> None:
    rng = np.random.default_rng(1)
    W = rng.normal(size=(20, 40))  # more columns than rows
    mean = np.exp(0.3 * W[:, 0] + 0.5)
    y = {"poisson": rng.poisson(mean), "gamma": rng.gamma(2.0, mean / 2)}.get(loss, mean + rng.normal(size=20))
    r = tapefit.fit(W, np.asarray(y, dtype=float), loss=loss, penalty="l2", alpha=0.5, standardize=False)
    Z = np.column_stack([np.ones(20), W])
    eta = Z @ r.params
    bend = {
        "mse": lambda: np.ones(20),
        "huber": lambda: 1.0 * (np.abs(y - eta) <= 1),
        "poisson": lambda: np.exp(eta),
        "gamma": lambda: y * np.exp(-eta),
    }[loss]()
    H = (Z * bend[:, None]).T @ Z
    used = np.trace(np.linalg.solve(H + 20 * 0.5 * np.diag(np.r_[0, np.ones(40)]), H))
    assert r.df_resid == round(20 - used)
    assert np.isfinite(r.bse).all()
    if loss == "gamma":
        assert r.scale == pytest.approx(np.sum((y / np.exp(eta) - 1) ** 2) / (20 - used), rel=1e-8)
    assert not any("as many coefficients" in text for text in r.warnings)


def test_l1_refuses_clusters_with_the_reason() -> None:
    X, y = data()
    with pytest.raises(UsageError, match="groups cannot be used with an l1 penalty"):
        tapefit.fit(X, y, penalty="l1", alpha=0.1, groups=np.arange(80) // 8)


def test_l1_refuses_standard_errors_with_the_reason() -> None:
    X, y = data()
    r = tapefit.fit(X, y, penalty="l1", alpha=0.1)
    assert np.isnan(r.bse).all()
    assert "standard errors are not given" in r.warnings[0]
    assert "standard errors are not given" in " ".join(str(r).split())
    with pytest.raises(UsageError, match="cannot be used with an l1 penalty"):
        tapefit.fit(X, y, penalty="l1", alpha=0.1, cov_type="HC1")


def test_the_path_starts_where_the_first_slope_leaves_zero() -> None:
    X, y = data()
    path = tapefit.fit_path(X, y, cv=None)
    assert not path.coefs[0, 1:].round(12).any()
    assert path.coefs[1, 1:].any()
    assert len(path.alphas) == 100
    some = tapefit.fit(X, y, penalty="l1", alpha=path.alphas[50]).params
    np.testing.assert_allclose(path.coefs[50], some, rtol=1e-8, atol=1e-10)


def test_cross_validation_chooses_the_strength_of_the_fit() -> None:
    X, y = data()
    path = tapefit.fit_path(X, y)
    r = tapefit.fit(X, y, penalty="l1", alpha="cv")
    best = tapefit.fit(X, y, penalty="l1", alpha=path.alpha_min)
    np.testing.assert_array_equal(r.params, best.params)
    assert path.alpha_1se >= path.alpha_min


def test_a_strong_signal_is_hardly_penalised_by_cross_validation() -> None:
    X, _ = data()
    y = 10 * X[:, 0] - 20 * X[:, 2] + 0.1 * np.random.default_rng(3).normal(size=80)
    assert tapefit.fit(X, y, penalty="l2", alpha="cv").rsquared > 0.999
    path = tapefit.fit_path(X, y, penalty="l2")
    assert path.cv_loss[-10] < 1.01 * path.cv_loss[-1] < 0.1 * path.cv_loss[0]  # level where the path ends


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"penalty": "l3", "alpha": 1.0},
            "Expected a penalty of elasticnet, l1, l2 or a function of the slopes, got 'l3'",
        ),
        ({"penalty": "l2"}, "Expected alpha"),
        ({"penalty": "l2", "alpha": -1.0}, "Expected alpha"),
        ({"penalty": "elasticnet", "alpha": 1.0, "l1_ratio": 2}, "Expected l1_ratio"),
        ({"alpha": 1.0}, "belongs to a penalty"),
        ({"penalty": "l2", "alpha": 1.0, "solver": "gd"}, "A penalty needs solver='auto'"),
        ({"penalty": "l2", "alpha": 1.0, "loss": "mae"}, "Expected a smooth loss beside a penalty, got mae"),
        ({"penalty": "l2", "alpha": 1.0, "loss": dead_zone}, "Expected a smooth loss beside a penalty, got dead_zone"),
    ],
)
def test_what_cannot_be_used_is_said(options: dict[str, object], says: str) -> None:
    X, y = data()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UsageError, match=says):
            tapefit.fit(X, y, **options)


def test_the_path_takes_offsets_weights_and_constants_as_the_fit_does() -> None:
    X, _ = data()
    row = np.arange(80)
    years, weight = 1.0 + row % 3, 1.0 + row % 2
    y = np.floor(years * np.exp(0.5 * X[:, 0]) * (0.5 + ((37 * row) % 80) / 80))
    cases = (
        {"loss": "poisson", "exposure": years},
        {"loss": "tweedie", "power": 1.4, "sample_weight": weight},
        {"loss": "huber", "delta": 0.5, "offset": 0.2 * years},
        {"loss": "mse", "offset": 0.2 * years, "sample_weight": weight},
    )
    for options in cases:
        path = tapefit.fit_path(X, y, alphas=[0.1, 0.02], cv=3, **options)
        for alpha, coef in zip(path.alphas, path.coefs, strict=True):
            ours = tapefit.fit(X, y, penalty="l1", alpha=alpha, **options)
            np.testing.assert_allclose(coef, ours.params, rtol=1e-6, atol=1e-9)
        assert np.isfinite(path.cv_loss).all()
    with pytest.raises(UsageError, match="exposure belongs to the link log"):
        tapefit.fit_path(X, y, exposure=years)
