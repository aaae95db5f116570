from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit.errors import UsageError


@pytest.fixture(scope="module")
def small(houses: dict[str, Any]) -> tapefit.RegressionResults:
    return tapefit.fit(houses, target="price", features=["area"], cov_type="HC1")


def test_a_table_has_a_column_a_model(plain: tapefit.RegressionResults, small: tapefit.RegressionResults) -> None:
    lines = str(tapefit.compare([small, plain], names=["small", "large"])).splitlines()
    assert lines[0].split() == ["small", "large"]
    assert lines[4].split() == ["area", f"{small.params[1]:.6g}", f"{plain.params[1]:.6g}"]
    assert lines[5].split() == [f"({small.bse[1]:.6g})", f"({plain.bse[1]:.6g})"]
    assert lines[6].split() == ["age", f"{plain.params[2]:.6g}"]
    assert any(line.split() == ["Covariance", "HC1", "nonrobust"] for line in lines)
    assert not any("uncentred" in line for line in lines)


def test_formats_hold_the_same_numbers(plain: tapefit.RegressionResults, small: tapefit.RegressionResults) -> None:
    both = tapefit.compare([small, plain])
    assert both.names == ("(1)", "(2)")
    for text in (both.to_markdown(), both.to_latex(), str(both)):
        assert f"{plain.params[1]:.6g}" in text
    assert both.to_latex().count(r"\midrule") == 2
    assert len({line.count("|") for line in both.to_markdown().splitlines()}) == 1
    again = json.loads(json.dumps(both.to_dict(), allow_nan=False))
    assert [model["name"] for model in again["models"]] == ["(1)", "(2)"]
    frame = both.summary_frame()
    assert frame["model"] == ["(1)"] * 2 + ["(2)"] * 6
    assert {len(column) for column in frame.values()} == {8}


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_dataframe_has_a_row_a_term(backend: str, plain: tapefit.RegressionResults) -> None:
    library = pytest.importorskip(backend)
    frame = plain.summary_frame(backend=backend)
    assert isinstance(frame, library.DataFrame)
    assert list(frame.columns) == ["term", "coef", "std_err", "t", "p_value", "ci_lower", "ci_upper"]
    np.testing.assert_array_equal(frame["coef"].to_numpy(), plain.params)
    with pytest.raises(UsageError, match="backend"):
        plain.summary_frame(backend="excel")


def test_tables_escape_what_their_language_reads() -> None:
    data = {"a_b|c": [1.0, 2.0, 4.0], "100% & more": [1.0, 0.0, 0.0], "y": [1.0, 2.0, 3.5]}
    r = tapefit.fit(data, intercept=False)
    assert r"a\_b\|c" in r.to_markdown()
    assert r"a\_b\textbar{}c & " in r.to_latex()
    assert r"100\% \& more & " in r.to_latex()
    assert "R-squared (uncentred)" in r.to_markdown()


def test_what_cannot_be_compared_is_refused(plain: tapefit.RegressionResults) -> None:
    with pytest.raises(UsageError, match="got none"):
        tapefit.compare([])
    with pytest.raises(UsageError, match="got int"):
        tapefit.compare([1])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="got 1 for 2"):
        tapefit.compare([plain, plain], names=["one"])


def test_what_is_not_defined_is_left_empty_and_the_note_stands_below(houses: dict[str, Any]) -> None:
    lasso = tapefit.fit(houses, target="price", features=["area", "age"], penalty="l1", alpha=2.0)
    for text in (lasso.to_markdown(), lasso.to_latex(), str(tapefit.compare([lasso]))):
        assert "nan" not in text
    assert "\n\nWarning: standard errors are not given" in lasso.to_markdown()


def test_a_likelihood_has_its_dispersion_and_no_residual_standard_error(
    plain: tapefit.RegressionResults, houses: dict[str, Any]
) -> None:
    gamma = tapefit.fit(houses, target="price", features=["area"], loss="gamma")
    rows = {line.rpartition("  ")[0].strip(): line.split() for line in str(tapefit.compare([gamma])).splitlines()}
    assert rows["Dispersion"][-1] == f"{gamma.scale:.6g}"
    assert rows["Deviance"][-1] == f"{gamma.deviance:.6g}"
    assert "Residual std. error" not in str(tapefit.compare([gamma]))
    assert "Dispersion" not in str(tapefit.compare([plain]))


def test_negative_numbers_have_a_minus_in_latex(plain: tapefit.RegressionResults) -> None:
    assert plain.params[2] < 0
    assert f"age & $-${-plain.params[2]:.6g} & " in plain.to_latex()
