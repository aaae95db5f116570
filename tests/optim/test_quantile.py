"""Absolute and pinball losses reach the optimum of a linear programme."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linprog

from tapefit import fit

RNG = np.random.default_rng(1)
X = RNG.standard_normal((200, 3))
LINE = X @ [1.0, 2.0, 3.0]

CASES: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray | None]] = {
    "heavy tails": (X, LINE + RNG.standard_t(2, 200), None),
    "ties in rows and y": (RNG.integers(0, 3, (300, 2)).astype(float), RNG.integers(0, 5, 300).astype(float), None),
    "whole numbers": (X, np.round(2 * LINE), None),
    "duplicates": (np.repeat(X[:40], 4, axis=0), np.repeat(RNG.standard_normal(40), 4), None),
    "one column": (X[:, :1], np.exp(X[:, 0]) + RNG.standard_normal(200), None),
    "one row more than columns": (RNG.standard_normal((5, 3)), RNG.standard_normal(5), None),
    "as many rows as coefficients": (RNG.standard_normal((4, 3)), RNG.standard_normal(4), None),
    "weights": (X, LINE + RNG.standard_t(2, 200), RNG.uniform(0.01, 10, 200)),
    "an outlier in y": (X, np.where(np.arange(200) == 7, 1e8, LINE), None),
    "an outlier in x": (np.vstack([X[:-1], [[1e6, 0, 0]]]), LINE + RNG.standard_normal(200), None),
    "all y equal": (X, np.full(200, 0.1), None),
    "most y zero": (X, np.where(RNG.random(200) < 0.8, 0, RNG.random(200)), None),
    "indicators": (np.eye(4)[RNG.integers(0, 4, 400)][:, 1:], RNG.poisson(3, 400).astype(float), None),
    "skewed": (np.exp(3 * RNG.standard_normal((300, 3))), np.exp(2 * RNG.standard_normal(300)), None),
}


def pinball(level: float) -> Callable:
    return lambda y, f: np.maximum(level * (y - f), (level - 1) * (y - f))


def cost(e: np.ndarray, level: float, w: np.ndarray) -> float:
    return float(np.sum(w * e * (level - (e < 0))))


def least_cost(Z: np.ndarray, y: np.ndarray, level: float, w: np.ndarray) -> float:
    """By HiGHS: y = Z b + u - v with u, v >= 0."""
    n, k = Z.shape
    c = np.concatenate([np.zeros(k), level * w, (1 - level) * w])
    A = np.hstack([Z, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * k + [(0, None)] * (2 * n)
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return float(linprog(c, A_eq=A, b_eq=y, bounds=bounds, method="highs", options=tight).fun)


@pytest.mark.parametrize("level", [0.5, 0.1, 0.9])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_the_optimum_is_that_of_a_linear_programme(name: str, intercept: bool, level: float) -> None:
    columns, y, weight = CASES[name]
    if len(y) == 4 and intercept:
        level = 0.5  # an exact fit, whatever the level
    results = fit(columns, y, loss="mae" if level == 0.5 else pinball(level), intercept=intercept, sample_weight=weight)
    w = np.ones(len(y)) if weight is None else weight
    Z = np.column_stack([np.ones(len(y)), columns]) if intercept else columns
    best = least_cost(Z, y, level, w)
    assert cost(y - results.predict(columns), level, w) <= best * (1 + 1e-9) + 1e-12 * np.abs(y).sum()
    assert results.converged


def test_the_intercept_alone_is_the_quantile() -> None:
    y = np.random.default_rng(0).permutation(np.arange(1.0, 102.0))
    assert fit({"y": y}, features=[], loss="mae").params == pytest.approx([51.0], abs=1e-12)
    assert fit({"y": y}, features=[], loss=pinball(0.9)).params == pytest.approx([91.0], abs=1e-12)


def test_rows_at_the_optimum_are_fitted_exactly() -> None:
    columns, y, _ = CASES["heavy tails"]
    error = np.abs(y - fit(columns, y, loss="mae").predict(columns))
    assert np.sum(error < 1e-13 * np.abs(y).max()) == 4


@pytest.mark.parametrize("unit", [1e-9, 1e9, 1e100])
def test_units_and_origins_of_columns_and_y_play_no_part(unit: float) -> None:
    columns, y, _ = CASES["heavy tails"]
    plain = fit(columns, y, loss="mae")
    moved = fit(columns * [unit, 1, 1] + [0, 0, 1e6], y * 1e-5 + 1e3, loss="mae")
    predicted = moved.predict(columns * [unit, 1, 1] + [0, 0, 1e6])
    assert (predicted - 1e3) * 1e5 == pytest.approx(plain.predict(columns), rel=1e-6, abs=1e-6)


def test_a_design_at_the_edge_of_float_reaches_the_least_loss_that_floats_can_tell() -> None:
    rng = np.random.default_rng(0)
    far = rng.standard_normal((200, 3)) + 1e8
    y = (far - 1e8) @ [1, 2, 3] + rng.standard_normal(200)
    results = fit(far, y, loss="mae", intercept=False)
    near = np.column_stack([far[:, 0] * 1e-8, far[:, 1] - far[:, 0], far[:, 2] - far[:, 0]])  # the same space
    best = least_cost(near, y, 0.5, np.ones(200))
    assert cost(y - results.predict(far), 0.5, np.ones(200)) <= best * (1 + 1e-6)


def test_many_rows_take_few_steps() -> None:
    rng = np.random.default_rng(2)
    columns = rng.standard_normal((50_000, 5))
    results = fit(columns, columns.sum(axis=1) + rng.standard_cauchy(50_000), loss="mae")
    assert results.n_iter <= 30
    assert results.params == pytest.approx([0, 1, 1, 1, 1, 1], abs=0.05)
