"""fit_batches: rows that come in batches of any size give what fit gives for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit import fit, fit_batches, poly
from tapefit.errors import DataError, UsageError

ROOT = Path(__file__).resolve().parents[2]
NIST = ROOT.parent / "shared" / "reference" / "nist_strd.json"
# What float64 columns allow, of coefficients and of standard errors (0 where the residual is 0).
DIGITS = {
    "Filip": (7.5, 7.5),
    "Longley": (14.5, 13.0),
    "NoInt1": (14.6, 13.0),
    "NoInt2": (14.9, 13.0),
    "Norris": (14.0, 13.0),
    "Pontius": (13.4, 13.0),
    "Wampler1": (14.9, 0.0),
    "Wampler2": (13.1, 0.0),
    "Wampler3": (14.9, 13.0),
    "Wampler4": (14.9, 13.0),
    "Wampler5": (14.9, 13.0),
}
RNG = np.random.default_rng(12)
N = 90
TABLE: dict[str, Any] = {
    "x": RNG.uniform(5, 9, N),
    "region": np.array(["c", "a", "b"])[np.sort(RNG.integers(0, 3, N))],
    "known": RNG.standard_normal(N),
    "times": RNG.integers(0, 4, N).astype(float),
    "precision": RNG.uniform(0.5, 2, N),
}
TABLE["y"] = np.sin(TABLE["x"]) + (TABLE["region"] == "b") + 0.2 * RNG.standard_normal(N)
CASES: dict[str, dict[str, Any]] = {
    "levels": {"features": ["x", "region"]},
    "polynomial": {"features": [poly("x", 4), "region"]},
    "no intercept": {"features": [poly("x", 3), "region"], "intercept": False},
    "offset": {"features": ["x"], "offset": "known"},
    "frequencies": {"features": ["x", "region"], "freq_weights": "times"},
    "both weights": {"features": [poly("x", 2)], "freq_weights": "times", "var_weights": "precision"},
    "all others": {"freq_weights": "times", "offset": "known"},
}


def parts(size: int) -> list[dict[str, Any]]:
    return [{name: values[i : i + size] for name, values in TABLE.items()} for i in range(0, N, size)]


@pytest.mark.parametrize("size", [1, 5, 40, 1000])
@pytest.mark.parametrize("name", sorted(CASES))
def test_batches_of_any_size_give_what_fit_gives(name: str, size: int) -> None:
    whole, found = fit(TABLE, **CASES[name]), fit_batches(parts(size), **CASES[name])
    assert found.names == whole.names
    assert found.rows == whole.rows
    np.testing.assert_allclose(found.params, whole.params, rtol=1e-11)
    np.testing.assert_allclose(found.bse, whole.bse, rtol=1e-10)
    for number in ("nobs", "df_resid", "scale", "rsquared", "fvalue", "llf", "aic", "bic", "loss_value"):
        assert getattr(found, number) == pytest.approx(getattr(whole, number), rel=1e-10), number
    np.testing.assert_allclose(found.predict(TABLE), whole.predict(TABLE), rtol=1e-11)


def test_files_and_datasets_give_what_fit_gives(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.dataset
    import pyarrow.parquet

    table = pa.table({name: pa.array(values.tolist()) for name, values in TABLE.items()})
    pyarrow.csv.write_csv(table, tmp_path / "table.csv")
    pyarrow.parquet.write_table(table, tmp_path / "table.parquet")
    sources = [
        tmp_path / "table.csv",
        str(tmp_path / "table.parquet"),
        pyarrow.dataset.dataset(tmp_path / "table.parquet"),
    ]
    whole = fit(TABLE, features=["x", "region"])
    for source in sources:
        found = fit_batches(source, features=["x", "region"], batch_rows=7)
        np.testing.assert_allclose(found.params, whole.params, rtol=1e-12)
        assert found.rows == whole.rows


@pytest.mark.skipif(not NIST.exists(), reason="the NIST sets are not beside this clone")
@pytest.mark.parametrize("powers", [False, True])
@pytest.mark.parametrize("name", sorted(DIGITS))
def test_the_nist_sets_keep_their_digits_in_batches_of_five_rows(name: str, powers: bool, tmp_path: Path) -> None:
    case = json.loads(NIST.read_text(encoding="utf-8"))[name]
    columns = {key: np.array(values, dtype=float) for key, values in case["x"].items()}
    degree = case["degree"] or 1
    features: list[Any] = list(columns)
    if degree > 1 and len(columns) == 1:
        x = columns["x"]
        features = [poly("x", degree)] if powers else [f"x{k}" for k in range(1, degree + 1)]
        columns |= {f"x{k}": x**k for k in range(1, degree + 1)}
    rows = zip(*columns.values(), case["y"], strict=True)
    text = "\n".join([",".join([*columns, "y"]), *(",".join(map(repr, map(float, row))) for row in rows)])
    (tmp_path / "set.csv").write_text(text)
    results = fit_batches(tmp_path / "set.csv", features=features, intercept=case["intercept"], batch_rows=5)
    coefficients, errors = (13.9, 13.0) if powers and name == "Filip" else DIGITS[name]
    for found, certified, wanted in (
        (results.params, case["estimates"], coefficients),
        (results.bse, case["std_devs"], errors),
    ):
        if wanted:
            error = np.abs(found - np.array(certified)) / np.abs(certified)
            assert -np.log10(np.maximum(error, 1e-16)).min() >= wanted


def test_rows_with_missing_values_are_dropped_wherever_they_stand() -> None:
    holes = {name: values.copy() for name, values in TABLE.items()}
    holes["x"][5:15] = np.nan  # two whole batches of five
    holes["y"][70] = np.inf
    cut = [{name: values[i : i + 5] for name, values in holes.items()} for i in range(0, N, 5)]
    whole = fit(holes, features=[poly("x", 2)], missing="drop")
    found = fit_batches(cut, features=[poly("x", 2)], missing="drop")
    np.testing.assert_allclose(found.params, whole.params, rtol=1e-11)
    assert found.rows == whole.rows
    with pytest.raises(DataError, match="'x' of batch 2 has no finite value in any row"):
        fit_batches(cut, features=["x"])


def test_what_comes_once_is_summed_but_has_no_levels() -> None:
    def stream() -> Iterator[dict[str, Any]]:
        yield from parts(20)

    whole = fit(TABLE, features=[poly("x", 3)])
    np.testing.assert_allclose(fit_batches(stream(), features=[poly("x", 3)]).params, whole.params, rtol=1e-11)
    with pytest.raises(UsageError, match="got text in 'region'"):
        fit_batches(stream(), features=["x", "region"])


def test_the_results_are_saved_and_shown_like_any(tmp_path: Path) -> None:
    results = fit_batches(parts(10), features=[poly("x", 2), "region"], freq_weights="times")
    results.save(tmp_path / "model.json")
    back = tapefit.load(tmp_path / "model.json")
    assert np.array_equal(back.predict(TABLE), results.predict(TABLE))
    assert "Frequencies:" in str(back)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"features": ["w"]}, "'w' is not in"),
        ({"target": "w"}, "'w' is not in"),
        ({"target": "region"}, "has the text"),
        ({"features": ["x"], "freq_weights": np.ones(N)}, "name of a column"),
        ({"features": ["x"], "freq_weights": "precision"}, "whole numbers"),
        ({"features": ["x", "x"]}, "given 2 times"),
        ({"features": ["x"], "missing": "skip"}, "'error' or 'drop'"),
        ({"features": ["x"], "batch_rows": 0}, "1 row or more"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(change: dict[str, Any], part: str) -> None:
    with pytest.raises((DataError, UsageError)) as caught:
        fit_batches(parts(10), **change)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_batches_of_two_kinds_and_none_at_all() -> None:
    mixed = [{"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"x": ["a", "b"], "y": [1.0, 2.0]}]
    with pytest.raises(DataError, match="'x' but it has numbers in batch 1 and text in batch 2"):
        fit_batches(mixed)
    with pytest.raises(DataError, match="there are none"):
        fit_batches([])
    with pytest.raises(DataError, match="'twin' is a combination of 'x'"):
        fit_batches([{**part, "twin": 2 * part["x"]} for part in parts(10)], features=["x", "twin"])


def test_levels_of_rows_that_are_dropped_for_another_column_have_no_term() -> None:
    table = {"x": [1.0, np.nan, 2.0, 3.0, 5.0], "r": ["a", "z", "b", "a", "b"], "y": [1.0, 2.0, 2.5, 3.0, 6.0]}
    cut = [{name: values[i : i + 2] for name, values in table.items()} for i in (0, 2, 4)]
    assert fit_batches(cut, missing="drop").names == fit(table, missing="drop").names == ("intercept", "x", "r[b]")
