"""`tapefit explain`."""

from __future__ import annotations

import json
from collections.abc import Callable

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
