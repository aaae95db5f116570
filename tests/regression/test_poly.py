"""poly: powers of a column in any fit, with the digits that exact arithmetic has."""

from __future__ import annotations

import json
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit import LinearRegression, fit, poly
from tapefit.errors import ConvergenceWarning, DataError, DataWarning, UsageError

ROOT = Path(__file__).resolve().parents[2]
NIST = ROOT.parent / "shared" / "reference" / "nist_strd.json"
# What float64 values of x and y allow, of coefficients and of standard errors (0 where the residual is 0).
DIGITS = {
    "Filip": (13.9, 14.0),
    "Pontius": (13.4, 13.5),
    "Wampler1": (14.9, 0.0),
    "Wampler2": (13.1, 0.0),
    "Wampler3": (14.9, 14.0),
    "Wampler4": (14.9, 14.0),
    "Wampler5": (14.9, 14.0),
}

RNG = np.random.default_rng(8)
x = RNG.uniform(-8.8, -3.1, 60)
z = RNG.standard_normal(60)
TABLE = {"x": x, "z": z, "y": np.cos(x) + 0.3 * z + 0.1 * RNG.standard_normal(60)}
COUNTS = {**TABLE, "y": RNG.poisson(np.exp(1 + 0.5 * np.sin(x)))}
RAW = {"z": z, **{f"x^{k}" if k > 1 else "x": x**k for k in (1, 2, 3)}}


def digits(found: Any, certified: Any) -> float:
    error = np.abs(np.asarray(found) - np.asarray(certified)) / np.abs(np.asarray(certified))
    return float(np.min(-np.log10(np.maximum(error, 1e-16))))


@pytest.mark.skipif(not NIST.exists(), reason="the NIST sets are not beside this clone")
@pytest.mark.parametrize("name", sorted(DIGITS))
def test_the_nist_polynomials_have_the_digits_that_their_values_allow(name: str) -> None:
    case = json.loads(NIST.read_text(encoding="utf-8"))[name]
    data = {"x": next(iter(case["x"].values())), "y": case["y"]}
    results = fit(data, features=[poly("x", case["degree"])], intercept=case["intercept"])
    coefficients, errors = DIGITS[name]
    assert digits(results.params, case["estimates"]) >= coefficients
    if errors:
        assert digits(results.bse, case["std_devs"]) >= errors


def solved(columns: list[Any], y: Any, first: Any = None) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Least squares in rational numbers, on a first column of ones if not given: the coefficients, and (X'X)^-1."""
    X = [list(map(Fraction, row)) for row in zip(first or [1] * len(y), *columns, strict=True)]
    k = len(X[0])
    rows = [
        [sum(r[i] * r[j] for r in X) for j in range(k)]
        + [Fraction(int(i == j)) for j in range(k)]
        + [sum(r[i] * Fraction(v) for r, v in zip(X, y, strict=True))]
        for i in range(k)
    ]
    for i in range(k):
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for m in range(k):
            if m != i:
                rows[m] = [a - rows[m][i] * b for a, b in zip(rows[m], rows[i], strict=True)]
    return [row[-1] for row in rows], [row[k : 2 * k] for row in rows]


def test_coefficients_and_standard_errors_are_those_of_exact_arithmetic() -> None:
    exact_x = [Fraction(v) for v in x.tolist()]
    beta, inverse = solved([[v**k for v in exact_x] for k in range(1, 9)], TABLE["y"].tolist())
    results = fit(TABLE, features=[poly("x", 8)])
    assert digits(results.params, [float(b) for b in beta]) >= 14.5
    errors = np.sqrt(results.scale * np.array([float(inverse[j][j]) for j in range(9)]))
    assert digits(results.bse, errors) >= 13.5
    assert results.condition_number < 10


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"intercept": False},
        {"cov_type": "HC3"},
        {"sample_weight": 1 + np.arange(60) % 3},
        {"loss": "huber", "delta": 0.1},
        {"loss": "mae"},
        {"loss": "quantile", "quantile": 0.3},
        {"loss": lambda y, y_hat: (y - y_hat) ** 4},
        {"groups": np.arange(60) % 7},
        {"offset": z},
    ],
    ids=lambda options: ", ".join(options) or "plain",
)
def test_the_fit_is_that_of_powers_as_columns(options: dict[str, Any]) -> None:
    raw = fit({**RAW, "y": TABLE["y"]}, **options)
    results = fit(TABLE, features=["z", poly("x", 3)], **options)
    assert results.names == raw.names
    np.testing.assert_allclose(results.params, raw.params, rtol=1e-7)
    np.testing.assert_allclose(results.bse, raw.bse, rtol=1e-6)
    np.testing.assert_allclose(results.cov_params(), raw.cov_params(), rtol=1e-6)
    assert results.loss_value == pytest.approx(raw.loss_value, rel=1e-10)


def test_a_poisson_loss_and_a_likelihood() -> None:
    raw = fit({**RAW, "y": COUNTS["y"]}, loss="poisson")
    results = fit(COUNTS, features=["z", poly("x", 3)], loss="poisson")
    np.testing.assert_allclose(results.params, raw.params, rtol=1e-8)
    np.testing.assert_allclose(results.bse, raw.bse, rtol=1e-8)
    assert results.llf == pytest.approx(raw.llf, rel=1e-12)
    assert fit(COUNTS, features=[poly("x", 10)], loss="poisson").converged


def test_predictions_and_their_errors_are_those_of_powers_as_columns() -> None:
    raw = fit({**RAW, "y": TABLE["y"]})
    results = fit(TABLE, features=["z", poly("x", 3)])
    new = np.linspace(-12, 3, 20)
    columns = {"z": np.ones(20), "x": new, "x^2": new**2, "x^3": new**3}
    expected = raw.get_prediction(columns).summary_frame()
    for key, values in results.get_prediction({"x": new, "z": np.ones(20)}).summary_frame().items():
        np.testing.assert_allclose(values, expected[key], rtol=1e-9)


def test_predictions_are_those_of_exact_coefficients() -> None:
    exact_x = [Fraction(v) for v in x.tolist()]
    beta, _ = solved([[v**k for v in exact_x] for k in range(1, 9)], TABLE["y"].tolist())
    expected = [float(sum(b * v**k for k, b in enumerate(beta))) for v in exact_x]
    np.testing.assert_allclose(fit(TABLE, features=[poly("x", 8)]).predict(TABLE), expected, rtol=1e-13)


def test_several_polynomials_and_levels_stand_in_the_order_of_the_features() -> None:
    table = {**TABLE, "region": np.array(["a", "b", "c"])[np.arange(60) % 3]}
    results = fit(table, features=[poly("z", 2), "region", poly("x", 2)])
    assert results.names == ("intercept", "z", "z^2", "region[b]", "region[c]", "x", "x^2")
    by_hand = fit({"z": z, "z2": z**2, "region": table["region"], "x": x, "x2": x**2, "y": table["y"]})
    np.testing.assert_allclose(results.params, by_hand.params, rtol=1e-9)
    np.testing.assert_allclose(results.vif, by_hand.vif, rtol=1e-9)
    frame = results.get_influence(table).summary_frame()
    expected = by_hand.get_influence({**table, "z2": z**2, "x2": x**2}).summary_frame()
    np.testing.assert_allclose(frame["dfb_x^2"], expected["dfb_x2"], rtol=1e-6)


def test_degree_one_is_the_column_itself() -> None:
    plain, results = fit(TABLE, features=["x"]), fit(TABLE, features=poly("x", 1))
    assert np.array_equal(plain.params, results.params)
    assert results.names == plain.names


def test_rows_with_missing_values_play_no_part_in_the_range() -> None:
    holes = {"x": np.append(x, [1e6, np.nan]), "y": np.append(TABLE["y"], [np.nan, 1.0])}
    results = fit(holes, features=[poly("x", 3)], missing="drop")
    assert np.array_equal(results.params, fit(TABLE, features=[poly("x", 3)]).params)


def test_a_change_of_unit_divides_the_coefficients() -> None:
    plain = fit(TABLE, features=[poly("x", 4)])
    scaled = fit({**TABLE, "x": 1024 * x}, features=[poly("x", 4)])
    assert np.array_equal(scaled.params * 1024.0 ** np.arange(5), plain.params)
    assert np.array_equal(scaled.bse * 1024.0 ** np.arange(5), plain.bse)


def test_hypotheses_about_powers_are_named_in_backticks() -> None:
    raw = fit({**RAW, "y": TABLE["y"]})
    results = fit(TABLE, features=["z", poly("x", 3)])
    text = "`x^2` = 0, `x^3` = 0"
    assert results.f_test(text).statistic == pytest.approx(raw.f_test(text).statistic, rel=1e-9)


def test_the_model_file_remembers_the_polynomial(tmp_path: Path) -> None:
    for intercept in (True, False):
        results = fit(TABLE, features=[poly("x", 5), "z"], intercept=intercept)
        results.save(tmp_path / "model.json")
        back = tapefit.load(tmp_path / "model.json")
        assert back.encoding == results.encoding
        assert np.array_equal(back.predict(TABLE), results.predict(TABLE))
        assert np.array_equal(back.bse, results.bse)


@pytest.mark.parametrize(
    "change",
    [{"y": [2, 0.0, 1.0]}, {"x": [2, 0.0, 0.0]}, {"x": [1, 0.0, 1.0]}, {"x": [1000, 0.0, 1.0]}, {"x": [2.5, 0.0, 1.0]}],
    ids=str,
)
def test_a_model_file_with_impossible_powers_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    fit(TABLE, features=[poly("x", 2)]).save(path)
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "powers": change}))
    with pytest.raises(DataError, match="not a model file"):
        tapefit.load(path)


def test_a_degree_that_the_values_do_not_determine_loses_its_highest_powers() -> None:
    table = {"x": [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0], "y": [1.0, 2.0, 5.0, 1.1, 2.1, 4.9, 0.9]}
    with pytest.raises(DataError, match=r"'x\^3' is a combination of"):
        fit(table, features=[poly("x", 4)])
    less = fit(table, features=[poly("x", 4)], on_collinear="drop")
    square = fit(table, features=[poly("x", 2)])
    np.testing.assert_allclose(less.params[:3], square.params, rtol=1e-12)
    assert less.params[3:].tolist() == [0.0, 0.0]
    assert less.dropped == (3, 4)
    np.testing.assert_allclose(less.predict({"x": [0.5]}), square.predict({"x": [0.5]}), rtol=1e-12)


def test_a_power_below_others_cannot_be_dropped() -> None:
    with pytest.raises(DataError, match="higher powers stand on it"):
        fit({**TABLE, "square": x**2}, features=["square", poly("x", 3)], on_collinear="drop")


def test_a_learning_rate_works_on_the_powers_themselves() -> None:
    table = {"x": np.linspace(0, 1, 9), "y": np.linspace(0, 1, 9) ** 2}
    with pytest.warns(ConvergenceWarning):
        results = fit(table, features=[poly("x", 2)], solver="gd", learning_rate=0.5, max_iter=3)
    X = np.column_stack([np.ones(9), table["x"], table["x"] ** 2])
    b = np.zeros(3)
    for _ in range(3):
        b = b + 0.5 * 2 / 9 * X.T @ (table["y"] - X @ b)
    np.testing.assert_allclose(results.params, b, rtol=1e-12)


@pytest.mark.parametrize("degree", [0, 51, 2.5, "2", True, None])
def test_a_degree_is_a_whole_number_from_1_to_50(degree: Any) -> None:
    with pytest.raises(UsageError, match="degree from 1 to 50"):
        poly("x", degree)


def test_what_has_no_powers_is_refused() -> None:
    with pytest.raises(DataError, match="'x' has the text 'a' on row 0"):
        fit({"x": ["a", "b", "a"], "y": [1.0, 2.0, 3.0]}, features=[poly("x", 2)])
    with pytest.raises(DataError, match="constant"):
        fit({"x": [2.0, 2.0, 2.0], "y": [1.0, 2.0, 3.0]}, features=[poly("x", 2)])
    with pytest.raises(UsageError, match="'x' is given 2 times"):
        fit(TABLE, features=["x", poly("x", 2)])
    with pytest.raises(DataError, match="'w' is not in"):
        fit(TABLE, features=[poly("w", 2)])


def test_penalties_and_explain_want_columns() -> None:
    for call in (
        lambda: fit(TABLE, features=[poly("x", 2)], penalty="l2", alpha=1.0),
        lambda: tapefit.fit_path(TABLE, features=[poly("x", 2)], penalty="l2"),
        lambda: tapefit.explain(TABLE, features=[poly("x", 2)]),
    ):
        with pytest.raises(UsageError, match=r"got poly\('x', 2\)"):
            call()


# -- the estimator -----------------------------------------------------------------------------


def test_the_estimator_takes_degrees_by_name_or_place() -> None:
    X, y = np.column_stack([z, x]), TABLE["y"]
    expected = fit(TABLE, features=["z", poly("x", 3)])
    model = LinearRegression(poly={1: 3}).fit(X, y)
    assert model.results_.names == ("intercept", "x1", "x2", "x2^2", "x2^3")
    assert np.array_equal(np.append(model.intercept_, model.coef_), expected.params)
    np.testing.assert_allclose(model.predict(X), expected.predict(TABLE), rtol=1e-13)
    pandas = pytest.importorskip("pandas")
    named = LinearRegression(poly={"x": 3}).fit(pandas.DataFrame({"z": z, "x": x}), y)
    assert named.results_.names == expected.names
    assert np.array_equal(named.coef_, model.coef_)


@pytest.mark.parametrize("intercept", [True, False])
def test_blocks_of_five_rows_have_all_digits(intercept: bool) -> None:
    exact_x = [Fraction(v) for v in x.tolist()]
    columns = [[v**k for v in exact_x] for k in range(2 - intercept, 9)]
    first = None if intercept else exact_x
    beta, inverse = solved(columns, TABLE["y"].tolist(), first)
    model = LinearRegression(poly={0: 8}, fit_intercept=intercept)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # the first blocks have fewer rows than columns
        for i in range(0, 60, 5):
            model.partial_fit(x[i : i + 5, None], TABLE["y"][i : i + 5])
    results = model.results_
    assert digits(results.params, [float(b) for b in beta]) >= 14.0
    errors = np.sqrt(results.scale * np.array([float(inverse[j][j]) for j in range(len(beta))]))
    assert digits(results.bse, errors) >= 13.5


@pytest.mark.skipif(not NIST.exists(), reason="the NIST sets are not beside this clone")
@pytest.mark.parametrize("name", sorted(DIGITS))
def test_the_nist_polynomials_have_their_digits_in_blocks_of_five_rows(name: str) -> None:
    case = json.loads(NIST.read_text(encoding="utf-8"))[name]
    X, y = np.array(next(iter(case["x"].values())), dtype=float)[:, None], np.array(case["y"], dtype=float)
    model = LinearRegression(poly={0: case["degree"]}, fit_intercept=case["intercept"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        for i in range(0, len(y), 5):
            model.partial_fit(X[i : i + 5], y[i : i + 5])
    coefficients, errors = DIGITS[name]
    assert digits(model.results_.params, case["estimates"]) >= coefficients
    if errors:
        assert digits(model.results_.bse, case["std_devs"]) >= errors


@pytest.mark.parametrize("key", ["w", 2, -1, True, 0.5])
def test_the_estimator_names_the_columns_that_there_are(key: Any) -> None:
    with pytest.raises(UsageError, match="Expected poly to name columns among x1, x2"):
        LinearRegression(poly={key: 2}).fit(np.column_stack([x, z]), TABLE["y"])


@pytest.mark.parametrize("given", ["x1", [("x1", 2)], 5])
def test_degrees_of_the_estimator_are_a_mapping(given: Any) -> None:
    with pytest.raises(UsageError, match="Expected poly to be a mapping of columns to degrees"):
        LinearRegression(poly=given).fit(np.column_stack([x, z]), TABLE["y"])


def test_features_are_names_or_polynomials() -> None:
    with pytest.raises(UsageError, match="one is 3"):
        fit(TABLE, features=[poly("x", 2), 3])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "limits", [{"bounds": {"x^2": (0.05, None)}}, {"constraints": "z + `x^2` = 0.1"}, {"positive": True}], ids=str
)
def test_constraints_are_about_the_powers(limits: dict[str, Any]) -> None:
    raw = fit({**RAW, "y": TABLE["y"]}, **limits)
    results = fit(TABLE, features=["z", poly("x", 3)], **limits)
    np.testing.assert_allclose(results.params, raw.params, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(results.bse, raw.bse, rtol=1e-6)


def test_the_picture_of_a_polynomial_is_a_curve_over_its_column(tmp_path: Path) -> None:
    from tapefit.data import read
    from tapefit.report import plot_fit

    figure = plot_fit(fit(TABLE, features=[poly("x", 3)]), read(TABLE))
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert any("fitted curve" in title for title in titles), titles
    low, high = figure.axes[0].get_xlim()
    assert low < x.min() < x.max() < high


def test_features_may_be_any_iterable_of_names() -> None:
    expected = fit(TABLE, features=["x", "z"]).params
    for features in (np.array(["x", "z"]), (name for name in ("x", "z")), ("x", "z")):
        assert np.array_equal(fit(TABLE, features=features).params, expected)  # type: ignore[arg-type]


def test_rows_of_which_none_is_complete_are_told_as_such() -> None:
    with pytest.raises(DataError, match="expected rows with a value in every used column"):
        fit({"x": [1.0, np.nan], "y": [np.nan, 2.0]}, features=[poly("x", 2)], missing="drop")


@pytest.mark.parametrize("unit", [1e-200, 1e307])
@pytest.mark.parametrize("intercept", [True, False])
def test_units_whose_powers_no_float_holds_are_told(unit: float, intercept: bool) -> None:
    with pytest.raises(DataError, match="too large for a float"):
        fit({"x": unit * RNG.uniform(1, 2, 30), "y": TABLE["y"][:30]}, features=[poly("x", 2)], intercept=intercept)


def test_a_prediction_too_far_away_is_told() -> None:
    results = fit(TABLE, features=[poly("x", 10)])
    assert np.isfinite(results.predict({"x": [1e10]})).all()
    with pytest.raises(DataError, match=r"powers up to 10 of 1e\+40 are too large"):
        results.predict({"x": [0.0, 1e40]})
