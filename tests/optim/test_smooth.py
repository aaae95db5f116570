"""Smooth losses, losses with corners, flat tails or more than one minimum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

import tapefit as tf
from tapefit import fit
from tapefit.errors import ConvergenceWarning, UsageError
from tapefit.objective import find_loss, pointwise

RNG = np.random.default_rng(2)
X = RNG.standard_normal((300, 3))
LINE = X @ [1.0, 2.0, 3.0]
Z = np.column_stack([np.ones(300), X])

TARGETS = {
    "normal": LINE + RNG.standard_normal(300),
    "heavy tails": LINE + RNG.standard_t(2, 300),
    "cauchy": LINE + RNG.standard_cauchy(300),
    "a fifth outliers": np.where(np.arange(300) % 5 == 0, 1e6, LINE + RNG.standard_normal(300)),
    "whole numbers": np.round(LINE + RNG.standard_normal(300)),
}


def huber(e: np.ndarray, delta: float) -> float:
    size = np.abs(e)
    return float(np.sum(np.where(size <= delta, 0.5 * e * e, delta * (size - 0.5 * delta))))


@pytest.mark.parametrize("delta", [1e-6, 1e-3, 0.1, 1.0, 10.0, 1e9])
@pytest.mark.parametrize("name", TARGETS)
def test_huber_reaches_the_minimum_that_another_solver_finds(name: str, delta: float) -> None:
    y = TARGETS[name]
    results = fit(X, y, loss="huber", delta=delta)
    best = min(
        minimize(
            lambda b: huber(y - Z @ b, delta),
            start,
            jac=lambda b: -Z.T @ np.clip(y - Z @ b, -delta, delta),
            method="BFGS",
            options={"gtol": 1e-10 * delta},
        ).fun
        for start in (results.params, np.zeros(4))
    )
    assert results.converged
    assert huber(y - results.predict(X), delta) <= best * (1 + (1e-7 if delta < 1e-5 else 1e-9))


SMOOTH: dict[str, Callable] = {
    "log-cosh": lambda y, f: np.logaddexp(y - f, f - y),
    "pseudo-huber": lambda y, f: np.sqrt(1 + (y - f) ** 2),
    "quartic": lambda y, f: (y - f) ** 4,
    "expectile": lambda y, f: np.where(y > f, 0.9, 0.1) * (y - f) ** 2,
    "linex": lambda y, f: np.exp(0.2 * (y - f)) - 0.2 * (y - f) - 1,
    "power 1.5": lambda y, f: np.abs(y - f) ** 1.5,
    "with a constant": lambda y, f: 1e6 + np.logaddexp(y - f, f - y),
    "tiny": lambda y, f: 1e-90 * np.logaddexp(y - f, f - y),
    "huge": lambda y, f: 1e90 * np.logaddexp(y - f, f - y),
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("combine", [lambda v: v, np.mean, tf.reduce_sum])
def test_a_smooth_loss_has_gradient_zero_at_the_coefficients_after_ten_steps(name: str, combine: Callable) -> None:
    y, loss = TARGETS["normal"], SMOOTH[name]
    results = fit(X, y, loss=lambda y, f: combine(loss(y, f)))
    assert results.converged
    assert results.n_iter <= 12
    slope = pointwise(find_loss(loss), y, results.predict(X)).slope
    assert np.abs(Z.T @ slope).max() <= 1e-7 * np.sqrt(300 * np.sum(slope**2))


@pytest.mark.parametrize("name", ["log-cosh", "expectile", "quartic"])
@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_units_and_origins_of_columns_play_no_part(name: str, unit: float) -> None:
    y = TARGETS["normal"]
    plain = fit(X, y, loss=SMOOTH[name])
    moved = fit(X * [unit, 1, 1] + [0, 1e8, 0], y, loss=SMOOTH[name])
    assert moved.params[1] * unit == pytest.approx(plain.params[1], rel=1e-6)
    assert moved.bse[1] * unit == pytest.approx(plain.bse[1], rel=1e-6)
    assert moved.predict(X * [unit, 1, 1] + [0, 1e8, 0]) == pytest.approx(plain.predict(X), rel=1e-6, abs=1e-6)


def test_poisson_by_hand_solves_its_score_equations() -> None:
    rng = np.random.default_rng(0)
    y = rng.poisson(np.exp(0.3 + 0.5 * X[:, 0])).astype(float)
    results = fit(X, y, loss=lambda y, f: np.exp(f) - y * f)
    assert np.abs(Z.T @ (np.exp(results.predict(X)) - y)).max() < 1e-9
    assert results.n_iter <= 10


def test_logistic_by_hand_solves_its_score_equations() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 1 / (1 + np.exp(-LINE))).astype(float)
    results = fit(X, y, loss=lambda y, f: np.logaddexp(0.0, f) - y * f)
    assert np.abs(Z.T @ (1 / (1 + np.exp(-results.predict(X))) - y)).max() < 1e-9


def test_a_loss_that_is_only_defined_for_positive_predictions_is_fitted() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(1, 3, (200, 1))
    y = (2 + 3 * x[:, 0]) * np.exp(0.1 * rng.standard_normal(200))
    results = fit(x, y, loss=lambda y, f: (np.log(y) - np.log(f)) ** 2)
    assert results.converged
    assert results.params == pytest.approx([2, 3], abs=0.5)


@pytest.mark.parametrize("width", [0.5, 0.01])
def test_an_insensitive_loss_reaches_the_minimum_of_its_linear_programme(width: float) -> None:
    y = TARGETS["normal"]
    results = fit(X, y, loss=lambda y, f: np.maximum(np.abs(y - f) - width, 0.0))
    n, k = Z.shape
    A = np.block([[Z, -np.eye(n)], [-Z, -np.eye(n)]])
    bounds = [(None, None)] * k + [(0, None)] * n
    c = np.concatenate([np.zeros(k), np.ones(n)])
    best = linprog(c, A_ub=A, b_ub=np.concatenate([y + width, width - y]), bounds=bounds, method="highs").fun
    got = np.maximum(np.abs(y - results.predict(X)) - width, 0).sum()
    assert results.converged
    assert got <= best * (1 + 1e-6)
    assert np.isfinite(results.bse).all()


def test_a_corner_beside_curvature_counts_in_the_standard_errors() -> None:
    y = TARGETS["normal"]
    corner = fit(X, y, loss=lambda y, f: np.abs(y - f) + 0.01 * (y - f) ** 2)
    mae = fit(X, y, loss="mae")
    assert corner.params == pytest.approx(mae.params, abs=0.1)
    assert corner.bse == pytest.approx(mae.bse, rel=0.3)


@pytest.mark.parametrize(
    "loss",
    [
        lambda y, f: np.log1p((y - f) ** 2),
        lambda y, f: np.where(np.abs(y - f) < 4, 1 - (1 - ((y - f) / 4) ** 2) ** 3, 1.0),
    ],
    ids=["cauchy", "biweight"],
)
def test_losses_that_are_not_convex_are_fitted_with_the_whole_hessian(loss: Callable) -> None:
    y = TARGETS["heavy tails"]
    results = fit(X, y, loss=loss)
    assert results.converged
    assert results.params == pytest.approx([0, 1, 2, 3], abs=0.4)
    seen = pointwise(find_loss(loss), y, results.predict(X))
    assert (seen.curvature < 0).any()
    bread = np.linalg.inv(Z.T @ (Z * seen.curvature[:, None]))
    meat = Z.T @ (Z * np.square(seen.slope)[:, None])
    assert results.bse == pytest.approx(np.sqrt(np.diag(bread @ meat @ bread)), rel=1e-8)


def test_a_callback_sees_every_step_and_stops_by_true() -> None:
    seen: list[tuple[int, float]] = []

    def callback(step: int, loss: float, beta: np.ndarray) -> bool:
        seen.append((step, loss))
        return step == 2

    results = fit(X, TARGETS["normal"], loss=SMOOTH["quartic"], callbacks=[callback])
    assert [step for step, _ in seen] == [1, 2]
    assert results.message == "Stopped by a callback after 2 steps."
    assert not results.converged


def test_a_loss_whose_slopes_have_no_squares_is_refused() -> None:
    for size in (1e-200, 1e200):
        with pytest.raises(UsageError, match="multiply it by a constant"):
            fit(X, TARGETS["normal"], loss=lambda y, f, size=size: size * np.abs(y - f) ** 3)


def test_too_few_steps_are_told() -> None:
    with pytest.warns(ConvergenceWarning, match="Stopped after 1 step"):
        fit(X, TARGETS["cauchy"], loss=SMOOTH["power 1.5"], max_iter=1)


def test_weights_need_one_loss_a_row() -> None:
    weight = np.linspace(1, 2, 300)
    with pytest.raises(UsageError, match="one loss a row"):
        fit(X, TARGETS["normal"], loss=lambda y, f: np.mean((y - f) ** 4), sample_weight=weight)
    rows = fit(X, TARGETS["normal"], loss="mse", sample_weight=weight)
    mean = fit(X, TARGETS["normal"], loss=lambda y, f: np.mean((y - f) ** 2), sample_weight=weight)
    assert mean.params == pytest.approx(rows.params, rel=1e-14)
    assert mean.loss_value == pytest.approx(rows.loss_value, rel=1e-12)


def test_poisson_by_hand_of_counts_far_above_their_logarithms() -> None:
    x = np.arange(40.0) % 9
    y = np.floor(500 + 40 * x + 30 * np.sin(x))
    own = fit({"x": x, "y": y}, loss=lambda y, eta: np.exp(eta) - y * eta)
    np.testing.assert_allclose(own.params, fit({"x": x, "y": y}, loss="poisson").params, rtol=1e-9)
    assert own.converged
