"""`tapefit show`."""

from __future__ import annotations

import json
from collections.abc import Callable

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
