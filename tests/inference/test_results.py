"""Results against recorded numbers of statsmodels, and against formulas."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from tapefit import RegressionResults, fit
from tapefit.errors import UsageError
from tapefit.objective import find_loss, pointwise

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("results_cases", HERE / "results_cases.py")
assert _spec is not None
assert _spec.loader is not None
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

X, Y, WEIGHT, NEW = cases.X, cases.Y, cases.WEIGHT, cases.NEW
REFERENCE = json.loads((HERE / "reference" / "results.json").read_text())
DIGITS = 1e-10


def fitted(name: str) -> tuple[RegressionResults, dict]:
    cov_type, intercept, weighted = cases.CASES[name]
    weight = WEIGHT if weighted else None
    return fit(X, Y, intercept=intercept, sample_weight=weight, cov_type=cov_type), REFERENCE["linear"][name]


@pytest.mark.parametrize("name", cases.CASES)
def test_coefficients_and_their_tests_are_those_of_statsmodels(name: str) -> None:
    results, expected = fitted(name)
    for key in ("params", "bse", "tvalues", "pvalues"):
        assert getattr(results, key) == pytest.approx(np.array(expected[key]), rel=DIGITS), key
    assert results.conf_int(0.9) == pytest.approx(np.array(expected["conf_int"]), rel=DIGITS)
    assert results.cov_params() == pytest.approx(np.array(expected["cov_params"]), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("name", cases.CASES)
def test_numbers_of_the_whole_fit_are_those_of_statsmodels(name: str) -> None:
    results, expected = fitted(name)
    keys = [
        "rsquared",
        "rsquared_adj",
        "fvalue",
        "f_pvalue",
        "llf",
        "aic",
        "bic",
        "scale",
        "df_resid",
        "df_model",
        "nobs",
    ]
    for key in keys:
        assert getattr(results, key) == pytest.approx(expected[key], rel=DIGITS, abs=1e-300), key


@pytest.mark.parametrize("name", cases.CASES)
def test_predictions_and_their_intervals_are_those_of_statsmodels(name: str) -> None:
    results, expected = fitted(name)
    frame = results.get_prediction(NEW).summary_frame(0.9)
    assert set(frame) == set(expected["prediction"])
    for key, values in expected["prediction"].items():
        assert frame[key] == pytest.approx(np.array(values), rel=DIGITS), key


@pytest.mark.parametrize("name", cases.QUANTILES)
def test_quantile_regression_is_that_of_statsmodels(name: str) -> None:
    level, _, cov_type = cases.QUANTILES[name]
    expected = REFERENCE["quantile"][name]
    results = fit(X, Y, loss=lambda y, f: np.maximum(level * (y - f), (level - 1) * (y - f)), cov_type=cov_type)
    # statsmodels comes near the optimum step by step; ours is a vertex, which has exactly 4 errors of 0
    assert results.params == pytest.approx(np.array(expected["params"]), rel=1e-5, abs=1e-5)
    assert results.bse == pytest.approx(np.array(expected["bse"]), rel=2e-4)
    assert np.sum(np.abs(Y - results.predict(X)) < 1e-12) == 4
    assert not results.use_t


@pytest.mark.parametrize("level", [0.25, 0.5, 0.7])
def test_quantile_standard_errors_are_the_formula_to_ten_digits(level: float) -> None:
    from scipy.stats import norm

    def loss(y: object, f: object) -> object:
        return np.maximum(level * (y - f), (level - 1) * (y - f))  # type: ignore[operator]

    iid, robust = (fit(X, Y, loss=loss, cov_type=kind) for kind in ("nonrobust", "HC0"))
    e, n, Z = Y - iid.predict(X), 40, np.column_stack([np.ones(40), X])
    q = norm.ppf(level)
    h = n ** (-1 / 3) * norm.ppf(0.975) ** (2 / 3) * (1.5 * norm.pdf(q) ** 2 / (2 * q**2 + 1)) ** (1 / 3)
    spread = min(np.std(Y), np.subtract(*np.percentile(e, [75, 25])) / 1.34)
    width = spread * (norm.ppf(level + h) - norm.ppf(level - h))
    density = np.mean(np.where(np.abs(e) <= width, 0.75 * (1 - (e / width) ** 2), 0)) / width
    inverse = np.linalg.inv(Z.T @ Z)
    assert iid.bse == pytest.approx(np.sqrt(level * (1 - level) * np.diag(inverse)) / density, rel=DIGITS)
    squares = np.where(np.abs(e) < 1e-12, level * (1 - level), np.where(e > 0, level, 1 - level) ** 2)
    cov = inverse @ (Z.T @ (Z * squares[:, None])) @ inverse / density**2
    assert robust.bse == pytest.approx(np.sqrt(np.diag(cov)), rel=DIGITS)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "loss", ["huber", lambda y, f: np.sqrt(1 + (y - f) ** 2), lambda y, f: np.where(y > f, 0.8, 0.2) * (y - f) ** 2]
)
def test_other_losses_have_the_sandwich(loss: object, weighted: bool) -> None:
    weight = WEIGHT if weighted else np.ones(40)
    results = fit(X, Y, loss=loss, sample_weight=weight)
    Z = np.column_stack([np.ones(40), X])
    seen = pointwise(find_loss(loss), Y, results.predict(X))
    bread = np.linalg.inv(Z.T @ (Z * (weight * seen.curvature)[:, None]))
    meat = Z.T @ (Z * np.square(weight * seen.slope)[:, None])
    expected = bread @ meat @ bread
    assert results.cov_params() == pytest.approx(expected, rel=1e-8, abs=1e-12)
    hc1 = fit(X, Y, loss=loss, sample_weight=weight, cov_type="HC1")
    assert hc1.cov_params() == pytest.approx(expected * 40 / 36, rel=1e-8, abs=1e-12)
    assert results.cov_type == "HC0"


def test_a_factor_before_the_loss_changes_no_standard_error() -> None:
    for loss in (lambda y, f: (y - f) ** 2, lambda y, f: np.abs(y - f), lambda y, f: np.sqrt(1 + (y - f) ** 2)):
        one = fit(X, Y, loss=loss)
        ten = fit(X, Y, loss=lambda y, f, loss=loss: 10 * loss(y, f))
        assert ten.bse == pytest.approx(one.bse, rel=1e-9)
        assert ten.loss_value == pytest.approx(10 * one.loss_value, rel=1e-9)


def test_a_weight_of_two_everywhere_changes_nothing_but_the_scale() -> None:
    one, two = fit(X, Y), fit(X, Y, sample_weight=np.full(40, 2.0))
    assert two.params == pytest.approx(one.params, rel=1e-13)
    assert two.bse == pytest.approx(one.bse, rel=1e-12)
    assert two.scale == pytest.approx(2 * one.scale, rel=1e-12)


def test_r_squared_of_a_constant_target_is_not_defined() -> None:
    for value in (0.0, 0.1, 1e8 + 0.1):
        results = fit(X, np.full(40, value))
        assert np.isnan(results.rsquared)
        assert results.params == pytest.approx([value, 0, 0, 0], abs=1e-12)


def test_an_exact_fit_says_that_standard_errors_say_nothing() -> None:
    results = fit(X, 1 + X @ [1.0, 2.0, 3.0])
    assert results.rsquared == pytest.approx(1)
    assert any("exact up to rounding" in note for note in results.warnings)


def test_as_many_coefficients_as_rows_have_no_standard_errors() -> None:
    results = fit(X[:4], Y[:4])
    assert np.isnan(results.bse).all()
    assert np.isnan(results.pvalues).all()
    assert results.df_resid == 0
    assert results.predict(X[:4]) == pytest.approx(Y[:4])
    assert any("as many coefficients as rows" in note for note in results.warnings)


def test_a_row_of_leverage_one_has_no_hc3() -> None:
    lonely = np.column_stack([X[:, 0], np.eye(40)[:, 3]])
    assert np.isfinite(fit(lonely, Y, cov_type="HC1").bse).all()
    results = fit(lonely, Y, cov_type="HC3")
    assert np.isnan(results.bse).all()
    assert any("leverage 1" in note for note in results.warnings)


@pytest.mark.parametrize(("loss", "cov_type"), [("mse", "HC4"), ("mae", "HC3"), ("huber", "nonrobust"), ("mse", 3)])
def test_a_covariance_that_is_not_offered_is_answered_with_those_that_are(loss: str, cov_type: object) -> None:
    with pytest.raises(UsageError, match="HC0"):
        fit(X, Y, loss=loss, cov_type=cov_type)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0.0, 1.0, -1, 95, float("nan"), "wide"])
def test_a_confidence_level_that_is_none_is_refused(level: object) -> None:
    results = fit(X, Y)
    for action in (
        lambda: results.conf_int(level),  # type: ignore[arg-type]
        lambda: results.get_prediction(NEW).conf_int(level),  # type: ignore[arg-type]
        lambda: results.get_prediction(NEW).summary_frame(level),  # type: ignore[arg-type]
        lambda: fit(X, Y, confidence_level=level),  # type: ignore[arg-type]
    ):
        with pytest.raises(UsageError, match="between 0 and 1"):
            action()


def test_huge_designs_have_the_standard_errors_of_small_ones() -> None:
    rng = np.random.default_rng(0)
    big = rng.standard_normal((210_000, 10)) @ (np.eye(10) + 0.2)
    target = big.sum(axis=1) + rng.standard_normal(210_000) * (1 + np.abs(big[:, 0]))
    for cov_type in ("nonrobust", "HC3"):
        results = fit(big, target, cov_type=cov_type)
        Z = np.column_stack([np.ones(len(big)), big])
        inverse = np.linalg.inv(Z.T @ Z)
        e = target - results.predict(big)
        if cov_type == "nonrobust":
            cov = inverse * (e @ e) / results.df_resid
        else:
            h = np.einsum("ij,jk,ik->i", Z, inverse, Z)
            cov = inverse @ (Z.T @ (Z * np.square(e / (1 - h))[:, None])) @ inverse
        assert results.bse == pytest.approx(np.sqrt(np.diag(cov)), rel=1e-10)
