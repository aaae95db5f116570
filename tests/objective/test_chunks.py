"""Losses of many rows: the tape differentiates the first chunk, and a program repeats it on the others."""

import dataclasses

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import DataError
from tapefit.objective import _repeated, check_loss, find_loss, pointwise
from tapefit.objective._pointwise import _of_chunk
from tapefit.objective._repeated import CHUNK as _CHUNK

N = 4 * _CHUNK + 100


def check_loss_of_rows(loss):
    return dataclasses.replace(loss, form="rows")


def rows(name):
    rng = np.random.default_rng(4)
    y = {"logistic": rng.integers(0, 2, N), "poisson": rng.poisson(2.0, N)}.get(name, rng.gamma(2.0, 1.0, N))
    return y.astype(float), rng.normal(size=N)


def assert_as_the_tape_says(loss, y, eta, order, tolerance):
    whole, by_tape = pointwise(loss, y, eta, order=order), _of_chunk(loss, y, eta, order)
    for part in ("value", "slope", "curvature"):
        np.testing.assert_allclose(getattr(whole, part), getattr(by_tape, part), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", ["mse", "huber", "log_cosh", "logistic", "poisson", "gamma", "expectile"])
@pytest.mark.parametrize("machine_code", ["0", "1"])
def test_a_loss_by_chunks_is_what_the_tape_says_of_all_rows(name, order, machine_code, monkeypatch):
    monkeypatch.setenv("TAPEFIT_JIT", machine_code)
    monkeypatch.setattr(_repeated, "_WORTH_A_KERNEL", 0)
    y, eta = rows(name)
    assert_as_the_tape_says(check_loss(find_loss(name), y), y, eta, order, 1e-14 if machine_code == "1" else 0)


def test_a_loss_that_decides_by_values_goes_through_the_tape():
    def decides(y, y_hat):
        return (y - y_hat) ** 2 if tf.reduce_max(y_hat) > 3.0 else tf.abs(y - y_hat) ** 3

    loss = find_loss(decides)
    y, eta = rows("mse")
    eta[: 2 * _CHUNK] = 0.0
    eta[-1] = eta[3 * _CHUNK] = 10.0
    seen = pointwise(check_loss_of_rows(loss), y, eta, order=1)
    np.testing.assert_allclose(seen.slope[0], -3 * (y[0]) ** 2)
    np.testing.assert_allclose(seen.slope[3 * _CHUNK], 2 * (10.0 - y[3 * _CHUNK]))


def test_a_loss_with_random_numbers_draws_them_for_each_chunk():
    loss = check_loss_of_rows(find_loss(lambda y, y_hat: (y - y_hat) ** 2 + tf.random.uniform((1,), dtype="float64")))
    y, eta = np.zeros(N), np.ones(N)
    seen = pointwise(loss, y, eta, order=1)
    assert len(np.unique(seen.value)) == 5


def test_a_loss_that_is_nan_names_its_row_in_any_chunk():
    loss = check_loss_of_rows(find_loss(lambda y, y_hat: tf.sqrt(y) * (y - y_hat) ** 2))
    y, eta = np.ones(N), np.zeros(N)
    y[3 * _CHUNK + 7] = -1.0
    with pytest.raises(DataError, match=f"at row {3 * _CHUNK + 7} "):
        pointwise(loss, y, eta)


def test_a_constant_of_the_users_that_changes_between_fits_counts():
    width = [1.0]
    loss = check_loss_of_rows(find_loss(lambda y, y_hat: width[0] * (y - y_hat) ** 2))
    y, eta = np.zeros(N), np.ones(N)
    assert pointwise(loss, y, eta).value[-200] == 1.0
    width[0] = 3.0
    assert pointwise(loss, y, eta).value[-200] == 3.0
