"""`tapefit demo`: the post's program."""
# ruff: noqa: NPY002  (the post draws its data from the old global generator)

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import tapefit as tf
from tapefit.cli._demo import descend, linear_like_data
from tapefit.errors import DivergenceError

Run = Callable[..., Result]


def post(seed: int, steps: int = 1000, learning_rate: float = 0.02) -> list[str]:
    """The program of the post, its blocks as they stand there; returns what it prints."""

    def loss_mse(X, Y, w0, w1):
        """Compute mean squared error"""
        Y_hat = w0 * X + w1
        errors = (Y_hat - Y) ** 2
        return tf.reduce_mean(errors)

    def compute_gradients(X, Y, w0, w1):
        """Compute gradient of loss function w.r.t weights"""
        with tf.GradientTape() as tape:
            loss = loss_mse(X, Y, w0, w1)
        return tape.gradient(loss, [w0, w1])

    def update_weights(w0, w1, dw0, dw1, learning_rate):
        """Updates weights using gradient descent algorithm."""
        w0.assign_sub(dw0 * learning_rate)
        w1.assign_sub(dw1 * learning_rate)
        return w0, w1

    def linear_like_data_generator(n, w0, w1):
        X = 2 * np.random.rand(n, 1)
        Y = w0 * X + w1 + 0.5 * np.random.rand(n, 1)
        return X, Y

    state = np.random.get_state()
    np.random.seed(seed)
    X, Y = linear_like_data_generator(100, 3, 4)
    np.random.set_state(state)

    lines = []
    w0 = tf.Variable(0.0)
    w1 = tf.Variable(0.0)
    for step in range(steps + 1):
        dw0, dw1 = compute_gradients(X, Y, w0, w1)
        w0, w1 = update_weights(w0, w1, dw0, dw1, learning_rate)
        if step % 100 == 0:
            loss = loss_mse(X, Y, w0, w1)
            lines.append(f"STEP: {step} - loss: {loss}, w0: {w0.numpy():.4f}, w1: {w1.numpy():.4f}")
    return lines


@pytest.mark.parametrize("seed", [0, 7])
def test_log_lines_are_those_of_the_post(run: Run, seed: int) -> None:
    result = run("demo", "--seed", str(seed))
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if line.startswith("STEP")] == post(seed)


def test_exact_line_and_picture_follow_the_log(run: Run, folder: Path) -> None:
    *_, exact, picture = run("demo").stdout.splitlines()
    X, Y = linear_like_data(100, 3.0, 4.0, 0)
    w0, w1 = np.polyfit(X[:, 0], Y[:, 0], 1)
    assert exact.startswith("EXACT LEAST SQUARES - loss: 0.0190")
    assert exact.endswith(f", w0: {w0:.4f}, w1: {w1:.4f}")
    assert picture == "Picture: tapefit-demo.png"
    assert (folder / "tapefit-demo.png").read_bytes().startswith(b"\x89PNG")


def test_descent_arrives_at_the_exact_line(run: Run) -> None:
    report = json.loads(run("demo", "--json", "--steps", "5000").stdout)
    assert report["descent"] == pytest.approx(report["exact"], rel=1e-3)
    assert report["descent"]["loss"] >= report["exact"]["loss"] * (1 - 1e-6)
    assert report["picture"] == "tapefit-demo.png"


def test_quiet_leaves_out_the_log(run: Run) -> None:
    lines = run("demo", "--quiet", "-o", "demo.svg").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["EXACT", "Picture:"]


@pytest.mark.parametrize("steps", ["0", "1", "5"])
def test_short_descents_are_drawn_too(run: Run, folder: Path, steps: str) -> None:
    assert run("demo", "--steps", steps).exit_code == 0
    assert (folder / "tapefit-demo.png").exists()


def test_rate_that_is_too_large_is_told_the_largest(run: Run, folder: Path) -> None:
    result = run("demo", "--learning-rate", "0.9")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "needs a learning rate below 0.4841 on these data, got 0.9" in result.stderr
    assert not (folder / "tapefit-demo.png").exists()


def test_largest_rate_parts_descents_that_arrive_from_those_that_leave() -> None:
    X, Y = linear_like_data(100, 3.0, 4.0, 0)
    arrived = descend(X, Y, 3000, 0.48, lambda line: None)
    assert arrived.loss < 0.02
    with pytest.raises(DivergenceError, match=r"left all bounds at step \d+"):
        descend(X, Y, 100_000, 0.49, lambda line: None)


def test_progress_through_the_descent_is_kept() -> None:
    X, Y = linear_like_data(50, 3.0, 4.0, 1)
    descent = descend(X, Y, 10, 0.02, lambda line: None)
    assert descent.curve.shape == (11,)
    assert descent.curve[0] == pytest.approx(np.mean(Y**2), rel=1e-6)
    assert (np.diff(descent.curve) < 0).all()
    assert descent.loss < descent.curve[-1]
