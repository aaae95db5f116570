"""Named losses, links of the user's own, offsets, and data that a loss cannot take."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import linprog

import tapefit
from tapefit.errors import DataError, UsageError
from tapefit.objective import LINKS, LOSSES

ROW = np.arange(60)
X = np.column_stack([((37 * ROW) % 60) / 60 - 0.5, np.cos(1.0 * ROW)])
NOISE = ((23 * ROW + 11) % 60 + 0.5) / 60 - 0.5
Y = 1 + 2 * X[:, 0] - X[:, 1] + NOISE
POSITIVE = np.exp(0.3 * Y)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_named_loss_converges_in_ten_steps_and_names_itself(loss):
    noisy = np.where(ROW % 7 == 0, 1 - (Y > 1), Y > 1) * 1.0 if loss == "logistic" else POSITIVE
    results = tapefit.fit(X, noisy, loss=loss)
    assert results.converged
    assert results.n_iter <= (30 if loss in ("mae", "quantile") else 10)  # interior points
    assert loss in results.summary()


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_a_quantile_is_the_optimum_of_its_linear_programme(level):
    ours = tapefit.fit(X, Y, loss="quantile", quantile=level)
    n, Z = len(Y), np.column_stack([np.ones(len(Y)), X])
    cost = np.r_[np.zeros(6), level * np.ones(n), (1 - level) * np.ones(n)]
    best = linprog(cost, A_eq=np.hstack([Z, -Z, np.eye(n), -np.eye(n)]), b_eq=Y, method="highs")
    np.testing.assert_allclose(ours.loss_value, best.fun / n, rtol=1e-9)
    assert ours.level == level


@pytest.mark.parametrize("level", [0.2, 0.5, 0.95])
def test_an_expectile_balances_its_weighted_errors(level):
    results = tapefit.fit(X, Y, loss="expectile", level=level)
    error = Y - results.predict(X)
    weighted = np.where(error > 0, level, 1 - level) * error
    np.testing.assert_allclose(np.column_stack([np.ones(60), X]).T @ weighted, 0, atol=1e-12)


def test_log_cosh_keeps_its_digits_where_errors_are_small_and_where_they_are_large():
    for unit, rtol in ((1e-8, 1e-7), (1e8, 1e-3)):  # squares near 0, absolute values far out
        results = tapefit.fit(X, unit * Y, loss="log_cosh")
        other = tapefit.fit(X, unit * Y, loss="mse" if unit < 1 else "mae")
        np.testing.assert_allclose(results.predict(X), other.predict(X), rtol=rtol, atol=rtol * unit)


def own_poisson(y, mu):
    return mu - y * np.log(mu)


@pytest.mark.parametrize("link", ["log", "sqrt"])
def test_a_function_of_the_mean_takes_a_link(link):
    ours = tapefit.fit(X, POSITIVE, loss=own_poisson, link=link, cov_type="HC0")
    named = tapefit.fit(X, POSITIVE, loss="poisson", link=link, cov_type="HC0")
    np.testing.assert_allclose(ours.params, named.params, rtol=1e-7)
    np.testing.assert_allclose(ours.bse, named.bse, rtol=1e-6)
    np.testing.assert_allclose(ours.predict(X), named.predict(X), rtol=1e-7)
    assert (ours.link, ours.loss) == (link, "own_poisson")


def test_a_function_of_the_predictor_equals_the_same_with_a_link():
    a = tapefit.fit(X, POSITIVE, loss=lambda y, eta: np.exp(eta) - y * eta)
    b = tapefit.fit(X, POSITIVE, loss="poisson", cov_type="HC0")
    np.testing.assert_allclose(a.params, b.params, rtol=1e-9)
    np.testing.assert_allclose(a.bse, b.bse, rtol=1e-8)


@pytest.mark.parametrize("name", LINKS)
def test_a_link_undoes_its_inverse(name):
    eta = np.array([0.1, 0.5, 0.9, 2.0])
    link = LINKS[name]
    np.testing.assert_allclose(link.predictor(link.mu(eta)), eta, rtol=1e-13)
    step = 1e-6
    np.testing.assert_allclose(link.slope(eta), (link.mu(eta + step) - link.mu(eta - step)) / (2 * step), rtol=1e-8)


# -- offsets -------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "quantile", "expectile", "log_cosh"])
def test_an_offset_of_a_loss_of_errors_is_taken_from_y(loss):
    known = np.sin(3.0 * ROW)
    with_offset = tapefit.fit(X, Y, loss=loss, offset=known)
    without = tapefit.fit(X, Y - known, loss=loss)
    np.testing.assert_allclose(with_offset.params, without.params, rtol=1e-9)
    np.testing.assert_allclose(with_offset.bse, without.bse, rtol=1e-7)
    np.testing.assert_allclose(with_offset.predict(X, offset=known), without.predict(X) + known, rtol=1e-9)


def test_an_exposure_is_the_logarithm_of_an_offset():
    time = 1.0 + ROW % 3
    a = tapefit.fit(X, POSITIVE, loss="poisson", exposure=time)
    b = tapefit.fit(X, POSITIVE, loss="poisson", offset=np.log(time))
    np.testing.assert_array_equal(a.params, b.params)
    np.testing.assert_allclose(a.predict(X, exposure=2.0), 2 * a.predict(X, exposure=1.0), rtol=1e-13)


def test_a_model_fitted_with_an_array_asks_for_another_one():
    results = tapefit.fit(X, POSITIVE, loss="poisson", offset=np.zeros(60))
    with pytest.raises(UsageError, match="fitted with an array of offsets, got none for the new rows; pass offset="):
        results.predict(X)


def test_a_row_without_an_offset_is_an_error_or_left_out():
    table = {"x": X[:, 0], "y": POSITIVE, "t": np.where(ROW == 4, np.nan, 1.0 + ROW % 2)}
    with pytest.raises(DataError, match="column 't' has no value on row 4"):
        tapefit.fit(table, loss="poisson", exposure="t")
    assert tapefit.fit(table, loss="poisson", exposure="t", missing="drop").rows.dropped == 1
    assert tapefit.fit(table, loss="poisson", exposure="t", missing="drop").names == ("intercept", "x")


# -- bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        (
            "poisson",
            np.where(ROW == 7, -1.0, 2.0),
            "the loss poisson expects y 0 or more but it is -1 on row 7 of arrays",
        ),
        ("tweedie", np.where(ROW == 7, -1.0, 2.0), "expects y 0 or more but it is -1"),
        ("gamma", np.where(ROW == 7, 0.0, POSITIVE), "the loss gamma expects y above 0 but it is 0 on row 7"),
        ("logistic", np.where(ROW == 7, 1.5, 0.5), "expects y from 0 to 1 but it is 1.5 on row 7"),
        ("logistic", np.zeros(60), "y is 0 in every row, where the loss logistic has no finite minimum"),
        ("poisson", np.zeros(60), "y is 0 in every row"),
        ("logistic", (X[:, 0] > 0.1) * 1.0, "no finite minimum, as column 'x1' separates the rows by y"),
    ],
)
def test_y_that_a_loss_cannot_take_is_told_in_one_sentence(loss, y, message):
    with pytest.raises(DataError, match=message):
        tapefit.fit(X, y, loss=loss)


def test_a_level_whose_rows_all_fail_is_a_separation():
    group = np.where(ROW < 12, "never", "sometimes")
    y = np.where(ROW < 12, 0.0, (Y > 1) ^ (ROW % 5 == 0))
    with pytest.raises(DataError, match="quasi-complete separation"):
        tapefit.fit({"x": X[:, 0], "group": group, "y": y}, loss="logistic")
    with pytest.raises(DataError, match="quasi-complete separation"):
        tapefit.fit(
            {"x": X[:, 0], "group": group, "y": np.where(ROW < 12, 0.0, np.floor(9 * POSITIVE))}, loss="poisson"
        )


def test_an_outlier_is_no_separation():
    x = np.where(ROW == 3, 1e9, X[:, 0])
    y = ((Y > 1) ^ (ROW % 4 == 0)) * 1.0
    assert tapefit.fit({"x": x, "z": X[:, 1], "y": y}, loss="logistic").converged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"loss": "quantile", "quantile": 1.0},
            "Expected quantile of the quantile loss to be a number between 0 and 1",
        ),
        ({"loss": "tweedie", "power": 0.5}, "Expected power of the tweedie loss to be a number of 1 or more, got 0.5"),
        ({"loss": "mse", "quantile": 0.5}, "quantile=0.5 belongs to the loss quantile, got mse; leave quantile out."),
        ({"loss": "poisson", "link": "cubic"}, "Expected a link of identity, inverse, log, logit, probit, sqrt"),
        ({"loss": "mae", "link": "log"}, "The loss mae is fitted with the link identity only, got 'log'"),
        ({"loss": "mse", "exposure": "t"}, "exposure belongs to the link log"),
    ],
)
def test_an_option_that_does_not_belong_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        tapefit.fit(X, POSITIVE, **options)


# -- model files ---------------------------------------------------------------------------


def test_a_model_file_of_version_1_is_still_read(tmp_path):
    results = tapefit.fit(X, Y)
    results.save(tmp_path / "model.json")
    old = json.loads((tmp_path / "model.json").read_text())
    for key in ("link", "offset", "exposure"):
        del old[key]
    for key in ("deviance", "pearson_chi2"):
        del old["statistics"][key]
    old["schema"] = "tapefit.linear/1"
    (tmp_path / "old.json").write_text(json.dumps(old))
    loaded = tapefit.load(tmp_path / "old.json")
    np.testing.assert_array_equal(loaded.predict(X), results.predict(X))
    assert loaded.link == "identity"


def test_a_model_file_with_an_unknown_link_is_refused(tmp_path):
    tapefit.fit(X, POSITIVE, loss="poisson").save(tmp_path / "model.json")
    text = (tmp_path / "model.json").read_text().replace('"log"', '"cubic"')
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(DataError, match="its link 'cubic' is not one of identity"):
        tapefit.load(tmp_path / "model.json")


# -- the estimator -------------------------------------------------------------------------


def test_the_estimator_predicts_means():
    from tapefit import LinearRegression

    model = LinearRegression(loss="poisson").fit(X, POSITIVE)
    np.testing.assert_array_equal(model.predict(X), tapefit.fit(X, POSITIVE, loss="poisson").predict(X))
    tall = LinearRegression(loss="quantile", quantile=0.9).fit(X, Y)
    np.testing.assert_array_equal(tall.coef_, tapefit.fit(X, Y, loss="quantile", quantile=0.9).params[1:])


def test_the_estimator_refuses_y_outside_the_losss_domain():
    from tapefit import LinearRegression

    with pytest.raises(ValueError, match="the loss poisson expects y 0 or more but it is -1 on row 7"):
        LinearRegression(loss="poisson").fit(X, np.where(ROW == 7, -1.0, 2.0))
