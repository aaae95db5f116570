"""Losses are recognised by their derivatives, not by their names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tapefit as tf
from tapefit.objective import check_loss, find_loss, pointwise, recognise

RNG = np.random.default_rng(0)
Y = RNG.standard_normal(500)


def kind(loss: Callable | str, y: np.ndarray = Y, **options: float) -> str:
    return recognise(check_loss(find_loss(loss, **options), y), y).kind


@pytest.mark.parametrize("y", [Y, 1e8 + Y, 1e-9 * Y, np.zeros(5), RNG.integers(0, 3, 50).astype(float)])
@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda y, f: (y - f) ** 2, "squares"),
        (lambda y, f: 7 * np.mean(np.square(f - y)) + 3, "squares"),
        (lambda y, f: np.abs(y - f), "pinball"),
        (lambda y, f: np.sum(np.maximum(0.9 * (y - f), -0.1 * (y - f))), "pinball"),
        (lambda y, f: np.where(y > f, 0.8, 0.2) * (y - f) ** 2, "smooth"),
        (lambda y, f: np.abs(y - f) ** 1.5, "smooth"),
    ],
)
def test_a_loss_is_recognised(loss: Callable, expected: str, y: np.ndarray) -> None:
    assert kind(loss, y) == expected


def test_a_square_that_is_multiplied_out_is_recognised() -> None:
    assert kind(lambda y, f: y * y - 2 * y * f + f * f) == "squares"


def test_the_level_of_a_pinball_loss_is_found() -> None:
    found = recognise(check_loss(find_loss(lambda y, f: np.maximum(3 * (y - f), f - y)), Y), Y)
    assert found.level == pytest.approx(0.75)


@pytest.mark.parametrize("combine", [np.mean, np.sum])
@pytest.mark.parametrize(
    "rows", [lambda y, f: 3 * (y - f) ** 2 + 5, lambda y, f: np.maximum(0.7 * (y - f), -2.1 * (y - f)) - 1]
)
def test_a_recognised_mean_or_sum_gives_rows_of_the_same_mean(combine: Callable, rows: Callable) -> None:
    found = recognise(check_loss(find_loss(lambda y, f: combine(rows(y, f))), Y), Y)
    assert found.form == "rows"
    f = RNG.standard_normal(500)
    true, seen = pointwise(find_loss(rows), Y, f), pointwise(found, Y, f)
    assert seen.value == pytest.approx(true.value, rel=1e-9)
    assert seen.slope == pytest.approx(true.slope, rel=1e-9)


@pytest.mark.parametrize(("delta", "expected"), [(1.0, "smooth"), (0.2, "smooth"), (1e9, "squares")])
def test_huber_is_a_square_only_where_no_row_is_in_its_tails(delta: float, expected: str) -> None:
    assert kind("huber", delta=delta) == expected


def test_an_outlier_that_the_sample_misses_counts() -> None:
    y = Y.copy()
    y[3] = 1e9
    assert kind("huber", y, delta=1e6) != "squares"


@pytest.mark.parametrize(
    "loss",
    [
        lambda y, f: np.maximum(np.abs(y - f) - 0.5, 0.0),
        lambda y, f: np.maximum(np.abs(y - f) - 1e-4, 0.0),
        lambda y, f: np.abs(y - f) + 0.1 * (y - f) ** 2,
        lambda y, f: np.maximum(np.abs(y - f), 3 * np.abs(y - f) - 1),
    ],
)
def test_corners_are_seen(loss: Callable) -> None:
    assert kind(loss) == "corners"


@pytest.mark.parametrize(
    "loss",
    [
        lambda y, f: tf.sqrt(1 + tf.square(y - f)),
        lambda y, f: np.exp(y - f) - (y - f) - 1,
        lambda y, f: np.log1p((y - f) ** 2),
        lambda y, f: (y - f) ** 4,
    ],
)
def test_smooth_losses_have_no_corners(loss: Callable) -> None:
    assert kind(loss) == "smooth"


def test_a_loss_that_is_not_defined_everywhere_stays_what_it_is() -> None:
    y = np.exp(Y)
    assert kind(lambda y, f: (np.log(y) - np.log(f)) ** 2, y) == "smooth"
