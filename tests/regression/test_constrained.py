"""Constrained fits: optimality conditions, other solvers, and laws."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, linprog, lsq_linear, minimize, nnls

import tapefit
from tapefit.errors import DataError, UsageError

RNG = np.random.default_rng(1)
N = 200
X = RNG.normal(size=(N, 4)) * [1.0, 20.0, 0.05, 1.0] + [0.0, 30.0, 0.0, -2.0]
ETA = 0.3 + X @ [0.5, -0.02, 4.0, 0.1]
NOISE = RNG.standard_t(3, size=N)
ONES = np.column_stack([np.ones(N), X])


def cauchy(y: Any, y_hat: Any) -> Any:
    return np.log1p((y - y_hat) ** 2)


def dead_zone(y: Any, y_hat: Any) -> Any:
    return tapefit.maximum(0.0, tapefit.abs(y - y_hat) - 0.3) + 0.05 * (y - y_hat) ** 2


SMOOTH: dict[Any, np.ndarray] = {
    "mse": ETA + NOISE,
    "huber": ETA + NOISE,
    "log_cosh": ETA + NOISE,
    "expectile": ETA + NOISE,
    "poisson": RNG.poisson(np.exp(ETA)).astype(float),
    "gamma": RNG.gamma(2.0, np.exp(ETA) / 2),
    "tweedie": RNG.poisson(np.exp(ETA)) * RNG.gamma(2.0, 1.0, N),
    "logistic": (RNG.uniform(size=N) < 1 / (1 + np.exp(-ETA))).astype(float),
    cauchy: ETA + NOISE,
}
SETS: dict[str, dict[str, Any]] = {
    "positive": {"positive": True},
    "bounds": {"bounds": {"x1": (0, 0.3), "x2": (-0.01, None), "x4": (None, 9)}},
    "order and sum": {"constraints": "x2 <= x4 <= x1, x1 + x2 + x4 = 0.4"},
    "intercept": {"bounds": {"intercept": (1, 1), "x3": (None, 2)}},
    "ratio": {"constraints": ["x3 = 6 * x1", "intercept + x4 >= 1"]},
}


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("loss", SMOOTH, ids=lambda loss: loss if isinstance(loss, str) else loss.__name__)
def test_optimality_conditions_hold(loss: Any, kind: str) -> None:
    y = SMOOTH[loss]
    r = tapefit.fit(X, y, loss=loss, **SETS[kind])
    assert r.converged
    rows = rows_of(kind)
    at = rows[0] @ r.params
    size = np.abs(rows[0]) @ np.abs(r.params) + 1e-3
    assert (at >= rows[1] - 1e-14 * size).all()
    assert (at <= rows[2] + 1e-14 * size).all()
    gradient = mean_loss_gradient(loss, y, r.params)
    table = r.constraints
    np.testing.assert_allclose(gradient, rows[0].T @ table.multipliers, atol=1e-7 * np.abs(X).max(axis=0).max())
    held = np.array(table.active)
    assert (table.multipliers[~held] == 0).all()
    lower_only, upper_only = rows[2] == np.inf, rows[1] == -np.inf
    assert (table.multipliers[held & lower_only] >= -1e-9).all()
    assert (table.multipliers[held & upper_only] <= 1e-9).all()


def rows_of(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A, lower and upper, written down by hand for each set above."""
    inf = np.inf
    table: dict[str, list[tuple[list[float], float, float]]] = {
        "positive": [
            ([0, 1, 0, 0, 0], 0, inf),
            ([0, 0, 1, 0, 0], 0, inf),
            ([0, 0, 0, 1, 0], 0, inf),
            ([0, 0, 0, 0, 1], 0, inf),
        ],
        "bounds": [([0, 1, 0, 0, 0], 0, 0.3), ([0, 0, 1, 0, 0], -0.01, inf), ([0, 0, 0, 0, 1], -inf, 9)],
        "order and sum": [([0, 0, 1, 0, -1], -inf, 0), ([0, -1, 0, 0, 1], -inf, 0), ([0, 1, 1, 0, 1], 0.4, 0.4)],
        "intercept": [([1, 0, 0, 0, 0], 1, 1), ([0, 0, 0, 1, 0], -inf, 2)],
        "ratio": [([0, -6, 0, 1, 0], 0, 0), ([1, 0, 0, 0, 1], 1, inf)],
    }
    rows = table[kind]
    return np.array([a for a, _, _ in rows]), np.array([b for _, b, _ in rows]), np.array([c for _, _, c in rows])


def mean_loss_gradient(loss: Any, y: np.ndarray, params: np.ndarray) -> np.ndarray:
    """By formulas of our own, and for the rest by central differences of the loss by name."""
    eta = ONES @ params
    slopes = {
        "mse": lambda: -2 * (y - eta),
        "poisson": lambda: np.exp(eta) - y,
        "gamma": lambda: 1 - y * np.exp(-eta),
        "tweedie": lambda: np.exp(0.5 * eta) - y * np.exp(-0.5 * eta),
        "logistic": lambda: 1 / (1 + np.exp(-eta)) - y,
        "huber": lambda: np.clip(eta - y, -1, 1),
        "log_cosh": lambda: np.tanh(eta - y),
        "expectile": lambda: -(y - eta),
        cauchy: lambda: -2 * (y - eta) / (1 + (y - eta) ** 2),
    }
    return ONES.T @ slopes[loss]() / N


@pytest.mark.parametrize("options", [{}, {"intercept": False}, {"sample_weight": RNG.uniform(0.1, 3, N)}])
def test_bounded_least_squares_is_that_of_scipy(options: dict[str, Any]) -> None:
    y = SMOOTH["mse"]
    bounds = {"x1": (0.0, 0.3), "x2": (-0.01, 0.0), "x3": (5.0, 9.0)}
    r = tapefit.fit(X, y, bounds=bounds, **options)
    root = np.sqrt(options.get("sample_weight", np.ones(N)))
    first = 0 if "intercept" in options else 1
    low, high = [-np.inf] * first + [0, -0.01, 5, -np.inf], [np.inf] * first + [0.3, 0, 9, np.inf]
    A = ONES[:, 1 - first :] * root[:, None]
    theirs = lsq_linear(A, y * root, bounds=(low, high), method="bvls", tol=1e-15)
    np.testing.assert_allclose(r.params, theirs.x, rtol=1e-11, atol=1e-13)


def test_positive_slopes_are_those_of_nonnegative_least_squares() -> None:
    rng = np.random.default_rng(3)
    Z, y = rng.normal(size=(120, 40)), rng.normal(size=120)
    r = tapefit.fit(Z, y, positive=True, intercept=False)
    np.testing.assert_allclose(r.params, nnls(Z, y)[0], atol=1e-14)
    assert (r.params[list(r.fixed)] == 0).all()
    assert (r.params >= 0).all()


@pytest.mark.parametrize("loss", ["poisson", "logistic"])
def test_general_constraints_of_a_likelihood_are_as_slsqp_finds_them(loss: str) -> None:
    y = SMOOTH[loss]
    r = tapefit.fit(X, y, loss=loss, constraints="x2 <= x4 <= x1, x1 + x2 + x4 = 0.4")

    def objective(b: np.ndarray) -> float:
        eta = ONES @ b
        return float(np.mean((np.exp(eta) if loss == "poisson" else np.logaddexp(0, eta)) - y * eta))

    limits = [
        {"type": "eq", "fun": lambda b: b[1] + b[2] + b[4] - 0.4},
        {"type": "ineq", "fun": lambda b: np.array([b[4] - b[2], b[1] - b[4]])},
    ]
    start = [0.0, 0.2, 0.1, 0.0, 0.1]
    with np.errstate(over="ignore", invalid="ignore"):
        theirs = minimize(
            objective,
            start,
            jac=lambda b: mean_loss_gradient(loss, y, b),
            constraints=limits,
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 1000},
        )
    assert objective(r.params) <= theirs.fun + 1e-12
    np.testing.assert_allclose(r.params, theirs.x, atol=1e-4)


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", SETS)
def test_pinball_losses_reach_the_optimum_of_a_linear_programme(kind: str, weighted: bool, level: float) -> None:
    y = ETA + NOISE
    w = np.random.default_rng(5).uniform(0.2, 3, N) if weighted else np.ones(N)
    r = tapefit.fit(X, y, loss="quantile", quantile=level, sample_weight=w if weighted else None, **SETS[kind])
    A, low, high = rows_of(kind)
    wide = np.zeros((len(A), 2 * N))
    theirs = linprog(
        np.r_[np.zeros(5), level * w, (1 - level) * w],
        A_eq=np.hstack([ONES, np.eye(N), -np.eye(N)]),
        b_eq=y,
        A_ub=np.vstack([np.hstack([A, wide])[np.isfinite(high)], -np.hstack([A, wide])[np.isfinite(low)]]),
        b_ub=np.r_[high[np.isfinite(high)], -low[np.isfinite(low)]],
        bounds=[(None, None)] * 5 + [(0, None)] * (2 * N),
    )
    e = y - ONES @ r.params
    assert float(np.sum(w * e * (level - (e < 0)))) <= theirs.fun * (1 + 1e-9)
    assert (A @ r.params >= low - 1e-9).all()
    assert (A @ r.params <= high + 1e-9).all()
    assert r.converged


@pytest.mark.parametrize("kind", SETS)
def test_losses_with_corners_are_as_low_as_other_methods_find(kind: str) -> None:
    y = ETA + NOISE
    r = tapefit.fit(X, y, loss=dead_zone, **SETS[kind])
    A, low, high = rows_of(kind)

    def objective(b: np.ndarray) -> float:
        e = np.abs(y - ONES @ b)
        return float(np.mean(np.maximum(0, e - 0.3) + 0.05 * e**2))

    rng = np.random.default_rng(0)
    for _ in range(40):
        other = r.params + rng.normal(size=5) * 10.0 ** rng.uniform(-6, 0) / np.r_[1, np.abs(X).max(axis=0)]
        assert objective(r.params) <= objective(project(other, A, low, high)) + 1e-8


def project(b: np.ndarray, A: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The nearest point within the constraints, by Dykstra's alternating projections."""
    out, more = b.copy(), np.zeros((len(A), len(b)))
    for _ in range(100):
        for i, row in enumerate(A):
            before = out + more[i]
            value = row @ before
            out = before + row * (np.clip(value, low[i], high[i]) - value) / (row @ row)
            more[i] = before - out
    return out


@pytest.mark.parametrize("loss", ["mse", "huber", "poisson", "mae"])
def test_constraints_that_do_not_bind_change_nothing(loss: str) -> None:
    y = SMOOTH.get(loss, ETA + NOISE)
    free = tapefit.fit(X, y, loss=loss)
    within = tapefit.fit(X, y, loss=loss, bounds={"x1": (-1e3, 1e3), "x2": (None, 1e3)}, constraints="x3 >= x2 - 50")
    np.testing.assert_allclose(within.params, free.params, rtol=1e-13)
    np.testing.assert_allclose(within.bse, free.bse, rtol=1e-9)
    assert within.constraints.holding == ()
    assert within.warnings == free.warnings


@pytest.mark.parametrize("loss", ["mse", "huber", "poisson", "mae"])
@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_units_and_origins_of_columns_change_nothing_else(loss: str, factor: float) -> None:
    y = SMOOTH.get(loss, ETA + NOISE)
    here = tapefit.fit(X, y, loss=loss, bounds={"x1": (None, 0.3), "x2": (0, None)}, constraints="x3 = 6 * x1")
    moved = X * [factor, 1, 1, 1] + [0, 1e6, 0, 0]
    there = tapefit.fit(
        moved, y, loss=loss, bounds={"x1": (None, 0.3 / factor), "x2": (0, None)}, constraints=f"x3 = {6 * factor} * x1"
    )
    assert there.constraints.active == here.constraints.active
    np.testing.assert_allclose(there.params[1:] * [factor, 1, 1, 1], here.params[1:], rtol=1e-8)
    np.testing.assert_allclose(there.predict(moved), here.predict(X), rtol=1e-8)


@pytest.mark.parametrize("loss", ["mse", "mae", "expectile"])
@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_the_unit_of_y_changes_nothing_else(loss: str, factor: float) -> None:
    y = ETA + NOISE
    here = tapefit.fit(X, y, loss=loss, bounds={"x1": (None, 0.3), "x2": (0, None)}, constraints="x1 + x4 = 0.4")
    there = tapefit.fit(
        X,
        factor * y,
        loss=loss,
        bounds={"x1": (None, 0.3 * factor), "x2": (0, None)},
        constraints=f"x1 + x4 = {0.4 * factor}",
    )
    assert there.constraints.active == here.constraints.active
    np.testing.assert_allclose(there.params / factor, here.params, rtol=1e-9, atol=1e-12)
    with pytest.raises(UsageError, match="no coefficients meet"):
        tapefit.fit(X, factor * y, loss=loss, constraints=f"x1 = {factor}, x1 <= {0.5 * factor}")


def test_weight_two_is_a_row_twice() -> None:
    y = SMOOTH["poisson"]
    w = np.where(np.arange(N) < 50, 2.0, 1.0)
    once = tapefit.fit(X, y, loss="poisson", positive=True, sample_weight=w)
    twice = tapefit.fit(np.r_[X, X[:50]], np.r_[y, y[:50]], loss="poisson", positive=True)
    np.testing.assert_allclose(once.params, twice.params, rtol=1e-9, atol=1e-12)


def test_an_offset_and_an_exposure_are_kept() -> None:
    time = np.random.default_rng(2).uniform(1, 5, N)
    y = np.random.default_rng(4).poisson(np.exp(ETA) * time).astype(float)
    r = tapefit.fit(X, y, loss="poisson", exposure=time, positive=True)
    same = tapefit.fit(X[:, [0, 2, 3]], y, loss="poisson", exposure=time)
    np.testing.assert_allclose(r.params[[0, 1, 3, 4]], same.params, rtol=1e-9)
    np.testing.assert_allclose(r.bse[[0, 1, 3, 4]], same.bse, rtol=1e-9)


def test_the_levels_of_a_column_are_bounded_by_its_name_and_ordered_by_theirs() -> None:
    rng = np.random.default_rng(6)
    level = rng.integers(0, 4, 150)
    data = {
        "grade": np.array(["a", "b", "c", "d"])[level],
        "y": np.array([0.0, 1.0, 0.5, 3.0])[level] + rng.normal(size=150),
    }
    bounded = tapefit.fit(data, bounds={"grade": (None, 1.5)})
    assert bounded.constraints.labels == ("grade[b] <= 1.5", "grade[c] <= 1.5", "grade[d] <= 1.5")
    assert bounded.params[3] == 1.5
    ordered = tapefit.fit(data, constraints="0 <= grade[b] <= grade[c] <= grade[d]")
    means = np.array([data["y"][level == k].mean() for k in range(4)])
    count = np.bincount(level)
    pooled = (means[1] * count[1] + means[2] * count[2]) / (count[1] + count[2])
    np.testing.assert_allclose(ordered.params[0] + np.r_[0, ordered.params[1:]], [means[0], pooled, pooled, means[3]])


def test_a_power_of_a_column_is_bounded_by_its_name() -> None:
    x = np.linspace(-2, 2, 60)
    data = {"x": x, "y": 1 + x - 0.5 * x**2 + 0.1 * x**3 + 0.1 * np.sin(37 * x)}
    r = tapefit.fit(data, features=[tapefit.poly("x", 3)], bounds={"x^2": (0, None)}, constraints="x^3 = 0.2")
    assert r.params[2:].tolist() == pytest.approx([0.0, 0.2], abs=1e-14)
    rest = tapefit.fit({"x": x, "y": data["y"] - 0.2 * x**3})
    np.testing.assert_allclose(r.params[:2], rest.params, rtol=1e-10)


def test_arrays_and_scipys_linear_constraint_say_the_same_as_text() -> None:
    y = SMOOTH["mse"]
    text = tapefit.fit(X, y, constraints="x1 - 2 * x4 >= 0.5, x1 + x3 = 1")
    A = np.array([[1.0, 0, 0, -2], [1, 0, 1, 0]])
    for given in [(A, [0.5, 1], [np.inf, 1]), LinearConstraint(np.column_stack([[0, 0], A]), [0.5, 1], [np.inf, 1])]:
        r = tapefit.fit(X, y, constraints=given)
        np.testing.assert_array_equal(r.params, text.params)
        assert r.constraints.labels == ("x1 - 2*x4 >= 0.5", "x1 + x3 = 1")


# -- what can be said about the coefficients ---------------------------------------------------


def test_equations_give_the_standard_errors_of_the_model_that_has_them_built_in() -> None:
    y = SMOOTH["mse"]
    r = tapefit.fit(X, y, constraints="x1 + x4 = 1", cov_type="HC3")
    built_in = tapefit.fit(np.column_stack([X[:, 0] - X[:, 3], X[:, 1:3]]), y - X[:, 3], cov_type="HC3")
    np.testing.assert_allclose(r.params[:4], built_in.params, rtol=1e-9)
    np.testing.assert_allclose(r.bse[[0, 1, 2, 3, 4]], built_in.bse[[0, 1, 2, 3, 1]], rtol=1e-8)
    np.testing.assert_allclose([r.scale, r.df_resid, r.llf, r.aic], [built_in.scale, 196, built_in.llf, built_in.aic])
    assert not r.warnings


@pytest.mark.parametrize("loss", ["mse", "poisson", "logistic"])
def test_equations_give_what_statsmodels_gives(loss: str) -> None:
    """Recorded by record_constrained.py; tolerance 1e-9, of which they differ by 1e-14."""
    recorded = json.loads(Path(__file__).with_name("constrained_statsmodels.json").read_text())
    theirs = recorded["fits"][loss]
    r = tapefit.fit(np.array(recorded["X"]), np.array(theirs["y"]), loss=loss, constraints="x1 + x2 = 0.2, x3 = x4")
    np.testing.assert_allclose(r.params, theirs["params"], rtol=1e-9)
    np.testing.assert_allclose(r.bse, theirs["bse"], rtol=1e-9)
    assert r.llf == pytest.approx(theirs["llf"], rel=1e-12)


@pytest.mark.parametrize("loss", ["mse", "poisson", "mae"])
def test_active_bounds_leave_the_standard_errors_of_the_model_without_these_columns(loss: str) -> None:
    y = SMOOTH.get(loss, ETA + NOISE)
    r = tapefit.fit(X, y, loss=loss, bounds={"x2": (0, None)})
    without = tapefit.fit(X[:, [0, 2, 3]], y, loss=loss)
    np.testing.assert_allclose(r.params[[0, 1, 3, 4]], without.params, rtol=1e-9)
    np.testing.assert_allclose(r.bse[[0, 1, 3, 4]], without.bse, rtol=1e-9)
    np.testing.assert_allclose(r.conf_int()[[0, 1, 3, 4]], without.conf_int(), rtol=1e-8)
    assert np.isnan(r.bse[2])
    assert r.fixed == (2,)
    assert r.df_resid == without.df_resid
    assert "hold" in r.warnings[0]
    assert "fixed" in str(r)
    assert np.isnan(r.aic)


def test_tables_say_what_is_fixed_and_held() -> None:
    y = SMOOTH["mse"]
    bounded = tapefit.fit(X, y, bounds={"x2": (0, None), "x1": (None, 99)})
    ridge = tapefit.fit(X, y, penalty="l2", alpha=0.25)
    side_by_side = str(tapefit.compare([bounded, ridge]))
    assert "(fixed)" in side_by_side
    assert "1 of 2 active" in side_by_side
    assert "l2 (0.25)" in side_by_side
    assert "| fixed | | | | |" in " ".join(bounded.to_markdown().split())
    assert "1 of 2 constraints active" in bounded.to_markdown()
    assert "penalty l2 with alpha 0.25" in ridge.to_latex()


def test_clusters_are_counted_in_the_model_that_is_left() -> None:
    y, codes = SMOOTH["mse"], np.arange(N) // 10
    r = tapefit.fit(X, y, bounds={"x2": (0, None)}, groups=codes)
    without = tapefit.fit(X[:, [0, 2, 3]], y, groups=codes)
    assert r.cov_type == "cluster"
    np.testing.assert_allclose(r.bse[[0, 1, 3, 4]], without.bse, rtol=1e-9)
    np.testing.assert_allclose(r.pvalues[[0, 1, 3, 4]], without.pvalues, rtol=1e-7)


def test_intervals_of_predictions_keep_to_what_the_active_bounds_leave() -> None:
    y = SMOOTH["mse"]
    r = tapefit.fit(X, y, bounds={"x2": (0, None)})
    without = tapefit.fit(X[:, [0, 2, 3]], y)
    a, b = r.get_prediction(X[:5]).summary_frame(), without.get_prediction(X[:5, [0, 2, 3]]).summary_frame()
    for name in a:
        np.testing.assert_allclose(a[name], b[name], rtol=1e-9)


def test_multipliers_say_what_loosening_a_bound_is_worth() -> None:
    y = SMOOTH["mse"]
    here = tapefit.fit(X, y, bounds={"x1": (None, 0.3)})
    there = tapefit.fit(X, y, bounds={"x1": (None, 0.3 + 1e-4)})
    assert (there.loss_value - here.loss_value) / 1e-4 == pytest.approx(here.constraints.multipliers[0], rel=1e-2)


def test_no_constraints_are_none() -> None:
    y = SMOOTH["mse"]
    free = tapefit.fit(X, y)
    for nothing in ({"bounds": {}}, {"constraints": []}, {"bounds": {"x1": (None, None)}}, {"positive": False}):
        r = tapefit.fit(X, y, **nothing)
        np.testing.assert_allclose(r.params, free.params, rtol=1e-14)
        assert r.constraints is None


@pytest.mark.parametrize("loss", ["mse", "huber", "mae", dead_zone])
def test_all_coefficients_may_be_fixed(loss: Any) -> None:
    y = SMOOTH["mse"]
    r = tapefit.fit(X[:, :1], y, loss=loss, bounds={"x": (0.5, 0.5), "intercept": (1, 1)})
    assert r.params.tolist() == [1.0, 0.5]
    if loss == "mse":
        assert r.loss_value == pytest.approx(np.mean((y - 1 - 0.5 * X[:, 0]) ** 2))
    assert r.df_resid == N
    assert "fixed" in str(r)


def test_a_ridge_of_dependent_columns_is_broken_by_constraints_on_request() -> None:
    y = SMOOTH["mse"]
    wide = np.column_stack([X, X[:, 0] + X[:, 3]])
    with pytest.raises(DataError, match="combination"):
        tapefit.fit(wide, y, positive=True)
    r = tapefit.fit(wide, y, positive=True, on_collinear="drop")
    theirs = nnls(np.column_stack([np.ones(N), -np.ones(N), wide]), y)
    assert np.sqrt(r.loss_value * N) == pytest.approx(theirs[1], rel=1e-10)
    assert (r.params[1:] >= 0).all()
    assert "combination" in r.warnings[0]


def test_an_equation_may_tell_apart_what_the_columns_do_not() -> None:
    level = np.arange(N) % 3
    dummies = np.eye(3)[level]
    y = ETA + NOISE
    r = tapefit.fit(dummies, y, constraints="x1 + x2 + x3 = 0", on_collinear="drop")
    means = np.array([y[level == k].mean() for k in range(3)])
    np.testing.assert_allclose(r.params, np.r_[means.mean(), means - means.mean()], rtol=1e-10)
    assert np.isfinite(r.bse).all()
    assert not r.warnings


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"bounds": {"x9": (0, 1)}}, "bounds name 'x9', which is no term of the model; name one of intercept, x1"),
        ({"bounds": {"x1": (2, 1)}}, "The bounds of 'x1' are 2 and 1, the lower above the upper; swap them."),
        ({"bounds": {"x1": 3}}, "Expected the bounds of 'x1' as a pair"),
        ({"bounds": {"x1": (0, float("nan"))}}, "Expected the bounds of 'x1' as a pair"),
        ({"bounds": {"x1": (float("inf"), None)}}, "Expected the bounds of 'x1' as a pair"),
        ({"bounds": [(0, 1)]}, "Expected bounds as a mapping"),
        ({"positive": "x1"}, "Expected positive to be True or False, got 'x1'"),
        (
            {"positive": True, "bounds": {"x1": (None, -1)}},
            "no coefficients meet the constraints 'x1.*' and 'x1.*' together",
        ),
        ({"constraints": "x1 = 1, x1 = 2"}, "no coefficients meet the constraints 'x1 = 1' and 'x1 = 2' together"),
        ({"constraints": "x1 + x2 <= 1, x1 >= 1, x2 >= 1"}, "no coefficients meet the constraints"),
        ({"constraints": "x1 + x2 = 1", "bounds": {"x1": (2, None), "x2": (2, None)}}, "no coefficients meet"),
        ({"constraints": "x1"}, "got no =, <= or >= in 'x1'"),
        ({"constraints": "x1 < 2"}, "got '<' in 'x1 < 2'"),
        ({"constraints": "x7 <= 2"}, "got 'x7' in"),
        ({"constraints": "0 <= 2"}, "holds no coefficient"),
        ({"constraints": "x1 * x2 <= 2"}, "multiplies two coefficients"),
        ({"constraints": 3}, "Expected constraints as text"),
        ({"constraints": (np.ones((1, 7)), 0, 1)}, "Expected A of the constraints with a column for each of intercept"),
        ({"constraints": (np.ones((1, 4)), 2, 1)}, "Expected each lower end"),
        ({"positive": True, "solver": "gd"}, "Constraints need solver='auto', got 'gd'"),
        ({"positive": True, "penalty": "l3", "alpha": 1.0}, "Expected a penalty"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(options: dict[str, Any], says: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UsageError, match=says) as caught:
            tapefit.fit(X, ETA + NOISE, **options)
    assert "\n" not in str(caught.value)


def test_dependent_columns_of_a_pinball_loss_are_refused_within_constraints() -> None:
    wide = np.column_stack([X, X[:, 0]])
    with pytest.raises(DataError, match="combination"):
        tapefit.fit(wide, ETA + NOISE, loss="mae", positive=True, on_collinear="drop")


def test_callbacks_are_told_of_all_coefficients_and_may_stop() -> None:
    seen: list[np.ndarray] = []

    def stop(step: int, loss: float, beta: np.ndarray) -> bool:
        seen.append(beta)
        return step == 2

    r = tapefit.fit(X, SMOOTH["poisson"], loss="poisson", constraints="x1 = 0.5, x2 >= 0", callbacks=stop)
    assert [beta.shape for beta in seen] == [(5,), (5,)]
    assert all(beta[1] == pytest.approx(0.5) for beta in seen)
    assert r.status == "stopped"


@pytest.mark.parametrize("options", [{"positive": True}, {"constraints": "x1 = 2 * x2"}])
def test_rows_that_are_separated_along_a_way_without_end_are_told(options: dict[str, Any]) -> None:
    x = np.arange(10.0)
    with pytest.raises(DataError, match=r"no finite minimum, as .*'x"):
        tapefit.fit(np.column_stack([x, np.sin(x)]), (x > 4).astype(float), loss="logistic", **options)


def test_separated_rows_are_no_obstacle_where_bounds_end_the_descent() -> None:
    x = np.arange(10.0)
    y = (x > 4).astype(float)
    r = tapefit.fit(x, y, loss="logistic", bounds={"x": (-2, 2)})
    assert r.params[1] == 2.0
    assert r.converged
