from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit.errors import UsageError

HYPOTHESES = "area = 2, region[north] + region[south] = age"
FITS: dict[str, dict[str, Any]] = {
    "nonrobust": {},
    **{kind: {"cov_type": kind} for kind in ("HC0", "HC1", "HC2", "HC3")},
    "cluster": {"groups": "block"},
    "two-way cluster": {"groups": ["block", "year"]},
    "weighted cluster": {"groups": "block", "sample_weight": 1 + np.arange(120) % 3},
}


@pytest.mark.parametrize("kind", FITS)
def test_covariances_and_tests_equal_statsmodels(
    kind: str, houses: dict[str, Any], statsmodels: dict[str, Any]
) -> None:
    r = tapefit.fit(houses, target="price", features=["area", "age", "region"], **FITS[kind])
    expected = statsmodels[kind]
    f, chi2, t = r.f_test(HYPOTHESES), r.wald_test(HYPOTHESES, use_f=False), r.t_test(HYPOTHESES)
    found = {
        "params": r.params,
        "bse": r.bse,
        "pvalues": r.pvalues,
        "conf_int": r.conf_int(),
        "fvalue": r.fvalue,
        "wald": [f.statistic, f.pvalue],
        "chi2": [chi2.statistic, chi2.pvalue],
        "t_effect": t.effect,
        "t_sd": t.sd,
        "t_value": t.tvalue,
        "t_pvalue": t.pvalue,
        "t_conf_int": t.conf_int(),
    }
    assert set(found) == set(expected)
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-10, err_msg=name)


def test_the_f_of_all_slopes_is_the_one_of_the_summary(plain: tapefit.RegressionResults) -> None:
    test = plain.f_test([f"{name} = 0" for name in plain.names[1:]])
    assert (test.df_num, test.df_denom) == (plain.df_model, plain.df_resid)
    np.testing.assert_allclose([test.statistic, test.pvalue], [plain.fvalue, plain.f_pvalue], rtol=1e-12)


def test_one_hypothesis_has_f_equal_to_t_squared(plain: tapefit.RegressionResults) -> None:
    one = plain.t_test("area - age = 3")
    np.testing.assert_allclose(plain.f_test("area - age = 3").statistic, one.tvalue**2, rtol=1e-12)


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_units_and_origins_do_not_matter(factor: float, houses: dict[str, Any]) -> None:
    columns = {**houses, "area": houses["area"] * factor, "age": houses["age"] + 1e6}
    r = tapefit.fit(columns, target="price", features=["area", "age"], cov_type="HC1")
    plain = tapefit.fit(houses, target="price", features=["area", "age"], cov_type="HC1")
    scaled, asked = r.f_test(f"area*{factor!r} = 2, age = -.5"), plain.f_test("area = 2, age = -0.5")
    np.testing.assert_allclose(scaled.statistic, asked.statistic, rtol=1e-9)


def test_the_tests_of_a_loaded_model_are_the_same(plain: tapefit.RegressionResults, tmp_path: Any) -> None:
    plain.save(tmp_path / "m.json")
    assert tapefit.load(tmp_path / "m.json").f_test(HYPOTHESES) == plain.f_test(HYPOTHESES)


@pytest.mark.parametrize("given", ["area = 0, area = 1", "area = age, age = area", ["area = 0"] * 7])
def test_dependent_hypotheses_are_refused(given: Any, plain: tapefit.RegressionResults) -> None:
    with pytest.raises(UsageError, match="follows from the others"):
        plain.wald_test(given)


def test_a_dropped_term_cannot_be_tested(houses: dict[str, Any]) -> None:
    columns = {"a": houses["area"], "b": 2 * houses["area"], "y": houses["price"]}
    r = tapefit.fit(columns, on_collinear="drop")
    assert r.f_test("a = 0").df_num == 1
    with pytest.raises(UsageError, match="'b' was dropped"):
        r.f_test("b = 0")


def test_texts_of_tests(plain: tapefit.RegressionResults) -> None:
    assert str(plain.f_test("area = 0")) == "area = 0: F(1, 114) = 11142.4, p = <0.001"
    assert str(plain.t_test("age = 0")).startswith("age = 0: -0.533137 (std err 0.0357648), t = -14.907")
    assert list(plain.t_test("age = 0").summary_frame()) == [
        "hypothesis", "coef", "std_err", "t", "p_value", "ci_lower", "ci_upper",
    ]  # fmt: skip
