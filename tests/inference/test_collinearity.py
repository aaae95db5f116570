from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapefit


def test_vif_equals_statsmodels(plain: tapefit.RegressionResults, statsmodels: dict[str, Any]) -> None:
    assert np.isnan(plain.vif[0])
    np.testing.assert_allclose(plain.vif[1:], statsmodels["vif"], rtol=1e-10)


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_the_two_columns_are_named_whatever_their_units(factor: float) -> None:
    rng = np.random.default_rng(1)
    a, c = rng.normal(size=(2, 50))
    columns = {"a": a, "c": c, "b": factor * (a + 1e-3 * rng.normal(size=50)) + 5, "y": rng.normal(size=50)}
    r = tapefit.fit(columns)
    pair = r.collinear
    assert pair is not None
    assert (r.names[pair.first], r.names[pair.second]) == ("a", "b")
    assert pair.condition > 1000
    assert r.vif[1] > 1e5
    assert "Nearly collinear: a and b (condition number" in str(r)


def test_columns_at_right_angles_get_no_word(plain: tapefit.RegressionResults) -> None:
    assert "collinear" not in str(plain)


def test_one_column_has_no_pair() -> None:
    r = tapefit.fit({"x": [1.0, 2.0, 4.0], "y": [1.0, 2.0, 3.0]})
    assert r.collinear is None
    assert r.vif[1] == pytest.approx(1)
