"""`tapefit predict` on rows that can be used."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import tapefit

Run = Callable[..., Result]

NEW = "size,region\n2,north\n9.5,south\n4,east\n"


def column(text: str, name: str = "prediction") -> list[float]:
    return [float(row[name]) for row in csv.DictReader(io.StringIO(text))]


@pytest.fixture
def expected(model: str) -> list[float]:
    """What the library itself predicts."""
    rows = {"size": [2.0, 9.5, 4.0], "region": ["north", "south", "east"]}
    predicted: list[float] = tapefit.load(model).predict(rows).tolist()
    return predicted


@pytest.fixture
def new(folder: Path) -> str:
    (folder / "new.csv").write_text(NEW)
    return "new.csv"


def test_prediction_reads_back_as_the_very_number(run: Run, model: str, new: str, expected: list[float]) -> None:
    result = run("predict", model, new)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == "prediction"
    assert column(result.stdout) == expected


def test_columns_are_found_by_name(run: Run, model: str, folder: Path, expected: list[float]) -> None:
    (folder / "mixed.csv").write_text("note,region,size\nten,north,2\n,south,9.5\n7,east,4\n")
    assert column(run("predict", model, "mixed.csv").stdout) == expected


def test_level_that_looks_like_a_number_is_still_a_level(run: Run, folder: Path) -> None:
    (folder / "codes.csv").write_text("code,y\n1,1\n1,2\nx,3\nx,5\n2,6\n2,8\n")
    (folder / "two.csv").write_text("code\n1\n2\n")
    fitted = run("fit", "codes.csv", "--target", "y", "--categorical", "code", "-o", "codes.json")
    assert fitted.exit_code == 0
    assert column(run("predict", "codes.json", "two.csv").stdout) == pytest.approx([1.5, 7.0])


def test_standard_input_is_read(run: Run, model: str, expected: list[float]) -> None:
    assert column(run("predict", model, "-", stdin=NEW).stdout) == expected


def test_file_is_written_and_named(run: Run, model: str, new: str, folder: Path, expected: list[float]) -> None:
    result = run("predict", model, new, "-o", "out.csv")
    assert (result.stdout, result.stderr) == ("", "Predictions: out.csv\n")
    assert column((folder / "out.csv").read_text()) == expected
    assert run("predict", model, new, "-o", "out.csv", "-q").stderr == ""


def test_json_holds_rows_and_predictions(run: Run, model: str, new: str, expected: list[float]) -> None:
    assert json.loads(run("predict", model, new, "--json").stdout) == {
        "target": "price",
        "rows": {"read": 3, "used": 3, "dropped": 0},
        "prediction": expected,
    }


@pytest.mark.parametrize("kind", ["confidence", "prediction"])
def test_interval_holds_the_prediction(run: Run, model: str, new: str, kind: str, expected: list[float]) -> None:
    text = run("predict", model, new, "--interval", kind).stdout
    assert text.splitlines()[0] == "prediction,lower,upper"
    assert column(text) == pytest.approx(expected, rel=1e-14)
    lower, upper = column(text, "lower"), column(text, "upper")
    assert all(low < mean < high for low, mean, high in zip(lower, expected, upper, strict=True))


def test_interval_grows_with_its_level_and_for_a_new_row(run: Run, model: str, new: str) -> None:
    def width(*arguments: str) -> float:
        text = run("predict", model, new, *arguments).stdout
        return column(text, "upper")[0] - column(text, "lower")[0]

    narrow = width("--interval", "confidence")
    assert width("--interval", "confidence", "--confidence-level", "0.99") > narrow
    assert width("--interval", "prediction") > narrow


def test_dropped_rows_are_counted_on_standard_error(run: Run, model: str, folder: Path, expected: list[float]) -> None:
    (folder / "gaps.csv").write_text("size,region\n2,north\n,south\n9.5,south\n3,\n4,east\n")
    result = run("predict", model, "gaps.csv", "--missing", "drop")
    assert column(result.stdout) == expected
    assert result.stderr == (
        "Warning: 2 of 5 rows of gaps.csv have a missing or infinite value and were left out of the output.\n"
    )
