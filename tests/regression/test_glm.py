"""Losses that are half a deviance: the numbers of statsmodels, and laws."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import tapefit

_SHARED = runpy.run_path(str(Path(__file__).with_name("glm_cases.py")))
CASES, rows = _SHARED["CASES"], _SHARED["rows"]
RECORDED = json.loads(Path(__file__).with_name("glm_statsmodels.json").read_text())["cases"]


def fitted(case, **more):
    data = rows()
    weight = data[case["weight"]] if "weight" in case else None
    options = {key: case[key] for key in ("loss", "link", "power", "offset", "exposure") if key in case}
    return tapefit.fit(data, target=case["y"], features=["x", "z"], sample_weight=weight, **options, **more)


@pytest.mark.parametrize("name", CASES)
def test_a_generalised_linear_model_equals_statsmodels(name):
    # statsmodels 0.15.0, to the last step that changes a coefficient; see record_glm.py
    ours, theirs = fitted(CASES[name]), RECORDED[name]
    assert ours.converged
    assert ours.n_iter <= 10
    for key in ("params", "bse", "llf", "aic", "bic", "deviance", "pearson_chi2", "scale"):
        np.testing.assert_allclose(getattr(ours, key), theirs[key], rtol=1e-9, atol=1e-12, err_msg=key)
    np.testing.assert_allclose(ours.pvalues, theirs["pvalues"], rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(ours.conf_int(0.9), theirs["conf_int"], rtol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_a_constant_alone_equals_statsmodels(name):
    ours, theirs = fitted(CASES[name]), RECORDED[name]
    for key in ("null_deviance", "llnull"):
        np.testing.assert_allclose(getattr(ours, key), theirs[key], rtol=1e-9, err_msg=key)
    for kind, value in theirs["pseudo_rsquared"].items():
        np.testing.assert_allclose(ours.pseudo_rsquared(kind), value, rtol=1e-9, err_msg=kind)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3", "cluster"])
@pytest.mark.parametrize("name", CASES)
def test_robust_standard_errors_equal_statsmodels(name, kind):
    # cluster from statsmodels itself, the others from its scores, Hessian and leverages; see record_glm.py
    groups = np.arange(60) % 7 if kind == "cluster" else None
    ours = fitted(CASES[name], cov_type=kind, groups=groups)
    np.testing.assert_allclose(ours.bse, RECORDED[name]["robust"][kind], rtol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_influence_equals_statsmodels(name):
    case, data = CASES[name], rows()
    weight = data[case["weight"]] if "weight" in case else None
    found = fitted(case).get_influence(data, sample_weight=weight)
    for key, theirs in RECORDED[name]["influence"].items():
        ours = getattr(found, key)
        ours = ours[0] if isinstance(ours, tuple) else ours
        if key == "dfbeta" and case["link"] == "inverse":  # a falling link, whose sign statsmodels loses
            theirs = -np.array(theirs)
        np.testing.assert_allclose(ours[:4], theirs, rtol=1e-8, atol=1e-13, err_msg=key)
    assert found.hat_matrix_diag.sum() == pytest.approx(3, rel=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_predictions_of_the_mean_have_the_intervals_of_statsmodels(name):
    new = {column: values[:5] for column, values in rows().items()}
    frame = fitted(CASES[name]).get_prediction(new).summary_frame(0.9)
    recorded = RECORDED[name]["predicted"]
    if CASES[name]["link"] == "inverse":  # where statsmodels has the ends the other way round
        recorded["mean_ci_lower"], recorded["mean_ci_upper"] = recorded["mean_ci_upper"], recorded["mean_ci_lower"]
    for key, theirs in recorded.items():
        np.testing.assert_allclose(frame[key], theirs, rtol=1e-9, err_msg=key)
    assert np.isnan(frame["obs_ci_lower"]).all()


@pytest.mark.parametrize("name", CASES)
def test_columns_in_another_unit_change_their_coefficients_alone(name):
    ours = fitted(CASES[name])
    data = rows() | {"x": 1e7 * rows()["x"] + 1e8, "z": 1e-9 * rows()["z"]}
    case = CASES[name]
    options = {key: case[key] for key in ("loss", "link", "power", "offset", "exposure") if key in case}
    weight = data[case["weight"]] if "weight" in case else None
    other = tapefit.fit(data, target=case["y"], features=["x", "z"], sample_weight=weight, **options)
    np.testing.assert_allclose(other.predict(data), ours.predict(rows()), rtol=1e-9)
    np.testing.assert_allclose(other.params[1:] * [1e7, 1e-9], ours.params[1:], rtol=1e-7)
    np.testing.assert_allclose(other.tvalues[1:], ours.tvalues[1:], rtol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_a_weight_of_two_counts_as_a_row_twice_where_the_dispersion_is_known(name):
    case, data = CASES[name], rows()
    if "weight" in case or case["loss"] not in ("poisson", "logistic") or case["y"] == "share":
        return
    options = {key: case[key] for key in ("loss", "link", "offset", "exposure") if key in case}
    twice = {column: np.concatenate([values, values[:20]]) for column, values in data.items()}
    weight = 1.0 + (np.arange(60) < 20)
    a = tapefit.fit(twice, target=case["y"], features=["x", "z"], **options)
    b = tapefit.fit(data, target=case["y"], features=["x", "z"], sample_weight=weight, **options)
    np.testing.assert_allclose(a.params, b.params, rtol=1e-9)
    np.testing.assert_allclose(a.bse, b.bse, rtol=1e-9)
    np.testing.assert_allclose(a.llf, b.llf, rtol=1e-10)


def test_trials_as_weights_of_proportions_equal_their_single_outcomes():
    data = rows()
    X = np.column_stack([data["x"], data["z"]])
    hits, trials = np.rint(8 * data["share"]).astype(int), 8
    singles = np.concatenate([np.r_[np.ones(h), np.zeros(trials - h)] for h in hits])
    a = tapefit.fit(X, data["share"], loss="logistic", sample_weight=np.full(60, 8.0))
    b = tapefit.fit(np.repeat(X, trials, axis=0), singles, loss="logistic")
    np.testing.assert_allclose(a.params, b.params, rtol=1e-9)
    np.testing.assert_allclose(a.bse, b.bse, rtol=1e-9)


def test_the_score_is_zero_at_the_solution_of_a_canonical_link():
    data = rows()
    results = fitted(CASES["poisson, exposure"])
    X = np.column_stack([np.ones(60), data["x"], data["z"]])
    np.testing.assert_allclose(X.T @ (data["count"] - results.predict(data)), 0, atol=1e-11)


def test_counts_of_millions_keep_their_digits():
    x = np.linspace(-1, 1, 50)
    y = np.floor(np.exp(15 + 0.3 * x))
    results = tapefit.fit({"x": x, "y": y}, loss="poisson")
    assert results.converged
    np.testing.assert_allclose(results.params, [15, 0.3], rtol=1e-6)
    assert results.deviance < 1e-4  # of about 50 roundings to whole numbers, without cancellation


def test_the_robust_covariance_of_a_canonical_link_is_the_sandwich():
    data = rows()
    results = fitted(CASES["poisson"], cov_type="HC0")
    X = np.column_stack([np.ones(60), data["x"], data["z"]])
    mu = results.predict(data)
    bread = np.linalg.inv(X.T @ (mu[:, None] * X))
    meat = X.T @ (np.square(data["count"] - mu)[:, None] * X)
    np.testing.assert_allclose(results.cov_params(), bread @ meat @ bread, rtol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_a_saved_model_predicts_the_same(name, tmp_path):
    results = fitted(CASES[name])
    results.save(tmp_path / "model.json")
    loaded = tapefit.load(tmp_path / "model.json")
    np.testing.assert_array_equal(loaded.predict(rows()), results.predict(rows()))
    assert loaded.summary() == results.summary()
    assert results.link == "identity" or re.search(rf"Link: +{results.link}", results.summary())


def test_a_descent_reaches_the_same_coefficients():
    slow = fitted(CASES["poisson, exposure"], solver="gd", max_iter=5000)
    np.testing.assert_allclose(slow.params, fitted(CASES["poisson, exposure"]).params, rtol=1e-5)
