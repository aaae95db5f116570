"""freq_weights and var_weights: what each means, in every number of the results."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit import fit, poly
from tapefit.errors import DataError, UsageError

RNG = np.random.default_rng(21)
N = 50
TIMES = RNG.integers(1, 5, N).astype(float)
PRECISION = RNG.uniform(0.2, 3.0, N)
x, z = RNG.standard_normal((2, N))
TABLE = {
    "x": x,
    "z": z,
    "region": np.array(["a", "b", "c"])[np.arange(N) % 3],
    "y": 1 + x - 2 * z + RNG.standard_normal(N),
    "count": RNG.poisson(np.exp(0.5 + 0.4 * x)).astype(float),
    "yes": (RNG.uniform(size=N) < 1 / (1 + np.exp(-x))).astype(float),
    "size": RNG.gamma(2.0, np.exp(0.3 * z)),
    "times": TIMES,
    "precision": PRECISION,
    "block": np.arange(N) % 9,
}
REPEATED = {name: np.repeat(values, TIMES.astype(int)) for name, values in TABLE.items()}
FEATURES = ["x", "z", "region"]
NUMBERS = (
    "params",
    "bse",
    "tvalues",
    "pvalues",
    "nobs",
    "df_model",
    "df_resid",
    "scale",
    "rsquared",
    "rsquared_adj",
    "fvalue",
    "f_pvalue",
    "llf",
    "aic",
    "bic",
    "deviance",
    "pearson_chi2",
    "loss_value",
    "null_deviance",
    "llnull",
)
KINDS: dict[str, dict[str, Any]] = {
    "squares": {},
    "squares, HC0": {"cov_type": "HC0"},
    "squares, HC1": {"cov_type": "HC1"},
    "squares, HC2": {"cov_type": "HC2"},
    "squares, HC3": {"cov_type": "HC3"},
    "squares, cluster": {"groups": "block"},
    "squares, no intercept": {"intercept": False},
    "squares, polynomial": {"features": [poly("x", 3), "z"]},
    "squares, precision": {"var_weights": "precision", "cov_type": "HC3"},
    "squares, ridge": {"penalty": "l2", "alpha": 0.3},
    "poisson": {"target": "count", "loss": "poisson"},
    "poisson, HC3": {"target": "count", "loss": "poisson", "cov_type": "HC3"},
    "logistic": {"target": "yes", "loss": "logistic"},
    "gamma": {"target": "size", "loss": "gamma"},
    "gamma, precision": {"target": "size", "loss": "gamma", "var_weights": "precision"},
    "huber": {"loss": "huber"},
    "mae": {"loss": "mae"},
    "quantile": {"loss": "quantile", "quantile": 0.7},
    "quantile, nonrobust": {"loss": "quantile", "quantile": 0.7, "cov_type": "nonrobust"},
    "quantile, cluster": {"loss": "quantile", "quantile": 0.7, "groups": "block"},
    "one's own": {"loss": lambda y, y_hat: np.log1p(np.square(y - y_hat))},
    "bounds": {"bounds": {"x": (0, 0.5)}},
}


def close(found: Any, expected: Any, rtol: float) -> None:
    np.testing.assert_allclose(np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_frequency_is_the_row_so_often_in_every_number(name: str) -> None:
    options = {"features": FEATURES, "target": "y", **KINDS[name]}
    once, often = fit(TABLE, freq_weights="times", **options), fit(REPEATED, **options)
    corners = options.get("loss") in ("huber", "mae", "quantile")
    for number in NUMBERS:
        close(getattr(once, number), getattr(often, number), 1e-5 if corners else 1e-8)
    close(once.cov_params(), often.cov_params(), 1e-5 if corners else 1e-8)
    assert isinstance(once.nobs, int)
    assert once.rows.used == N


@pytest.mark.parametrize("name", ["squares", "squares, precision", "poisson", "gamma"])
def test_with_cov_type_and_influence_are_those_of_the_repeated_rows(name: str) -> None:
    options = {"features": FEATURES, "target": "y", **KINDS[name]}
    once, often = fit(TABLE, freq_weights="times", **options), fit(REPEATED, **options)
    for kind in ("HC0", "HC1", "HC3"):
        close(once.with_cov_type(kind, TABLE).bse, often.with_cov_type(kind, REPEATED).bse, 1e-8)
    first = np.cumsum(TIMES).astype(int) - 1
    found, expected = once.get_influence(TABLE), often.get_influence(REPEATED)
    for number in ("hat_matrix_diag", "resid_studentized_external", "dfbetas"):
        close(getattr(found, number), getattr(expected, number)[first], 1e-7)
    close(found.cooks_distance[0], expected.cooks_distance[0][first], 1e-7)


def test_a_row_of_frequency_zero_is_not_there() -> None:
    times = TIMES.copy()
    times[[0, 7, 20]] = 0
    table = {**TABLE, "region": np.where(np.arange(N) == 7, "d", TABLE["region"]), "times": times}
    table["x"] = np.where(np.arange(N) == 20, 1e6, x)
    left = {key: values[times > 0] for key, values in table.items()}
    for features in (FEATURES, [poly("x", 4), "region"]):
        a, b = (fit(data, features=features, freq_weights="times") for data in (table, left))
        assert a.names == b.names
        assert np.array_equal(a.params, b.params)
        assert (a.rows.read, a.rows.used, a.rows.dropped) == (N, N - 3, 3)


def test_var_weights_are_those_of_weighted_least_squares() -> None:
    results = fit(TABLE, features=["x", "z"], var_weights="precision")
    root = np.sqrt(PRECISION)
    X = np.column_stack([np.ones(N), x, z]) * root[:, None]
    by_hand = fit(X, TABLE["y"] * root, intercept=False)
    close(results.params, by_hand.params, 1e-12)
    close(results.bse, by_hand.bse, 1e-12)
    assert results.llf == pytest.approx(by_hand.llf + np.log(root).sum(), rel=1e-12)
    assert results.nobs == N


def test_sample_weight_is_var_weights() -> None:
    a = fit(TABLE, features=FEATURES, sample_weight=PRECISION)
    b = fit(TABLE, features=FEATURES, var_weights="precision")
    assert np.array_equal(a.params, b.params)
    assert np.array_equal(a.bse, b.bse)
    assert (a.var_weights, b.var_weights) == ("", "precision")


def test_columns_of_weights_are_no_features() -> None:
    results = fit({name: TABLE[name] for name in ("x", "y", "times", "precision")}, freq_weights="times")
    assert results.names == ("intercept", "x", "precision")


def test_the_model_file_remembers_the_columns(tmp_path: Path) -> None:
    results = fit(TABLE, features=["x"], freq_weights="times", var_weights=PRECISION)
    results.save(tmp_path / "model.json")
    back = tapefit.load(tmp_path / "model.json")
    assert (back.freq_weights, back.var_weights) == ("times", "")
    assert back.nobs == int(TIMES.sum())


def test_a_missing_weight_is_a_missing_value() -> None:
    holes = {**TABLE, "times": np.where(np.arange(N) == 3, np.nan, TIMES)}
    with pytest.raises(DataError, match="'times' has no value on row 3"):
        fit(holes, features=["x"], freq_weights="times")
    dropped = fit(holes, features=["x"], freq_weights="times", missing="drop")
    assert (dropped.rows.dropped, dropped.nobs) == (1, int(TIMES.sum() - TIMES[3]))


@pytest.mark.parametrize(
    ("role", "value", "part"),
    [
        ("freq_weights", -1.0, "whole numbers of 0 or more but 'freq_weights' is -1 on row 5"),
        ("freq_weights", 1.5, "is 1.5 on row 5"),
        ("freq_weights", np.inf, "is inf on row 5"),
        ("freq_weights", np.nan, "has no value on row 5"),
        ("var_weights", -1.0, "numbers above 0 but 'var_weights' is -1 on row 5"),
        ("var_weights", 0.0, "is 0 on row 5"),
        ("var_weights", np.inf, "is inf on row 5"),
        ("var_weights", np.nan, "has no value on row 5"),
    ],
)
def test_a_weight_that_cannot_be_is_told_with_its_row(role: str, value: float, part: str) -> None:
    weights = np.ones(N)
    weights[5] = value
    with pytest.raises(DataError) as caught:
        fit(TABLE, features=["x"], **{role: weights})
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_no_weights_can_be_is_refused() -> None:
    with pytest.raises(UsageError, match="sample_weight is another name of var_weights"):
        fit(TABLE, features=["x"], var_weights=PRECISION, sample_weight=PRECISION)
    with pytest.raises(DataError, match="is 0 in all of them"):
        fit(TABLE, features=["x"], freq_weights=np.zeros(N))
    with pytest.raises(DataError, match="'weight' is not in"):
        fit(TABLE, features=["x"], freq_weights="weight")
    with pytest.raises(DataError, match="has the text 'a'"):
        fit(TABLE, features=["x"], var_weights="region")


# -- statsmodels -------------------------------------------------------------------------------

ROWS = runpy.run_path(str(Path(__file__).with_name("glm_cases.py")))["rows"]()
RECORDED = json.loads(Path(__file__).with_name("weights_statsmodels.json").read_text())["cases"]
TARGETS = {"mse": "size", "poisson": "count", "gamma": "size", "logistic": "yes"}


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_the_numbers_are_those_of_statsmodels(name: str) -> None:
    # statsmodels 0.15.0's GLM; see record_weights.py
    loss, kind = name.split(", ")
    table = {**ROWS, "times": 1.0 + np.arange(60) % 4}
    more = {"var_weights": "time"} if kind == "both" else {}
    results = fit(table, target=TARGETS[loss], features=["x", "z"], loss=loss, freq_weights="times", **more)
    theirs = RECORDED[name]
    close(results.params, theirs["params"], 1e-9)
    close(results.bse, theirs["bse"], 1e-9)
    assert results.df_resid == theirs["df_resid"]
    if loss != "mse":  # there ours is least squares: its likelihood has the residual variance over n, and no deviance
        for number in ("llf", "aic", "deviance", "pearson_chi2"):
            assert getattr(results, number) == pytest.approx(theirs[number], rel=1e-9), number
    assert (1.0 if loss in ("poisson", "logistic") else results.scale) == pytest.approx(theirs["scale"], rel=1e-9)
