"""`tapefit fit` on data that can be used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import tapefit
from tapefit.errors import OutputError

Run = Callable[..., Result]

LINE = dict(zip(["intercept", "x"], np.polyfit(range(6), [1.1, 2.9, 5.2, 6.8, 9.1, 11.0], 1)[::-1], strict=True))


def weights(result: Result) -> dict[str, float]:
    """The coefficients by name, of a run with --json."""
    report = json.loads(result.stdout)
    return {row["term"]: row["coef"] for row in report["coefficients"]}


def test_summary_is_printed_on_standard_output_alone(run: Run) -> None:
    result = run("fit", "line.csv", "--target", "y")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "intercept" in result.stdout
    assert f"{LINE['x']:.4f}"[:5] in result.stdout


def test_rows_read_used_and_dropped_are_printed(run: Run, folder: Path) -> None:
    (folder / "gaps.csv").write_text("x,y\n0,1\n1,\n2,5.2\n3,6.8\n4,9\n")
    words = " ".join(run("fit", "gaps.csv", "--target", "y", "--missing", "drop").stdout.split()).lower()
    assert re.search(r"\b5\b.{0,12}read|read.{0,12}\b5\b", words)
    assert re.search(r"\b4\b.{0,12}used|used.{0,12}\b4\b", words)
    assert re.search(r"\b1\b.{0,12}dropped|dropped.{0,12}\b1\b", words)


def test_json_is_one_object_of_the_exact_line(run: Run) -> None:
    result = run("fit", "line.csv", "--target", "y", "--json")
    assert result.stdout.count("\n") == 1
    assert weights(result) == pytest.approx(LINE, rel=1e-13)


def test_standard_input_is_read(run: Run, folder: Path) -> None:
    data = (folder / "line.csv").read_bytes()
    assert weights(run("fit", "-", "--target", "y", "--json", stdin=data)) == pytest.approx(LINE)


@pytest.mark.parametrize("features", [["--features", "size,region"], ["-f", "size", "-f", "region"]])
def test_features_are_listed_or_repeated(run: Run, features: list[str]) -> None:
    names = list(weights(run("fit", "groups.csv", "-t", "price", "--json", *features)))
    assert names == ["intercept", "size", "region[north]", "region[south]"]


def test_column_that_is_not_used_may_hold_anything(run: Run, folder: Path) -> None:
    (folder / "notes.csv").write_text("x,y,note\n0,1,1.5\n1,2.9,2\n2,5.2,3\n3,7,many\n")
    assert run("fit", "notes.csv", "--target", "y", "--features", "x").exit_code == 0


def test_number_can_be_taken_as_a_category(run: Run, folder: Path) -> None:
    (folder / "zip.csv").write_text("zip,y\n01,1\n01,2\n02,3\n02,5\n03,6\n03,8\n")
    names = list(weights(run("fit", "zip.csv", "--target", "y", "--categorical", "zip", "--json")))
    assert names == ["intercept", "zip[02]", "zip[03]"]


def test_intercept_can_be_left_out(run: Run) -> None:
    assert list(weights(run("fit", "line.csv", "--target", "y", "--no-intercept", "--json"))) == ["x"]


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_every_loss_fits(run: Run, loss: str) -> None:
    result = run("fit", "line.csv", "--target", "y", "--loss", loss, "--json")
    assert result.exit_code == 0
    assert weights(result)["x"] == pytest.approx(LINE["x"], abs=0.1)


@pytest.mark.parametrize("solver", ["gd", "momentum", "adam", "sgd"])
def test_every_descent_comes_near_the_line(run: Run, solver: str) -> None:
    result = run("fit", "line.csv", "--target", "y", "--solver", solver, "--steps", "5000", "--json")
    assert result.exit_code == 0
    assert weights(result) == pytest.approx(LINE, abs=0.2)


def test_seed_makes_batches_the_same_every_time(run: Run) -> None:
    arguments = ["fit", "line.csv", "--target", "y", "--solver", "sgd", "--batch-size", "2", "--steps", "50"]
    outs = [run(*arguments, "--json", "--seed", seed).stdout for seed in ("1", "1", "2")]
    assert outs[0] == outs[1] != outs[2]


def test_log_lines_go_to_standard_error_in_the_form_of_the_post(run: Run) -> None:
    result = run("fit", "line.csv", "--target", "y", "--solver", "gd", "--learning-rate", "0.02",
                 "--steps", "300", "--log-every", "100")  # fmt: skip
    lines = [line for line in result.stderr.splitlines() if line.startswith("STEP: ")]
    number = r"-?\d+\.\d+(e-?\d+)?"
    form = rf"STEP: \d+00 - loss: {number}, intercept: -?\d+\.\d{{4}}, x: -?\d+\.\d{{4}}|STEP: 0 - loss: .*"
    assert len(lines) >= 3
    assert all(re.fullmatch(form, line) for line in lines)
    assert "STEP" not in result.stdout


def test_quiet_leaves_results_alone(run: Run, folder: Path) -> None:
    result = run(
        "fit", "line.csv", "--target", "y", "--solver", "gd", "--log-every", "1", "-o", "model.json", "--quiet"
    )
    assert "intercept" in result.stdout
    assert result.stderr == ""
    assert (folder / "model.json").exists()


def test_model_is_written_and_named(run: Run) -> None:
    result = run("fit", "line.csv", "--target", "y", "-o", "model.json", "--json")
    assert result.stderr == "Model: model.json\n"
    loaded = tapefit.load("model.json")
    assert dict(zip(loaded.names, loaded.params.tolist(), strict=True)) == weights(result)


@pytest.mark.parametrize("name", ["fit.png", "fit.svg", "fit.pdf"])
def test_picture_is_written_and_named(run: Run, folder: Path, name: str) -> None:
    result = run("fit", "groups.csv", "--target", "price", "--plot", name)
    assert result.stderr == f"Picture: {name}\n"
    assert (folder / name).stat().st_size > 1_000


def test_confidence_level_widens_the_intervals(run: Run) -> None:
    texts = [run("fit", "line.csv", "--target", "y", "--confidence-level", level).stdout for level in ("0.9", "0.99")]
    assert texts[0] != texts[1]


@pytest.mark.parametrize("cov_type", ["nonrobust", "HC0", "HC1", "HC2", "HC3"])
def test_standard_errors_are_of_the_chosen_kind(run: Run, cov_type: str) -> None:
    report = json.loads(run("fit", "line.csv", "--target", "y", "--cov-type", cov_type, "--json").stdout)
    assert report["cov_type"] == cov_type


def test_failing_model_file_leaves_no_picture(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OutputError("cannot write 'model.json': the disk is full; make room.")

    monkeypatch.setattr(tapefit.RegressionResults, "save", fail)
    before = set(folder.iterdir())
    result = run("fit", "line.csv", "--target", "y", "-o", "model.json", "--plot", "fit.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: cannot write 'model.json': the disk is full; make room.\n"
    assert set(folder.iterdir()) == before


def test_old_files_are_replaced(run: Run, folder: Path) -> None:
    for name in ("model.json", "fit.png"):
        (folder / name).write_text("old")
    assert run("fit", "line.csv", "--target", "y", "-o", "model.json", "--plot", "fit.png").exit_code == 0
    assert json.loads((folder / "model.json").read_text())
    assert (folder / "fit.png").read_bytes().startswith(b"\x89PNG")


def test_a_column_that_others_make_up_is_dropped_on_request(run: Run, folder: Path) -> None:
    (folder / "sum.csv").write_text("a,b,c,y\n1,2,3,1\n2,1,3,2\n4,7,11,5\n3,3,6,3\n9,2,11,7\n", encoding="utf-8")
    refused = run("fit", "sum.csv", "--target", "y")
    assert refused.exit_code == 1
    assert "--on-collinear drop" in refused.stderr
    result = run("fit", "sum.csv", "--target", "y", "--on-collinear", "drop")
    assert result.exit_code == 0
    assert "column 'c' is a combination of 'a' and 'b'" in " ".join(result.stdout.split())
    assert "dropped" in result.stdout


def test_a_column_enters_by_its_powers(run: Run, folder: Path) -> None:
    found = weights(run("fit", "line.csv", "--target", "y", "--poly", "x=2", "--json"))
    y = [1.1, 2.9, 5.2, 6.8, 9.1, 11.0]
    assert list(found) == ["intercept", "x", "x^2"]
    assert list(found.values()) == pytest.approx(np.polyfit(range(6), y, 2)[::-1], rel=1e-10)


def test_powers_keep_the_place_of_their_column_or_come_last(run: Run) -> None:
    whole = weights(run("fit", "groups.csv", "-t", "price", "--poly", "size=2", "--json"))
    assert list(whole) == ["intercept", "size", "size^2", "region[north]", "region[south]"]
    added = weights(run("fit", "groups.csv", "-t", "price", "-f", "region", "--poly", "size=2", "--json"))
    assert list(added) == ["intercept", "region[north]", "region[south]", "size", "size^2"]


def test_log_lines_name_the_powers(run: Run) -> None:
    result = run("fit", "line.csv", "-t", "y", "--poly", "x=2", "--solver", "gd", "--steps", "2", "--log-every", "1")
    assert ", x^2: " in result.stderr.splitlines()[0]


@pytest.mark.parametrize("value", ["x", "=2", "x=two", "x=", "x=-1"])
def test_a_polynomial_needs_column_and_degree(run: Run, value: str) -> None:
    result = run("fit", "line.csv", "--target", "y", "--poly", value)
    assert result.exit_code == 2
    assert "expected a column and a degree, such as x=3" in result.stderr


def test_a_model_of_powers_predicts(run: Run, folder: Path) -> None:
    run("fit", "line.csv", "--target", "y", "--poly", "x=2", "-o", "model.json")
    (folder / "new.csv").write_text("x\n10\n")
    lines = run("predict", "model.json", "new.csv").stdout.splitlines()
    expected = np.polyval(np.polyfit(range(6), [1.1, 2.9, 5.2, 6.8, 9.1, 11.0], 2), 10)
    assert float(lines[1]) == pytest.approx(expected, rel=1e-10)


def test_frequencies_are_rows_so_often(run: Run, folder: Path) -> None:
    (folder / "once.csv").write_text("x,y,n\n0,1.1,2\n1,2.9,1\n2,5.2,0\n3,6.8,3\n5,9.7,1\n")
    (folder / "often.csv").write_text("x,y\n" + "0,1.1\n" * 2 + "1,2.9\n" + "3,6.8\n" * 3 + "5,9.7\n")
    once = run("fit", "once.csv", "-t", "y", "--freq-weights", "n")
    assert "Rows: 5 read, 4 used, 1 dropped" in once.stdout
    assert re.search(r"Frequencies: +n\b", once.stdout)
    assert re.search(r"Observations: +7\b", once.stdout)
    a = json.loads(run("fit", "once.csv", "-t", "y", "--freq-weights", "n", "--json").stdout)
    b = json.loads(run("fit", "often.csv", "-t", "y", "--json").stdout)
    for row, other in zip(a["coefficients"], b["coefficients"], strict=True):
        assert row["std_err"] == pytest.approx(other["std_err"], rel=1e-10)


def test_precisions_weigh(run: Run, folder: Path) -> None:
    (folder / "weighed.csv").write_text("x,y,w\n0,1.1,2\n1,2.9,1\n2,5.2,0.5\n3,6.8,3\n")
    found = weights(run("fit", "weighed.csv", "-t", "y", "-f", "x", "--var-weights", "w", "--json"))
    expected = np.polyfit([0, 1, 2, 3], [1.1, 2.9, 5.2, 6.8], 1, w=np.sqrt([2, 1, 0.5, 3]))[::-1]
    assert list(found.values()) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("option", "value"), [("--freq-weights", "1.5"), ("--var-weights", "0")])
def test_weights_that_cannot_be_are_named_with_their_line(run: Run, folder: Path, option: str, value: str) -> None:
    (folder / "bad.csv").write_text(f"x,y,w\n0,1.1,2\n1,2.9,{value}\n2,5.2,1\n")
    result = run("fit", "bad.csv", "-t", "y", option, "w")
    assert result.exit_code == 1
    assert f"'w' is {value} on line 3 of bad.csv" in result.stderr
    assert not result.stdout
