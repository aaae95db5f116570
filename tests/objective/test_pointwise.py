"""Derivatives of losses row by row, against closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import DataError
from tapefit.objective import check_loss, find_loss, pointwise, smoothed

E = np.array([-30.0, -2.5, -1.0, -0.3, 0.2, 0.9, 1.5, 40.0])  # y - y_hat
Y = np.linspace(-3, 5, len(E))

CLOSED: dict[str, tuple[object, Callable, Callable, Callable]] = {
    "mse": ("mse", lambda e: e**2, lambda e: -2 * e, lambda e: 2 + 0 * e),
    "mae": ("mae", np.abs, lambda e: -np.sign(e), lambda e: 0 * e),
    "huber": (
        "huber",
        lambda e: np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e) - 0.5),
        lambda e: -np.clip(e, -1, 1),
        lambda e: (np.abs(e) <= 1) * 1.0,
    ),
    "tape ops": (lambda y, f: 3 * tf.square(y - f), lambda e: 3 * e**2, lambda e: -6 * e, lambda e: 6 + 0 * e),
    "NumPy functions": (
        lambda y, f: np.log1p(np.square(y - f)),
        lambda e: np.log1p(e**2),
        lambda e: -2 * e / (1 + e**2),
        lambda e: (2 - 2 * e**2) / (1 + e**2) ** 2,
    ),
    "plain Python": (lambda y, f: (y - f) ** 4, lambda e: e**4, lambda e: -4 * e**3, lambda e: 12 * e**2),
    "where with Python numbers": (
        lambda y, f: np.where(y > f, 0.8, 0.2) * (y - f) ** 2,
        lambda e: np.where(e > 0, 0.8, 0.2) * e**2,
        lambda e: -2 * np.where(e > 0, 0.8, 0.2) * e,
        lambda e: 2 * np.where(e > 0, 0.8, 0.2),
    ),
    "logaddexp": (
        lambda y, f: np.logaddexp(y - f, f - y),
        lambda e: np.logaddexp(e, -e),
        lambda e: -np.tanh(e),
        lambda e: 1 - np.tanh(e) ** 2,
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_value_slope_and_curvature_are_those_of_the_closed_form(name: str) -> None:
    loss, value, slope, curvature = CLOSED[name]
    seen = pointwise(check_loss(find_loss(loss), Y), Y, Y - E)
    e = Y - (Y - E)
    assert seen.value == pytest.approx(value(e), rel=1e-14, abs=1e-15)
    assert seen.slope == pytest.approx(slope(e), rel=1e-14, abs=1e-15)
    assert seen.curvature == pytest.approx(curvature(e), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("combine", [np.mean, np.sum, tf.reduce_mean, tf.reduce_sum])
def test_the_mean_or_sum_of_a_loss_has_the_derivatives_of_its_rows(combine: Callable) -> None:
    rows = pointwise(check_loss(find_loss(lambda y, f: (y - f) ** 4), Y), Y, Y - E)
    one = pointwise(check_loss(find_loss(lambda y, f: combine((y - f) ** 4)), Y), Y, Y - E)
    assert one.slope == pytest.approx(rows.slope, rel=1e-13)
    assert one.curvature == pytest.approx(rows.curvature, rel=1e-13)
    assert one.single
    assert one.value.mean() == pytest.approx(rows.value.mean(), rel=1e-13)


def test_one_derivative_where_one_is_asked_for() -> None:
    seen = pointwise(find_loss("mse"), Y, Y - E, order=1)
    assert seen.slope == pytest.approx(-2 * E)
    assert not seen.curvature.any()


def test_a_linear_loss_has_no_curvature() -> None:
    assert not pointwise(find_loss(lambda y, f: f - y), Y, Y).curvature.any()


def test_nan_names_the_first_row() -> None:
    y = np.array([1.0, 2.0, -1.0, -2.0])
    with pytest.raises(DataError, match=r"NaN at row 2 \(counted from 0\), where y is -1;"):
        pointwise(find_loss(lambda y, f: np.log(y) * f), y, np.ones(4))


def test_nan_in_one_value_for_all_says_how_to_see_the_row() -> None:
    with pytest.raises(DataError, match="NaN"):
        pointwise(find_loss(lambda y, f: np.mean(np.sqrt(y) * f)), np.array([1.0, -1.0]), np.ones(2))


def test_a_smoothed_corner_bends_evenly_over_its_width() -> None:
    y = np.zeros(5)
    seen = smoothed(find_loss("mae"), y, np.array([-3.0, -0.5, 0.0, 0.5, 3.0]), 1.0)
    assert seen.slope == pytest.approx([-1, -0.5, 0, 0.5, 1])
    assert seen.curvature == pytest.approx([0, 1, 1, 1, 0])


@pytest.mark.parametrize("name", ["poisson", "huber", "logistic", "mae"])
def test_many_rows_in_chunks_are_the_rows_one_by_one(name):
    loss = find_loss(name)
    rng = np.random.default_rng(0)
    y, eta = rng.integers(0, 2, 70_000).astype(float), rng.normal(size=70_000)
    whole = pointwise(loss, y, eta)
    for rows in (slice(0, 10), slice(32_760, 32_780), slice(69_990, 70_000)):
        part = pointwise(loss, y[rows], eta[rows])
        for name in ("value", "slope", "curvature"):
            np.testing.assert_array_equal(getattr(whole, name)[rows], getattr(part, name))


def test_order_zero_gives_values_alone():
    y, eta = np.array([1.0, 2.0, 0.0]), np.array([0.5, 0.1, -3.0])
    loss = find_loss("poisson")
    for size in (1, 20_000):
        several = np.tile(y, size), np.tile(eta, size)
        none, two = pointwise(loss, *several, order=0), pointwise(loss, *several)
        np.testing.assert_array_equal(none.value, two.value)
        assert not none.slope.any()
        assert not none.curvature.any()
        np.testing.assert_array_equal(pointwise(loss, *several, order=1).slope, two.slope)


def test_a_loss_that_is_nan_late_names_the_row():
    y = np.ones(50_000)
    y[40_001] = np.nan
    with pytest.raises(DataError, match="NaN at row 40001"):
        pointwise(find_loss("mse"), y, np.zeros(50_000))
