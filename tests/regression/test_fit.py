"""fit(): sources, options, and everything that it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapefit import fit
from tapefit.errors import ConvergenceWarning, DataError, TapefitError, UsageError

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 2))
Y = 1 + X @ [1.0, -2.0] + RNG.standard_normal(40)
TABLE = {"a": X[:, 0], "b": X[:, 1], "y": Y}


# -- sources -----------------------------------------------------------------------------------


def test_arrays_mappings_frames_and_files_give_the_same(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(TABLE)
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_parquet(tmp_path / "table.parquet")
    expected = fit(X, Y)
    sources = [TABLE, frame, tmp_path / "table.csv", str(tmp_path / "table.csv"), tmp_path / "table.parquet"]
    for source in sources:
        results = fit(source, target="y")
        assert np.array_equal(results.params, expected.params)
        assert results.names == ("intercept", "a", "b")
    assert expected.names == ("intercept", "x1", "x2")


def test_the_target_and_the_features_are_chosen_by_name() -> None:
    results = fit(TABLE, target="b", features=["y"])
    assert results.names == ("intercept", "y")
    assert results.target == "b"
    assert np.array_equal(fit(TABLE, features="a").params, fit(X[:, :1], Y).params)


def test_text_columns_become_levels() -> None:
    region = np.array(["south", "north"])[np.arange(40) % 2]
    results = fit({"region": region, "y": Y})
    means = [Y[region == level].mean() for level in ("north", "south")]
    assert results.params == pytest.approx([means[0], means[1] - means[0]])
    assert results.names == ("intercept", "region[south]")


def test_rows_with_missing_values_are_dropped_on_request_with_their_weights() -> None:
    holes = X.copy()
    holes[[3, 7], 0] = [np.nan, np.inf]
    weight = np.arange(1.0, 41.0)
    kept = np.setdiff1d(np.arange(40), [3, 7])
    results = fit(holes, Y, missing="drop", sample_weight=weight)
    assert (results.rows.read, results.rows.used, results.rows.dropped) == (40, 38, 2)
    assert np.array_equal(results.params, fit(X[kept], Y[kept], sample_weight=weight[kept]).params)


@pytest.mark.parametrize("kind", ["int8", "uint16", "int64", "float32", "bool", "object"])
def test_columns_of_any_kind_of_number_are_taken(kind: str) -> None:
    column = (np.arange(40) % 7 > 2).astype(int) if kind == "bool" else np.arange(40) % 7
    expected = fit({"x": column.astype(float), "y": Y})
    assert np.array_equal(fit({"x": column.astype(kind), "y": Y}).params, expected.params)


# -- what is refused ---------------------------------------------------------------------------

FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ""),
    "header only": (b"x,y\n", "rows"),
    "ragged": (b"x,y\n1,2\n3,4,5\n", "line 3"),
    "duplicate names": (b"x,x,y\n1,2,3\n", "'x'"),
    "no target": (b"x,z\n1,2\n3,4\n", "'y'"),
    "text target": (b"x,y\n1,high\n2,low\n3,low\n", "'y'"),
    "gap": (b"x,y\n1,2\n,3\n5,7\n", "line 3"),
    "infinite": (b"x,y\n1,2\ninf,3\n5,7\n", "line 3"),
    "not UTF-8": (b"x,y\n1,2\n\xff\xfe,3\n", "UTF-8"),
    "constant": (b"x,z,y\n1,5,2\n2,5,3\n4,5,9\n", "'z'"),
    "identical": (b"x,z,y\n1,1,2\n2,2,3\n4,4,9\n7,7,1\n", "'x' and 'z'"),
    "one row": (b"x,y\n1,2\n", "row"),
    "fewer rows than columns": (b"a,b,c,y\n1,2,3,4\n5,6,8,9\n", "rows"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_with_one_sentence(name: str, tmp_path: Path) -> None:
    content, part = FILES[name]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        fit(path, target="y")
    message = str(caught.value)
    assert part in message
    assert "\n" not in message
    assert "Traceback" not in message


def test_a_directory_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(TapefitError):
            fit(path, target="y")


OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "solver": ({"solver": "lbfgs"}, "adam, gd, momentum, sgd"),
    "loss": ({"loss": "l2"}, "mae"),
    "loss of no kind": ({"loss": None}, "got None"),
    "rate of zero": ({"solver": "gd", "learning_rate": 0.0}, "positive learning_rate"),
    "negative rate": ({"solver": "gd", "learning_rate": -0.1}, "positive learning_rate"),
    "rate that is no number": ({"solver": "gd", "learning_rate": "fast"}, "'auto'"),
    "rate NaN": ({"solver": "gd", "learning_rate": float("nan")}, "positive learning_rate"),
    "rate without descent": ({"learning_rate": 0.1}, "solver='gd'"),
    "steps": ({"solver": "gd", "max_iter": 0}, "max_iter"),
    "steps in parts": ({"solver": "gd", "max_iter": 2.5}, "max_iter"),
    "tolerance": ({"solver": "gd", "tol": -1}, "tol"),
    "momentum": ({"solver": "momentum", "momentum": 1}, "momentum"),
    "batch": ({"solver": "sgd", "batch_size": 0}, "batch_size"),
    "seed": ({"solver": "sgd", "random_state": -3}, "random_state"),
    "seed of text": ({"solver": "sgd", "random_state": "x"}, "random_state"),
    "patience": ({"solver": "gd", "n_iter_no_change": 0}, "n_iter_no_change"),
    "early stopping": ({"early_stopping": True}, "solver='gd'"),
    "delta": ({"loss": "huber", "delta": -1}, "delta"),
    "missing": ({"missing": "ignore"}, "'drop'"),
    "on_collinear": ({"on_collinear": "ignore"}, "'drop'"),
    "cov_type": ({"cov_type": "HC9"}, "HC3"),
    "cov_type of another loss": ({"loss": "mae", "cov_type": "HC2"}, "nonrobust"),
    "confidence": ({"confidence_level": 95}, "0.95"),
    "callbacks": ({"callbacks": ["print"]}, "functions"),
    "feature twice": ({"features": ["a", "a"]}, "'a'"),
    "unknown feature": ({"features": ["z"]}, "'z'"),
    "target as feature": ({"features": ["a", "y"]}, "'y'"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_cannot_be_used_is_refused_with_one_sentence(name: str) -> None:
    options, part = OPTIONS[name]
    with pytest.raises(TapefitError) as caught:
        fit(TABLE, target="y", **options)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("weight", "part"),
    [
        (np.ones(39), "(39,)"),
        (np.ones((40, 1)), "(40, 1)"),
        (np.append(np.ones(39), 0.0), "row 39"),
        (np.append(-1.0, np.ones(39)), "row 0"),
        (np.append(np.nan, np.ones(39)), "row 0"),
        (np.append(np.inf, np.ones(39)), "row 0"),
        (["heavy"] * 40, "numbers"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(weight: Any, part: str) -> None:
    with pytest.raises(DataError) as caught:
        fit(X, Y, sample_weight=weight)
    assert part in str(caught.value)


@pytest.mark.parametrize("rows", [39, 41, 0])
def test_arrays_of_other_lengths_are_refused(rows: int) -> None:
    with pytest.raises(DataError, match="40"):
        fit(X, np.ones(rows))


# -- dependent columns -------------------------------------------------------------------------


def test_dependent_columns_are_named_with_what_makes_them_up() -> None:
    table = TABLE | {"c": 2 * X[:, 0] - X[:, 1] + 3}
    with pytest.raises(DataError, match="column 'c' is a combination of 'a' and 'b'"):
        fit(table)
    dropped = fit(table, on_collinear="drop")
    assert dropped.dropped == (3,)
    assert dropped.params[:3] == pytest.approx(fit(TABLE).params, rel=1e-12)
    assert dropped.bse[:3] == pytest.approx(fit(TABLE).bse, rel=1e-12)
    assert np.isnan(dropped.bse[3])
    assert dropped.df_resid == 37
    assert dropped.predict(table) == pytest.approx(fit(TABLE).predict(TABLE), rel=1e-12)


def test_every_level_of_a_text_beside_an_indicator_is_one_column_too_many() -> None:
    region = np.array(["north", "south"])[np.arange(40) % 2]
    with pytest.raises(DataError, match=r"'region\[south\]'|'south'"):
        fit({"south": (region == "south").astype(float), "region": region, "y": Y})


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_more_columns_than_rows_are_dropped_on_request(loss: str) -> None:
    wide = RNG.standard_normal((5, 9))
    results = fit(wide, Y[:5], on_collinear="drop", loss=loss)
    assert len(results.dropped) == 5
    assert results.predict(wide) == pytest.approx(Y[:5], abs=1e-6)
    assert np.isnan(results.bse).all() or loss != "mse"


def test_one_row_is_refused_even_where_columns_may_be_dropped() -> None:
    with pytest.raises(DataError, match="one row"):
        fit({"x": [1.0], "y": [2.0]}, on_collinear="drop")


def test_two_rows_make_a_line() -> None:
    results = fit({"x": [1.0, 2.0], "y": [3.0, 5.0]})
    assert results.params == pytest.approx([1.0, 2.0], rel=1e-14)
    assert results.rsquared == pytest.approx(1.0)


def test_the_intercept_alone_is_the_mean() -> None:
    results = fit(TABLE, features=[])
    assert results.params == pytest.approx([Y.mean()], rel=1e-14)
    assert results.bse == pytest.approx([Y.std(ddof=1) / np.sqrt(40)], rel=1e-13)
    assert np.isnan(results.fvalue)
    assert "F-statistic" not in str(results)


# -- the edges of float64 ----------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_columns_of_sizes_from_1e_300_to_1e300_are_fitted_together(loss: str) -> None:
    units = np.array([1e-300, 1e300])
    plain, extreme = fit(X, Y, loss=loss), fit(X * units, Y, loss=loss)
    assert extreme.params[1:] * units == pytest.approx(plain.params[1:], rel=1e-9)
    assert extreme.bse[1:] * units == pytest.approx(plain.bse[1:], rel=1e-7)
    assert extreme.tvalues == pytest.approx(plain.tvalues, rel=1e-7)
    assert extreme.predict(X * units) == pytest.approx(plain.predict(X), rel=1e-9)
    assert np.isfinite(extreme.get_prediction(X * units).se_mean).all()


@pytest.mark.parametrize("size", [1e-140, 1e140])
def test_targets_of_extreme_size_are_fitted(size: float) -> None:
    plain, extreme = fit(X, Y), fit(X, Y * size)
    assert extreme.params / size == pytest.approx(plain.params, rel=1e-12)
    assert extreme.bse / size == pytest.approx(plain.bse, rel=1e-12)
    assert extreme.rsquared == pytest.approx(plain.rsquared, rel=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e200, 1e307])
def test_targets_whose_squares_are_no_floats_are_refused(size: float) -> None:
    with pytest.raises(DataError, match="change its unit"):
        fit(X, Y * size)


def test_columns_too_large_for_their_differences_are_refused_by_name() -> None:
    with pytest.raises(DataError, match="'b' has values too large"):
        fit(TABLE | {"b": np.where(np.arange(40) % 2, 1.7e308, -1.7e308)})


def test_columns_whose_coefficient_is_no_float_are_refused_by_name() -> None:
    with pytest.raises(DataError, match="coefficient of column 'a' is too large"):
        fit(TABLE | {"a": 5e-324 * np.round(X[:, 0] * 10), "y": 1e9 * X[:, 0]})


def test_an_offset_of_a_hundred_million_costs_no_digit_of_the_slope() -> None:
    shifted = np.round(X * 2**20) / 2**20
    plain, far = fit(shifted, Y), fit(shifted + 1e8, Y)
    assert far.params[1:] == pytest.approx(plain.params[1:], rel=1e-13)
    assert far.bse[1:] == pytest.approx(plain.bse[1:], rel=1e-13)
    assert far.rsquared == pytest.approx(plain.rsquared, rel=1e-13)


def test_a_target_far_from_zero_costs_no_more_than_its_own_rounding() -> None:
    far = np.round(Y * 2**20) / 2**20
    assert fit(X, far + 1e9).bse == pytest.approx(fit(X, far).bse, rel=1e-13)
    assert fit(X, far + 1e9).rsquared == pytest.approx(fit(X, far).rsquared, rel=1e-12)


# -- agreement between solvers -----------------------------------------------------------------


@pytest.mark.parametrize("loss", ["mse", "huber", "log_cosh"])
def test_descent_and_the_exact_solver_give_the_same_results(loss: str) -> None:
    exact = fit(X, Y, loss=loss)
    descent = fit(X, Y, loss=loss, solver="gd", tol=1e-12, max_iter=20_000)
    assert descent.params == pytest.approx(exact.params, rel=1e-8)
    assert descent.bse == pytest.approx(exact.bse, rel=1e-6)
    assert descent.loss_value == pytest.approx(exact.loss_value, rel=1e-12)


def test_a_fit_that_did_not_converge_warns_and_notes_it() -> None:
    with pytest.warns(ConvergenceWarning, match="Stopped after 3 steps"):
        results = fit(X, Y, solver="gd", learning_rate=1e-3, max_iter=3)
    assert not results.converged
    assert any("not converged" in note for note in results.warnings)


def test_usage_errors_come_before_the_file_is_read() -> None:
    with pytest.raises(UsageError, match="solver"):
        fit("nowhere.csv", target="y", solver="newton")
    with pytest.raises(UsageError, match="cov_type"):
        fit("nowhere.csv", target="y", cov_type="HC17")
