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
