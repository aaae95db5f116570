from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapefit
import tapefit as tf
from tapefit.errors import UsageError


@pytest.fixture(scope="module")
def twelve(houses: dict[str, Any]) -> dict[str, Any]:
    return {name: houses[name][:12] for name in ("area", "age", "price")}


def test_influence_equals_statsmodels(twelve: dict[str, Any], statsmodels: dict[str, Any]) -> None:
    i = tapefit.fit(twelve, target="price").get_influence(twelve)
    for name, expected in statsmodels["influence"].items():
        found = getattr(i, name)
        np.testing.assert_allclose(found[0] if isinstance(found, tuple) else found, expected, rtol=1e-9, err_msg=name)
    assert i.dffits[1] == 2 * np.sqrt(3 / 12)
    assert list(i.summary_frame())[:4] == ["dfb_intercept", "dfb_area", "dfb_age", "cooks_d"]


@pytest.mark.parametrize("weight", [None, 1.0 + np.arange(12) % 4])
def test_influence_is_what_leaving_the_row_out_does(weight: Any, twelve: dict[str, Any]) -> None:
    whole = tapefit.fit(twelve, target="price", sample_weight=weight)
    i = whole.get_influence(twelve, sample_weight=weight)
    assert i.hat_matrix_diag.sum() == pytest.approx(3)
    for row in (0, 7):
        keep = np.arange(12) != row
        rest = tapefit.fit(
            {name: values[keep] for name, values in twelve.items()},
            target="price",
            sample_weight=None if weight is None else weight[keep],
        )
        np.testing.assert_allclose(i.dfbeta[row], whole.params - rest.params, rtol=1e-8)
        np.testing.assert_allclose(i.dfbetas[row], i.dfbeta[row] / (np.sqrt(rest.scale) * i.unscaled), rtol=1e-8)


def test_units_and_origins_do_not_matter(twelve: dict[str, Any]) -> None:
    far = {**twelve, "area": twelve["area"] * 1e-9, "age": twelve["age"] + 1e8}
    a = tapefit.fit(twelve, target="price").get_influence(twelve)
    b = tapefit.fit(far, target="price").get_influence(far)
    np.testing.assert_allclose(a.cooks_distance[0], b.cooks_distance[0], rtol=1e-8)
    np.testing.assert_allclose(a.dfbetas[:, 1:], b.dfbetas[:, 1:], rtol=1e-7)


def test_other_rows_are_refused(twelve: dict[str, Any]) -> None:
    r = tapefit.fit(twelve, target="price")
    with pytest.raises(UsageError, match="needs the 12 rows"):
        r.get_influence({name: values[:11] for name, values in twelve.items()})
    with pytest.raises(UsageError, match="pass the same data again"):
        r.get_influence({**twelve, "price": twelve["price"][::-1]})
    with pytest.raises(UsageError, match="needs a loss that is curved at every row, got mae"):
        tapefit.fit(twelve, target="price", loss="mae").get_influence(twelve)


def test_a_row_alone_has_leverage_one_and_no_distance() -> None:
    data = {"x": [0.0, 0.0, 0.0, 1.0], "y": [1.0, 2.0, 4.0, 3.0]}
    i = tapefit.fit(data).get_influence(data)
    assert i.hat_matrix_diag[3] == pytest.approx(1)
    assert np.isnan(i.cooks_distance[0][3])
    assert np.isfinite(i.cooks_distance[0][:3]).all()


ROWS = {
    "x": np.arange(40.0) % 7,
    "z": np.sin(np.arange(40.0)),
    "years": 1.0 + np.arange(40) % 3,
    "y": np.floor(2 + (np.arange(40.0) % 7) * (0.5 + np.cos(np.arange(40.0) ** 2) ** 2)),
}
SMOOTH: dict[str, dict[str, Any]] = {
    "poisson": {"loss": "poisson"},
    "poisson, exposure": {"loss": "poisson", "exposure": "years"},
    "gamma, inverse": {"loss": "gamma", "link": "inverse"},
    "squares, log": {"loss": "mse", "link": "log"},
    "expectile": {"loss": "expectile", "level": 0.8},
    "log_cosh": {"loss": "log_cosh"},
    "squares, offset": {"offset": "years"},
}


@pytest.mark.parametrize("name", SMOOTH)
def test_one_step_without_a_row_comes_close_to_the_fit_without_it(name: str) -> None:
    options = {"features": ["x", "z"], **SMOOTH[name]}
    whole = tapefit.fit(ROWS, **options)
    i = whole.get_influence(ROWS)
    gone = np.array(
        [whole.params - tapefit.fit({k: np.delete(v, r) for k, v in ROWS.items()}, **options).params for r in range(40)]
    )
    assert (np.linalg.norm(i.dfbeta - gone, axis=0) < 0.25 * np.linalg.norm(gone, axis=0)).all()
    np.testing.assert_allclose(i.hat_matrix_diag.sum(), 3, rtol=1e-9)


def test_influence_of_a_function_needs_it_again() -> None:
    def cosh(y: Any, y_hat: Any) -> Any:
        return tf.cosh(0.1 * (y - y_hat))

    r = tapefit.fit(ROWS, features=["x", "z"], loss=cosh)
    with pytest.raises(UsageError, match="needs the loss cosh, of which the results keep the name alone; pass the fun"):
        r.get_influence(ROWS)
    with pytest.raises(UsageError, match="with a mean loss of"):
        r.get_influence(ROWS, loss=lambda y, y_hat: tf.cosh(0.2 * (y - y_hat)))
    assert r.get_influence(ROWS, loss=cosh).hat_matrix_diag.sum() == pytest.approx(3)
