"""`tapefit fit --batch-rows`: the numbers of a fit in memory, and what it cannot go with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

Run = Callable[..., Result]


def numbers(result: Result) -> dict[str, tuple[float, float]]:
    assert result.exit_code == 0, result.stderr
    return {row["term"]: (row["coef"], row["std_err"]) for row in json.loads(result.stdout)["coefficients"]}


@pytest.mark.parametrize(
    "options", [[], ["--features", "size"], ["--poly", "size=2"], ["--features", "region", "--no-intercept"]]
)
def test_batches_give_the_numbers_of_all_rows(run: Run, options: list[str]) -> None:
    line = ["fit", "groups.csv", "--target", "price", "--json", *options]
    whole, found = numbers(run(*line)), numbers(run(*line, "--batch-rows", "2"))
    assert list(found) == list(whole)
    np.testing.assert_allclose(list(found.values()), list(whole.values()), rtol=1e-10)


def test_the_model_is_written_and_predicts(run: Run, folder: Path) -> None:
    for name, more in (("all.json", []), ("parts.json", ["--batch-rows", "3"])):
        assert run("fit", "groups.csv", "--target", "price", "-o", name, *more).exit_code == 0
    whole, found = (run("predict", name, "groups.csv").stdout.splitlines()[1:] for name in ("all.json", "parts.json"))
    np.testing.assert_allclose(np.array(found, dtype=float), np.array(whole, dtype=float), rtol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        ["--loss", "huber"],
        ["--link", "log"],
        ["--exposure", "size"],
        ["--solver", "gd"],
        ["--steps", "3"],
        ["--cov-type", "HC0"],
        ["--groups", "region"],
        ["--penalty", "l2", "--alpha", "1"],
        ["--bounds", "size=0:"],
        ["--positive"],
        ["--constraints", "size = 1"],
        ["--plot", "fit.png"],
    ],
    ids=lambda options: options[0],
)
def test_options_that_need_all_rows_are_refused(run: Run, folder: Path, options: list[str]) -> None:
    result = run("fit", "groups.csv", "--target", "price", "--batch-rows", "2", *options)
    assert result.exit_code == 2
    assert f"{options[0]} needs all rows at once" in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["groups.csv", "line.csv"]


def test_a_bad_row_is_named_with_its_line(run: Run, folder: Path) -> None:
    (folder / "gap.csv").write_text("x,y\n1,2\n2,4\n3,\n4,8.5\n")
    result = run("fit", "gap.csv", "--target", "y", "--batch-rows", "2")
    assert result.exit_code == 1
    assert "on line 4 of gap.csv" in result.stderr
    dropped = run("fit", "gap.csv", "--target", "y", "--batch-rows", "2", "--missing", "drop")
    assert "Rows: 4 read, 3 used, 1 dropped" in dropped.stdout
