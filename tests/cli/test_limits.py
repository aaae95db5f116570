"""`tapefit fit` with penalties and constraints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import tapefit
from tapefit.cli._limits import PENALTIES
from tapefit.regression._penalised import PENALTIES as KNOWN

Run = Callable[..., Result]

FUSED = """
import numpy as np

half = 0.5

def fused(slopes):
    return np.sum((slopes[1:] - slopes[:-1]) ** 2)
"""


def coefs(result: Result) -> list[float]:
    return [row["coef"] for row in json.loads(result.stdout)["coefficients"]]


def test_the_names_are_those_of_the_table() -> None:
    assert sorted(KNOWN) == list(PENALTIES)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["--penalty", "l2", "--alpha", "0.3"], {"penalty": "l2", "alpha": 0.3}),
        (
            ["--penalty", "l1", "--alpha", "0.3", "--no-standardize"],
            {"penalty": "l1", "alpha": 0.3, "standardize": False},
        ),
        (
            ["--penalty", "elastic-net", "--alpha", "1e-1", "--l1-ratio", "0.2"],
            {"penalty": "elasticnet", "alpha": 0.1, "l1_ratio": 0.2},
        ),
        (["--bounds", "size=:2", "--bounds", "region=-1:4"], {"bounds": {"size": (None, 2), "region": (-1, 4)}}),
        (["--positive"], {"positive": True}),
        (
            ["--constraints", "size = 2", "--constraints", "region[north] <= 0"],
            {"constraints": "size = 2, region[north] <= 0"},
        ),
        (["--positive", "--penalty", "l1", "--alpha", "0.5"], {"positive": True, "penalty": "l1", "alpha": 0.5}),
    ],
)
def test_options_are_those_of_fit(run: Run, folder: Path, words: list[str], options: dict[str, object]) -> None:
    result = run("fit", "groups.csv", "-t", "price", "--json", *words)
    assert result.exit_code == 0, result.stderr
    assert coefs(result) == list(tapefit.fit(folder / "groups.csv", target="price", **options).params)


def test_the_strength_is_found_by_cross_validation(run: Run, folder: Path) -> None:
    x = np.linspace(0, 1, 40)
    rows = "\n".join(f"{a},{b},{2 * a + 0.1 * np.sin(50 * b)}" for a, b in zip(x, x[::-1] ** 2, strict=True))
    (folder / "two.csv").write_text("a,b,y\n" + rows)
    report = json.loads(run("fit", "two.csv", "-t", "y", "--json", "--penalty", "l1", "--alpha", "cv").stdout)
    assert report["penalty"] == "l1"
    assert report["alpha"] == tapefit.fit_path(folder / "two.csv", target="y", penalty="l1").alpha_min


def test_a_penalty_of_ones_own_comes_from_a_file(run: Run, folder: Path) -> None:
    (folder / "mine.py").write_text(FUSED)
    result = run("fit", "groups.csv", "-t", "price", "--json", "--penalty", "mine.py:fused", "--alpha", "2")
    own = tapefit.fit(folder / "groups.csv", target="price", penalty=lambda b: np.sum((b[1:] - b[:-1]) ** 2), alpha=2)
    assert coefs(result) == pytest.approx(list(own.params), rel=1e-12)
    assert json.loads(result.stdout)["penalty"] == "fused"


def test_the_model_file_keeps_penalty_and_constraints(run: Run) -> None:
    words = ["--penalty", "l2", "--alpha", "0.1", "--bounds", "size=0:1.5", "-o", "m.json"]
    shown = run("fit", "groups.csv", "-t", "price", *words)
    words = " ".join(shown.stdout.split())
    assert "Penalty: l2, alpha 0.1" in words
    assert "Constraints: 1, 1 active" in words
    assert "draws the coefficients towards 0" in words
    assert "'0 <= size <= 1.5' holds with equality" in words
    again = run("show", "m.json")
    assert again.stdout == shown.stdout
    report = json.loads(run("show", "m.json", "--json").stdout)
    assert (report["penalty"], report["alpha"]) == ("l2", 0.1)
    assert [(row["constraint"], row["active"]) for row in report["constraints"]] == [("0 <= size <= 1.5", True)]
    assert run("predict", "m.json", "groups.csv", "--interval", "prediction").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--penalty", "l3"], "expected one of 'elasticnet', 'l1', 'l2', or FILE.py:NAME"),
        (["--penalty", "l2"], "Expected alpha"),
        (["--alpha", "1"], "belongs to a penalty"),
        (["--penalty", "l2", "--alpha", "-1"], "expected a number of 0 or more or 'cv', got '-1'"),
        (["--penalty", "elasticnet", "--alpha", "1", "--l1-ratio", "2"], "expected a number from 0 to 1, got '2'"),
        (["--penalty", "none.py:f"], "--penalty names the file none.py, which is not there"),
        (["--penalty", "mine.py:other"], "mine.py has no 'other' for --penalty; name one of fused"),
        (["--penalty", "mine.py:half"], "is a float and not a function of the slopes, which --penalty expects"),
        (["--bounds", "size"], "expected a column with its bounds, such as x=0: or x=-1:1, got 'size'"),
        (["--bounds", "size=0"], "expected a column with its bounds"),
        (["--bounds", "size=a:1"], "expected a column with its bounds"),
        (["--bounds", "size=0:", "--bounds", "size=:1"], "'size' has bounds twice"),
        (["--bounds", "size=2:1"], "the lower above the upper"),
        (["--bounds", "weight=0:"], "bounds name 'weight', which is no term of the model"),
        (["--constraints", "size"], "got no =, <= or >= in 'size'"),
        (["--constraints", "size = 1, size = 2"], "no coefficients meet the constraints"),
        (["--positive", "--solver", "gd"], "Constraints need solver='auto'"),
        (["--penalty", "l1", "--alpha", "1", "--loss", "mae"], "Expected a smooth loss beside a penalty"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_exit_code_2(
    run: Run, folder: Path, words: list[str], says: str
) -> None:
    (folder / "mine.py").write_text(FUSED)
    result = run("fit", "groups.csv", "-t", "price", "-o", "m.json", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (folder / "m.json").exists()
