"""User losses that cannot be fitted are refused with one sentence; those that can are seen for what they give."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import DataError, TapefitError, UsageError
from tapefit.objective import LOSSES, check_loss, find_loss

RNG = np.random.default_rng(0)
Y = RNG.standard_normal(50)
WEIGHTS = RNG.uniform(1, 2, 50)


def boom(y: object, f: object) -> object:
    raise KeyError("region")


REFUSED: dict[str, tuple[Callable, type[TapefitError], str]] = {
    "NaN at some y": (lambda y, f: np.where(y > 1, np.nan, (y - f) ** 2), DataError, "is NaN at row"),
    "NaN at some prediction": (lambda y, f: np.sqrt(y - f), DataError, "is NaN at row"),
    "two values a row": (lambda y, f: np.stack([y - f, f - y]), UsageError, "one value a row, shape (50,)"),
    "a column": (lambda y, f: tf.reshape((y - f) ** 2, (-1, 1)), UsageError, "got shape (50, 1)"),
    "a float": (lambda y, f: 3.0, UsageError, "got float"),
    "an array": (lambda y, f: (y.numpy() - f.numpy()) ** 2, UsageError, "got ndarray"),
    "nothing": (lambda y, f: None, UsageError, "got NoneType"),
    "a tuple": (lambda y, f: (y - f, 1.0), UsageError, "got tuple"),
    "not of the prediction": (lambda y, f: tf.reduce_mean(tf.square(y)), UsageError, "its gradient is None"),
    "whole numbers": (lambda y, f: tf.cast((y - f) ** 2, tf.int32), UsageError, "its gradient is None"),
    "an exception": (boom, UsageError, "failed when called with y and y_hat of shape (50,): 'region'"),
    "division by zero": (lambda y, f: 1 / 0, UsageError, "division by zero"),
    "one argument": (lambda y: y, UsageError, "takes 1 positional argument"),
    "if": (lambda y, f: y - f if y > f else f - y, UsageError, "truth value"),
    "math": (lambda y, f: math.sqrt(y - f), UsageError, "failed when called"),
    "rows meet rows": (lambda y, f: (tf.reshape(y, (-1, 1)) - f) ** 2, UsageError, "combines shapes (50, 1) and (50,)"),
    "rows meet rows in a mean": (
        lambda y, f: tf.reduce_mean((tf.reshape(y, (-1, 1)) - f) ** 2),
        UsageError,
        "every row meets every other",
    ),
    "by position": (
        lambda y, f: (y - f) ** 2 * np.arange(1.0, y.shape[0] + 1),
        UsageError,
        "when the rows come in another order",
    ),
    "by chance": (lambda y, f: (y - f) ** 2 * np.random.rand(), UsageError, "in another order"),  # noqa: NPY002
    "an array of its own": (lambda y, f: (y - f) ** 2 * WEIGHTS.mean() * np.ones(50), UsageError, "array of its own"),
    "coupled rows": (lambda y, f: (y - np.mean(f)) ** 2, UsageError, "couples rows"),
    "a root of a mean": (lambda y, f: np.sqrt(np.mean((y - f) ** 2)), UsageError, "couples rows"),
    "the largest": (lambda y, f: np.max((y - f) ** 2), UsageError, "couples rows"),
    "a root of a sum": (lambda y, f: np.sqrt(np.sum((y - f) ** 2)), UsageError, "neither the mean nor the sum"),
    "concave": (lambda y, f: -((y - f) ** 2), UsageError, "no minimum"),
    "flat": (lambda y, f: np.sign(y - f) ** 2, UsageError, "slope 0 at every prediction tried"),
    "zero": (lambda y, f: 0.0 * (y - f), UsageError, "slope 0 at every prediction tried"),
    "cubic": (lambda y, f: (y - f) ** 3, UsageError, "ever lower as the prediction rises"),
    "linear": (lambda y, f: f - y, UsageError, "ever lower as the prediction falls"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_loss_that_cannot_be_fitted_is_refused_with_one_sentence(name: str) -> None:
    loss, error, part = REFUSED[name]
    with pytest.raises(error) as caught:
        check_loss(find_loss(loss), Y)
    message = str(caught.value)
    assert part in message
    assert "\n" not in message
    assert message.endswith(".")


@pytest.mark.parametrize(
    ("loss", "form"),
    [
        (lambda y, f: np.abs(y - f) ** 3, "rows"),
        (lambda y, f: np.mean(np.abs(y - f) ** 3), "mean"),
        (lambda y, f: np.sum(np.abs(y - f) ** 3), "sum"),
        (lambda y, f: 0.5 * tf.reduce_mean(tf.square(y - f)) + 7.0, "mean"),
        (lambda y, f: tf.cast(tf.reduce_sum(tf.square(y - f)), tf.float32), "sum"),
    ],
)
@pytest.mark.parametrize(
    "y", [Y, np.zeros(9), np.ones(2), np.array([3.0]), 1e8 + Y, 1e-8 * Y, np.repeat([0.0, 1], 500)]
)
def test_the_form_of_a_loss_is_seen(loss: Callable, form: str, y: np.ndarray) -> None:
    assert check_loss(find_loss(loss), y).form == form


@pytest.mark.parametrize(
    ("loss", "y"),
    [
        (lambda y, f: np.exp(f) - y * f, np.arange(6.0)),
        (lambda y, f: np.exp(f) - y * f, np.arange(500.0, 600.0)),
        (lambda y, f: np.log1p(np.exp(f)) - y * f, np.array([0.0, 1.0, 1.0, 0.0])),
        (lambda y, f: (np.log(y) - np.log(f)) ** 2, np.array([0.1, 1.0, 50.0])),
        (lambda y, f: y / f + np.log(f), np.array([0.1, 1.0, 50.0])),
        (lambda y, f: np.log1p((y - f) ** 2), Y),
        (lambda y, f: np.where(np.abs(y - f) < 2, 1 - (1 - ((y - f) / 2) ** 2) ** 3, 1.0), Y),
        (lambda y, f: np.maximum(np.abs(y - f) - 0.5, 0.0), Y),
        (lambda y, f: np.exp(y - f) - (y - f) - 1, Y),
    ],
    ids=[
        "poisson",
        "poisson of hundreds",
        "logistic",
        "log error",
        "gamma",
        "cauchy",
        "biweight",
        "insensitive",
        "linex",
    ],
)
def test_losses_with_links_domains_or_flat_tails_are_accepted(loss: Callable, y: np.ndarray) -> None:
    assert check_loss(find_loss(loss), y).form == "rows"


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_named_losses_give_one_value_a_row(name: str) -> None:
    assert find_loss(name).form == "rows"


def test_an_unknown_loss_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"huber.*mae.*mse.*got 'rmse'"):
        find_loss("rmse")
    with pytest.raises(UsageError, match="got 3"):
        find_loss(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("delta", [0, -1.0, float("nan"), float("inf"), "wide"])
def test_a_delta_that_is_no_positive_number_is_refused(delta: object) -> None:
    with pytest.raises(UsageError, match="delta"):
        find_loss("huber", delta=delta)  # type: ignore[arg-type]
