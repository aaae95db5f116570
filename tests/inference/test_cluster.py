from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit.errors import DataError, UsageError

FEATURES = ["area", "age"]


def fit(data: dict[str, Any], **options: Any) -> tapefit.RegressionResults:
    return tapefit.fit(data, target="price", features=FEATURES, **options)


def test_rows_that_are_clusters_of_their_own_give_hc1(houses: dict[str, Any]) -> None:
    each = fit(houses, groups=np.arange(120))
    np.testing.assert_allclose(each.bse, fit(houses, cov_type="HC1").bse, rtol=1e-12)
    assert (each.cov_type, each.df_inference) == ("cluster", 119)


def test_two_equal_groupings_are_one(houses: dict[str, Any]) -> None:
    block = houses["block"]
    np.testing.assert_allclose(fit(houses, groups=[block, 8 - block]).bse, fit(houses, groups="block").bse, rtol=1e-12)


@pytest.mark.parametrize(
    "groups",
    [
        ["block", "year"],
        lambda d: np.column_stack([d["block"], d["year"]]),
        lambda d: (d["year"], [f"b{i}" for i in d["block"]]),
    ],
)
def test_columns_arrays_and_pairs_say_the_same(groups: Any, houses: dict[str, Any]) -> None:
    given = groups(houses) if callable(groups) else groups
    np.testing.assert_allclose(fit(houses, groups=given).bse, fit(houses, groups=["year", "block"]).bse, rtol=1e-12)


def test_the_order_of_rows_and_the_names_of_groups_do_not_matter(houses: dict[str, Any]) -> None:
    order = np.random.default_rng(0).permutation(120)
    mixed = {name: np.asarray(values)[order] for name, values in houses.items()}
    mixed["block"] = np.array(["zyxwvutsr"[b] for b in mixed["block"]])
    np.testing.assert_allclose(fit(mixed, groups="block").bse, fit(houses, groups="block").bse, rtol=1e-12)


def test_a_group_column_is_no_feature(houses: dict[str, Any]) -> None:
    columns = {name: houses[name] for name in ("area", "block", "price")}
    assert tapefit.fit(columns, target="price", groups="block").names == ("intercept", "area")


def test_dropped_rows_take_their_groups_with_them(houses: dict[str, Any]) -> None:
    holes = {**houses, "age": np.where(np.arange(120) % 10 == 3, np.nan, houses["age"])}
    whole = {name: np.asarray(values)[np.isfinite(holes["age"])] for name, values in houses.items()}
    np.testing.assert_array_equal(fit(holes, missing="drop", groups="block").bse, fit(whole, groups="block").bse)


def test_poisson_equals_statsmodels(houses: dict[str, Any], statsmodels: dict[str, Any]) -> None:
    r = fit(houses, loss=lambda y, eta: np.exp(eta) - y * eta, groups="block")
    np.testing.assert_allclose(r.params, statsmodels["poisson cluster"]["params"], rtol=1e-9)
    np.testing.assert_allclose(r.bse, statsmodels["poisson cluster"]["bse"], rtol=1e-9)


def test_medians_have_clusters_too(houses: dict[str, Any]) -> None:
    each = fit(houses, loss="mae", groups=np.arange(120))
    correction = np.sqrt(120 / 117)
    np.testing.assert_allclose(each.bse, fit(houses, loss="mae", cov_type="HC0").bse * correction, rtol=1e-9)


def test_a_negative_variance_is_said_and_its_error_is_nan(houses: dict[str, Any]) -> None:
    i = np.arange(120)
    r = tapefit.fit(houses, target="price", features=["area", "age", "region"], groups=[i % 9, (7 * i + i // 9) % 11])
    assert np.isnan(r.bse).any()
    assert "negative variance" in r.warnings[0]
    assert np.isnan(r.f_test("area = 0, age = 0").statistic) or r.f_test("area = 0, age = 0").statistic > 0


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"groups": "nobody"}, DataError, "groups column 'nobody' is not in"),
        ({"groups": np.zeros(120)}, DataError, "has 1 cluster"),
        ({"groups": np.zeros(7)}, DataError, "shape"),
        ({"groups": np.zeros((120, 3))}, UsageError, "one or two kinds"),
        ({"groups": np.where(np.arange(120) == 5, np.nan, 1.0)}, DataError, "no value on row 5"),
        ({"cov_type": "cluster"}, UsageError, "belong together"),
        ({"cov_type": "HC1", "groups": "block"}, UsageError, "belong together"),
    ],
)
def test_bad_groups(options: dict[str, Any], error: type[Exception], words: str, houses: dict[str, Any]) -> None:
    with pytest.raises(error, match=words) as caught:
        fit(houses, **options)
    assert "\n" not in str(caught.value)
