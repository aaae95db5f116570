from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit.errors import UsageError

KINDS: dict[str, dict[str, Any]] = {
    **{kind: {"cov_type": kind} for kind in ("nonrobust", "HC0", "HC1", "HC2", "HC3")},
    "cluster": {"cov_type": "cluster", "groups": "block"},
    "two-way": {"cov_type": "cluster", "groups": ["block", "year"]},
}


def fit(houses: dict[str, Any], **options: Any) -> tapefit.RegressionResults:
    return tapefit.fit(houses, target="price", features=["area", "age", "region"], **options)


@pytest.mark.parametrize("before", KINDS)
@pytest.mark.parametrize("after", KINDS)
def test_changing_the_covariance_is_fitting_with_it(before: str, after: str, houses: dict[str, Any]) -> None:
    changed, fitted = (
        fit(houses, **KINDS[before]).with_cov_type(data=houses, **KINDS[after]),
        fit(houses, **KINDS[after]),
    )
    np.testing.assert_allclose(changed.bse, fitted.bse, rtol=1e-11)
    np.testing.assert_allclose(changed.pvalues, fitted.pvalues, rtol=1e-9)
    np.testing.assert_allclose(changed.fvalue, fitted.fvalue, rtol=1e-9)
    assert (changed.cov_type, changed.df_inference) == (fitted.cov_type, fitted.df_inference)


@pytest.mark.parametrize(
    ("before", "after"), [("HC0", "HC1"), ("HC1", "HC0"), ("HC3", "nonrobust"), ("cluster", "nonrobust")]
)
def test_what_the_state_holds_needs_no_rows(before: str, after: str, houses: dict[str, Any], tmp_path: Any) -> None:
    fit(houses, **KINDS[before]).save(tmp_path / "m.json")
    changed = tapefit.load(tmp_path / "m.json").with_cov_type(after)
    np.testing.assert_allclose(changed.bse, fit(houses, **KINDS[after]).bse, rtol=1e-11)


def test_rows_are_asked_for_where_they_are_needed(plain: tapefit.RegressionResults, houses: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="pass the data again"):
        plain.with_cov_type("HC3")
    with pytest.raises(UsageError, match="cov_type of HC0"):
        plain.with_cov_type("HC9")
    with pytest.raises(UsageError, match="needs the 120 rows"):
        plain.with_cov_type("HC3", {name: values[:100] for name, values in houses.items()})


ANY: dict[str, dict[str, Any]] = {
    "poisson": {"loss": "poisson", "target": "count"},
    "poisson, exposure": {"loss": "poisson", "target": "count", "exposure": "area"},
    "gamma, identity": {"loss": "gamma", "link": "identity"},
    "tweedie": {"loss": "tweedie", "power": 1.3},
    "logistic": {"loss": "logistic", "target": "old"},
    "huber": {"loss": "huber", "delta": 7.5},
    "log_cosh": {"loss": "log_cosh"},
    "expectile": {"loss": "expectile", "level": 0.7},
    "squares, offset": {"offset": "age", "features": ["area", "region"]},
}


@pytest.mark.parametrize("weight", [None, 1.0 + np.arange(120) % 3])
@pytest.mark.parametrize("name", ANY)
def test_any_loss_can_change_its_covariance(name: str, weight: Any, houses: dict[str, Any]) -> None:
    data = {**houses, "count": np.floor(houses["price"] / 20), "old": 1.0 * (houses["price"] / houses["area"] > 1.95)}
    options = {"target": "price", "features": ["area", "age"], **ANY[name], "sample_weight": weight}
    for kind in ("HC3", "HC2", "cluster"):
        groups = "block" if kind == "cluster" else None
        changed = tapefit.fit(data, **options).with_cov_type(kind, data, groups=groups, sample_weight=weight)
        fitted = tapefit.fit(data, **options, cov_type=kind, groups=groups)
        np.testing.assert_allclose(changed.bse, fitted.bse, rtol=1e-10)
        assert (changed.cov_type, changed.df_inference) == (fitted.cov_type, fitted.df_inference)


@pytest.mark.parametrize("loss", ["mae", "quantile"])
def test_quantiles_change_between_the_two_that_they_have(loss: str, houses: dict[str, Any]) -> None:
    for kind in ("nonrobust", "HC0"):
        other = "HC0" if kind == "nonrobust" else "nonrobust"
        changed = fit(houses, loss=loss, cov_type=other).with_cov_type(kind, houses)
        np.testing.assert_allclose(changed.bse, fit(houses, loss=loss, cov_type=kind).bse, rtol=1e-10)
    with pytest.raises(UsageError, match="'HC3' is not defined for the loss"):
        fit(houses, loss=loss).with_cov_type("HC3", houses)


def test_a_loaded_model_takes_its_rows_and_an_array_of_offsets(houses: dict[str, Any], tmp_path: Any) -> None:
    options: dict[str, Any] = {"loss": "huber", "delta": 7.5, "offset": 0.1 * np.arange(120)}
    fit(houses, **options).save(tmp_path / "m.json")
    loaded = tapefit.load(tmp_path / "m.json")
    changed = loaded.with_cov_type("HC2", houses, offset=options["offset"])
    np.testing.assert_allclose(changed.bse, fit(houses, **options, cov_type="HC2").bse, rtol=1e-10)
    with pytest.raises(UsageError, match="fitted with an array of offsets"):
        loaded.with_cov_type("HC2", houses)


def test_a_function_is_passed_again(houses: dict[str, Any]) -> None:
    def own(y: Any, y_hat: Any) -> Any:
        return np.log1p((y - y_hat) ** 2 / 100)

    changed = fit(houses, loss=own).with_cov_type("HC3", houses, loss=own)
    np.testing.assert_allclose(changed.bse, fit(houses, loss=own, cov_type="HC3").bse, rtol=1e-10)
    with pytest.raises(UsageError, match="cov_type 'HC3' needs the loss own"):
        fit(houses, loss=own).with_cov_type("HC3", houses)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"penalty": "l2", "alpha": 0.1}, "this fit has the penalty l2"),
        ({"bounds": {"area": (0, 1.5)}}, "this fit has constraints"),
    ],
)
def test_what_a_penalty_or_constraint_holds_is_not_recomputed(
    options: dict[str, Any], words: str, houses: dict[str, Any]
) -> None:
    held = fit(houses, **options)
    for ask in (lambda: held.with_cov_type("HC3", houses), lambda: held.get_influence(houses)):
        with pytest.raises(UsageError, match=words) as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert np.array_equal(held.with_cov_type(held.cov_type).bse, held.bse, equal_nan=True)
