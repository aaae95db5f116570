"""Every bad input ends with its code and one sentence; nothing is printed or written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

OK = "x,y\n0,1.1\n1,2.9\n2,5.2\n3,6.8\n"
FIT = ("--target", "y", "-o", "model.json", "--plot", "fit.png")

# what is wrong: (the file, further arguments, exit code, what the sentence must hold)
BAD_FITS: dict[str, tuple[str | bytes, tuple[str, ...], int, tuple[str, ...]]] = {
    "empty file": ("", (), 1, ("bad.csv", "empty")),
    "header only": ("x,y\n", (), 1, ("bad.csv",)),
    "ragged row": ("x,y\n0,1\n1,2,3\n2,3\n", (), 1, ("line 3",)),
    "short row": ("x,y\n0,1\n1\n2,3\n", (), 1, ("line 3",)),
    "duplicate column names": ("x,x,y\n0,1,2\n1,2,3\n2,4,5\n", (), 1, ("'x'",)),
    "target missing": ("x,yield\n0,1\n1,2\n2,3\n", (), 1, ("'y'", "yield", "x")),
    "target not numeric": ("x,y\n0,low\n1,high\n2,low\n", (), 1, ("'y'",)),
    "empty cell": ("x,y\n0,1\n,2\n2,3\n3,5\n", (), 1, ("'x'", "line 3", "drop")),
    "NaN": ("x,y\n0,1\n1,NaN\n2,3\n3,5\n", (), 1, ("'y'", "line 3", "drop")),
    "inf": ("x,y\n0,1\n1,2\ninf,3\n3,5\n", (), 1, ("'x'", "line 4")),
    "constant column": ("x,c,y\n0,7,1\n1,7,2\n2,7,4\n3,7,5\n", (), 1, ("'c'",)),
    "identical columns": ("a,b,y\n0,0,1\n1,1,2\n2,2,4\n3,3,5\n", (), 1, ("'a'", "'b'")),
    "fewer rows than columns": ("a,b,c,y\n0,3,1,2\n1,2,5,6\n", (), 1, ("2 rows",)),
    "one row": ("x,y\n1,2\n", (), 1, ("1 row",)),
    "no row without a gap": ("x,y\n1,\n,2\n", ("--missing", "drop"), 1, ()),
    "text among numbers": ("x,y\n0,1\n1,2\n2,3\nfour,5\n5,6\n", (), 1, ("'x'", "'four'", "line 5")),
    "not UTF-8": (b"x,y\n0,1\n1,2\n2,\xe9\n", (), 1, ("UTF-8",)),
    "not UTF-8 header": ("größe,y\n0,1\n1,2\n2,4\n".encode("latin-1"), (), 1, ("UTF-8",)),
    "unknown feature": (OK, ("--features", "z"), 1, ("'z'",)),
    "learning rate 0": (OK, ("--solver", "gd", "--learning-rate", "0"), 2, ("--learning-rate", "above 0", "'0'")),
    "learning rate negative": (OK, ("--learning-rate", "-0.1"), 2, ("--learning-rate", "above 0", "'-0.1'")),
    "learning rate NaN": (OK, ("--learning-rate", "nan"), 2, ("--learning-rate", "above 0", "'nan'")),
    "steps 0": (OK, ("--steps", "0"), 2, ("--steps",)),
    "log every 0": (OK, ("--log-every", "0"), 2, ("--log-every",)),
    "batch size 0": (OK, ("--batch-size", "0"), 2, ("--batch-size",)),
    "confidence level 95": (OK, ("--confidence-level", "95"), 2, ("--confidence-level", "0.95")),
    "unknown loss": (OK, ("--loss", "mape"), 2, ("--loss", "'huber'")),
    "Huber's delta without its loss": (OK, ("--huber-delta", "1"), 2, ("--huber-delta", "--loss huber")),
    "learning rate without a descent": (OK, ("--learning-rate", "0.1"), 2, ("--learning-rate", "--solver gd")),
    "log lines without a descent": (OK, ("--log-every", "1"), 2, ("--log-every", "--solver gd")),
    "batches without sgd": (OK, ("--solver", "gd", "--batch-size", "9"), 2, ("--batch-size", "--solver sgd")),
    "picture of no format": (OK, ("--plot", "fit.xyz"), 2, (".png", ".svg", ".pdf")),
    "model over the data": (OK, ("-o", "bad.csv"), 2, ("'bad.csv'", "overwrite")),
    "model and picture of one name": (OK, ("-o", "fit.png"), 2, ("'fit.png'",)),
    "model on standard output": (OK, ("-o", "-"), 2, ("'-'",)),
    "model in no folder": (OK, ("-o", "nowhere/model.json"), 1, ("nowhere/model.json",)),
    "model is a folder": (OK, ("-o", "."), 1, ("directory",)),
    "picture in no folder": (OK, ("--plot", "nowhere/fit.png"), 1, ("nowhere/fit.png",)),
}


def assert_refused(result: Result, code: int, parts: tuple[str, ...]) -> None:
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith((".\n", "?\n"))
    assert [part for part in parts if part not in result.stderr] == []


@pytest.mark.parametrize("what", BAD_FITS)
def test_fit_refuses(run: Run, folder: Path, what: str) -> None:
    content, arguments, code, parts = BAD_FITS[what]
    (folder / "bad.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = run("fit", "bad.csv", *FIT, *arguments)
    assert_refused(result, code, parts)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("nowhere.csv", ("there is no file 'nowhere.csv'",)),
        (".", ("directory",)),
        ("lime.csv", ("did you mean 'line.csv'",)),
    ],
)
def test_file_that_cannot_be_read_is_refused(run: Run, file: str, parts: tuple[str, ...]) -> None:
    assert_refused(run("fit", file, "--target", "y"), 1, parts)


def test_missing_target_lists_the_columns(run: Run) -> None:
    result = run("fit", "groups.csv")
    assert_refused(result, 2, ("--target", "size, region, price"))


def test_empty_standard_input_is_refused(run: Run) -> None:
    assert_refused(run("fit", "-", "--target", "y", stdin=""), 1, ("standard input",))


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", '{"format": "other"}', "not json", "\ufeff{}"])
@pytest.mark.parametrize("command", [("show", "bad.json"), ("predict", "bad.json", "line.csv")])
def test_file_that_is_no_model_is_refused(run: Run, folder: Path, command: tuple[str, ...], content: str) -> None:
    (folder / "bad.json").write_text(content)
    assert_refused(run(*command), 1, ("bad.json",))


@pytest.mark.parametrize("command", [("show",), ("predict", "line.csv")])
def test_model_that_is_not_there_is_refused(run: Run, command: tuple[str, ...]) -> None:
    assert_refused(run(command[0], "nowhere.json", *command[1:]), 1, ("nowhere.json",))


# what is wrong: (the new rows, further arguments, exit code, what the sentence must hold)
BAD_PREDICTIONS: dict[str, tuple[str, tuple[str, ...], int, tuple[str, ...]]] = {
    "missing column": ("size\n1\n", (), 1, ("'region'",)),
    "unseen level": ("size,region\n1,north\n2,west\n", (), 1, ("'region'", "'west'", "line 3")),
    "text for a number": ("size,region\nbig,north\n", (), 1, ("'size'", "'big'", "line 2")),
    "empty cell": ("size,region\n1,north\n,south\n", (), 1, ("'size'", "line 3", "drop")),
    "empty file": ("", (), 1, ("new.csv",)),
    "header only": ("size,region\n", (), 1, ("new.csv",)),
    "output over the rows": ("size,region\n1,north\n", ("-o", "new.csv"), 2, ("'new.csv'",)),
    "output over the model": ("size,region\n1,north\n", ("-o", "model.json"), 2, ("'model.json'",)),
    "output in no folder": ("size,region\n1,north\n", ("-o", "nowhere/out.csv"), 1, ("nowhere/out.csv",)),
    "interval of no kind": ("size,region\n1,north\n", ("--interval", "wide"), 2, ("--interval",)),
}


@pytest.mark.parametrize("what", BAD_PREDICTIONS)
def test_predict_refuses(run: Run, model: str, folder: Path, what: str) -> None:
    content, arguments, code, parts = BAD_PREDICTIONS[what]
    (folder / "new.csv").write_text(content)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert_refused(run("predict", model, "new.csv", "-o", "out.csv", *arguments), code, parts)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_interval_of_a_new_row_needs_squared_errors(run: Run, folder: Path) -> None:
    fitted = run("fit", "line.csv", "--target", "y", "--loss", "mae", "-o", "mae.json")
    assert fitted.exit_code == 0
    assert_refused(run("predict", "mae.json", "line.csv", "--interval", "prediction"), 2, ("--interval", "mae"))


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [
        (("--learning-rate", "0"), 2, ("--learning-rate", "above 0")),
        (("--learning-rate", "auto"), 2, ("--learning-rate", "above 0")),
        (("--rows", "2"), 2, ("--rows",)),
        (("--steps", "-1"), 2, ("--steps",)),
        (("--seed", "-1"), 2, ("--seed",)),
        (("-o", "demo.gif"), 2, (".png", ".svg", ".pdf")),
        (("-o", "nowhere/demo.png"), 1, ("nowhere/demo.png",)),
    ],
)
def test_demo_refuses(run: Run, folder: Path, arguments: tuple[str, ...], code: int, parts: tuple[str, ...]) -> None:
    before = set(folder.iterdir())
    assert_refused(run("demo", *arguments), code, parts)
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize("form", [(), ("--json",), ("--quiet",)])
def test_a_descent_that_diverges_ends_with_one_sentence_and_no_model(
    run: Run, folder: Path, form: tuple[str, ...]
) -> None:
    before = set(folder.iterdir())
    descent = ("--solver", "gd", "--learning-rate", "0.5", "-o", "wild.json", "--plot", "wild.png")
    result = run("fit", "line.csv", "--target", "y", *descent, *form)
    assert_refused(result, 1, ("diverged at step", "largest stable rate for these columns is 0.10", "smaller one"))
    assert set(folder.iterdir()) == before


def test_a_descent_that_runs_out_of_steps_is_told_and_kept(run: Run, folder: Path) -> None:
    descent = ("--solver", "gd", "--learning-rate", "0.05", "--steps", "3", "-o", "early.json")
    result = run("fit", "line.csv", "--target", "y", *descent)
    assert result.exit_code == 0
    assert "Warning: Stopped after 4 steps" in result.stderr
    assert '"status":"max_iter"' in (folder / "early.json").read_text().replace(" ", "")


def test_refusal_in_a_process_of_its_own_has_no_traceback(start: Callable[..., object], folder: Path) -> None:
    (folder / "bad.csv").write_text("x,y\n0,1\n1,2,3\n")
    process = start("fit", "bad.csv", "--target", "y")
    out, err = process.communicate()  # type: ignore[attr-defined]
    assert (process.returncode, out) == (1, "")  # type: ignore[attr-defined]
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
