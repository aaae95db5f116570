"""`tapefit explain`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result


def test_a_rate_that_is_too_large_is_said_to_diverge(run: Callable[..., Result]) -> None:
    result = run("explain", "line.csv", "--target", "y", "--learning-rate", "0.5")
    assert result.exit_code == 0
    assert "Learning rate 0.5 diverges: each step multiplies the error along [x + " in result.output
    assert "Run: diverged" in result.output


def test_json_holds_the_prediction_and_the_run(run: Callable[..., Result]) -> None:
    values = json.loads(run("explain", "line.csv", "--target", "y", "--json").output)
    assert values["scaling"] == "standardised"
    assert values["converged"] is True
    assert abs(values["steps_predicted"] - values["n_iter"]) <= 1
    assert set(values["scalings"]) == {"raw", "standardised"}


def test_an_infinite_number_of_steps_is_null_in_json(run: Callable[..., Result]) -> None:
    values = json.loads(run("explain", "line.csv", "--target", "y", "--learning-rate", "0.5", "--json").output)
    assert values["steps_predicted"] is None
    assert values["diverged"] is True


def test_delta_without_huber_is_a_usage_error(run: Callable[..., Result]) -> None:
    result = run("explain", "line.csv", "--target", "y", "--huber-delta", "2")
    assert result.exit_code == 2
    assert "--huber-delta belongs to --loss huber" in result.output


def test_constants_and_exposures_are_those_of_fit(run: Callable[..., Result], folder: Path) -> None:
    lines = [f"{i % 5},{1 + i % 3},{(1 + i % 3) * (1 + i % 4)}" for i in range(12)]
    (folder / "claims.csv").write_text("age,years,claims\n" + "\n".join(lines) + "\n")
    start = ("explain", "claims.csv", "--target", "claims", "--json")
    plain = json.loads(run(*start, "--features", "age", "--loss", "poisson").output)
    exposed = json.loads(run(*start, "--loss", "poisson", "--exposure", "years").output)
    assert exposed["terms"] == ["intercept", "age"]
    assert exposed["scalings"]["raw"]["eigenvalues"] != plain["scalings"]["raw"]["eigenvalues"]
    tweedie = json.loads(run(*start, "--loss", "tweedie", "--power", "1.2").output)
    assert tweedie["loss"] == "tweedie(power=1.2)"


def test_a_function_in_a_file_is_explained(run: Callable[..., Result], folder: Path) -> None:
    (folder / "own.py").write_text("def fourth(y, y_hat):\n    return (y - y_hat) ** 4\n")
    result = run("explain", "line.csv", "--target", "y", "--loss", "own.py:fourth", "--steps", "50")
    assert result.exit_code == 0
    assert "loss fourth, columns standardised" in result.output


def test_a_loss_without_curvature_is_refused(run: Callable[..., Result]) -> None:
    result = run("explain", "line.csv", "--target", "y", "--loss", "quantile", "--quantile", "0.9")
    assert result.exit_code == 2
    assert "curved at its optimum, got quantile(0.9)" in result.stderr
