"""`tapefit show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_summary_is_that_of_the_fit(run: Run, model: str) -> None:
    fitted = run("fit", "groups.csv", "--target", "price")
    shown = run("show", model)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == fitted.stdout


def test_json_is_that_of_the_fit(run: Run, model: str) -> None:
    fitted = run("fit", "groups.csv", "--target", "price", "--json")
    assert json.loads(run("show", model, "--json").stdout) == json.loads(fitted.stdout)


def test_models_stand_side_by_side(run: Run, model: str) -> None:
    shown = run("show", model, model)
    assert (shown.exit_code, shown.stderr) == (0, "")
    name = Path(model).stem
    assert shown.stdout.splitlines()[0].split() == [name, name]
    both = json.loads(run("show", model, model, "--format", "json").stdout)
    assert [one["name"] for one in both["models"]] == [name, name]


@pytest.mark.parametrize(("form", "mark"), [("markdown", "| ---"), ("latex", "\\begin{tabular}"), ("text", "====")])
@pytest.mark.parametrize("times", [1, 2])
def test_formats(form: str, mark: str, times: int, run: Run, model: str) -> None:
    shown = run("show", *[model] * times, "--format", form)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert mark in shown.stdout
