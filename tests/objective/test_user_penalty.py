"""A penalty of the user's own: its derivatives, and what is refused about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import UsageError
from tapefit.objective import UserPenalty, check_penalty


def ridge(b: Any) -> Any:
    return 0.5 * tf.reduce_sum(tf.square(b))


FINE: dict[str, Callable[[Any], Any]] = {
    "ridge": ridge,
    "differences": lambda b: np.sum((b[1:] - b[:-1]) ** 2),
    "rounded": lambda b: tf.reduce_sum(tf.sqrt(b**2 + 1e-6)),
    "fourth powers": lambda b: np.sum(b**4),
    "logsumexp": lambda b: tf.reduce_logsumexp(5 * b),
    "linear": lambda b: tf.reduce_sum(b),
    "towards a guess": lambda b: (b[0] - 2.0) ** 2,
    "a barrier": lambda b: -tf.reduce_sum(tf.math.log(b + 2.0)),
}


def test_derivatives_are_those_of_the_formula() -> None:
    b = np.array([0.5, -1.5, 2.0])
    at = UserPenalty(lambda b: tf.reduce_sum(b**4) + b[0] * b[1]).at(b)
    assert at.value == pytest.approx(np.sum(b**4) + b[0] * b[1])
    np.testing.assert_allclose(at.gradient, 4 * b**3 + np.array([b[1], b[0], 0]))
    np.testing.assert_allclose(at.hessian, np.diag(12 * b**2) + np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))


@pytest.mark.parametrize("name", FINE)
@pytest.mark.parametrize("p", [2, 7])
def test_smooth_convex_penalties_pass(name: str, p: int) -> None:
    check_penalty(UserPenalty(FINE[name]), p)


@pytest.mark.parametrize(
    ("penalty", "says"),
    [
        (lambda b: b, "should return one number, shape (), got shape (4,); sum it"),
        (lambda b: 3.0, "should return a tensor computed from the slopes, got float"),
        (lambda b: np.asarray(b).sum(), "should return a tensor computed from the slopes, got float64"),
        (lambda b: tf.constant(1.0), "should depend on the slopes"),
        (lambda b: b[9], "failed when called with 4 slopes, shape (4,)"),
        (lambda b: tf.reduce_sum(b) * float("nan"), "is nan where all slopes are 0, from where a fit sets out"),
        (lambda b: -tf.reduce_sum(tf.math.log(b)), "is inf where all slopes are 0"),
        (lambda b: -tf.reduce_sum(b**2), "is not convex"),
        (lambda b: b[0] * b[1], "is not convex"),
        (lambda b: tf.reduce_sum(tf.abs(b)), "has a corner where slopes are 0"),
        (lambda b: tf.norm(b), "has a corner where slopes are 0"),
        (lambda b: tf.reduce_sum(tf.maximum(b, 0.0)), "has a corner where slopes are 0"),
        (lambda b: tf.reduce_max(tf.abs(b[1:] - b[:-1])), "has a corner where slopes are 0"),
    ],
)
def test_what_is_no_smooth_convex_function_is_refused(penalty: Callable[[Any], Any], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_penalty(UserPenalty(penalty), 4)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
