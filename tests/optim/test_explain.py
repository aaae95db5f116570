"""Descent that explains itself: predictions against descents that were run."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import tapefit
from tapefit.errors import ConvergenceWarning, UsageError
from tapefit.optim._explain_text import count, direction, factor


def data(seed: int, n: int = 60, p: int = 3, collinear: float = 0.5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * rng.uniform(0.5, 2, size=p)
    X[:, -1] = collinear * X[:, 0] + (1 - collinear) * X[:, -1]
    y = X @ rng.normal(size=p) + 1 + rng.normal(size=n)
    return {**{f"x{j + 1}": X[:, j] for j in range(p)}, "y": y}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scaling", ["raw", "standardised"])
@pytest.mark.parametrize("share", [0.3, 0.8, 0.99])
def test_the_steps_predicted_are_those_taken(seed: int, scaling: str, share: float) -> None:
    first = tapefit.explain(data(seed), scaling=scaling, max_iter=1)
    e = tapefit.explain(data(seed), scaling=scaling, learning_rate=share * first.largest_stable_rate, max_iter=20_000)
    assert e.converged
    assert abs(e.steps_predicted - e.n_iter) <= 1


@pytest.mark.parametrize("rate", ["auto", 0.05])
def test_explain_describes_the_descent_of_fit(rate: float | str) -> None:
    e = tapefit.explain(data(1), learning_rate=rate, max_iter=5000)
    results = tapefit.fit(data(1), solver="gd", learning_rate=rate, max_iter=5000)
    assert results.n_iter == e.n_iter
    assert abs(results.n_iter - e.steps_predicted) <= 1


@pytest.mark.parametrize("seed", [1, 3])
def test_thousands_of_steps_are_predicted_as_well(seed: int) -> None:
    e = tapefit.explain(data(seed, collinear=0.85), learning_rate=0.1, max_iter=20_000)
    assert e.n_iter > 5000  # beyond what is looked at step by step
    assert abs(e.steps_predicted - e.n_iter) <= 1


@pytest.mark.parametrize("over", [1.05, 1.35, 2.0])
def test_above_the_stable_rate_the_error_grows_by_the_factor_that_is_named(over: float) -> None:
    d = data(2)
    e = tapefit.explain(d, scaling="raw")
    rate = over * e.largest_stable_rate
    path: list[np.ndarray] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        tapefit.fit(d, solver="gd", learning_rate=rate, callbacks=[lambda k, loss, beta: path.append(beta.copy())])
    exact = tapefit.fit(d).params
    explained = tapefit.explain(d, learning_rate=rate)
    errors = np.array([(beta - exact) @ explained.spectrum.directions[:, -1] for beta in path])
    np.testing.assert_allclose(errors[1:] / errors[:-1], explained.factors[-1], rtol=1e-9)
    assert explained.factors[-1] == pytest.approx(1 - 2 * over, rel=1e-12)
    assert explained.diverged
    assert math.isinf(explained.steps_predicted)


@pytest.mark.parametrize("side", [0.99, 1.01])
def test_the_stable_rate_divides_runs_that_shrink_from_runs_that_grow(side: float) -> None:
    stable = tapefit.explain(data(3), scaling="raw").largest_stable_rate
    e = tapefit.explain(data(3), learning_rate=side * stable, max_iter=20_000)
    assert (e.converged, e.diverged) == (side < 1, side > 1)


def test_no_rate_beats_the_best_one() -> None:
    e = tapefit.explain(data(4), scaling="raw")
    best = np.abs(e.spectrum.factors(e.best_rate)).max()
    others = [np.abs(e.spectrum.factors(share * e.best_rate)).max() for share in (0.9, 0.99, 1.01, 1.1)]
    assert best < min(others)
    assert best == pytest.approx((e.spectrum.condition - 1) / (e.spectrum.condition + 1), rel=1e-12)


@pytest.mark.parametrize("intercept", [True, False])
def test_eigenvalues_are_those_of_the_mean_loss_hessian(intercept: bool) -> None:
    d = data(5)
    X = np.column_stack([np.ones(60)] * intercept + [d[f"x{j}"] for j in (1, 2, 3)])
    e = tapefit.explain(d, scaling="raw", intercept=intercept)
    np.testing.assert_allclose(e.eigenvalues, np.linalg.eigvalsh(2 * X.T @ X / 60), rtol=1e-11)


def test_the_distance_is_the_root_mean_square_change_of_predictions() -> None:
    d = data(6)
    e = tapefit.explain(d, learning_rate=0.01, max_iter=7)
    with pytest.warns(ConvergenceWarning):
        reached = tapefit.fit(d, solver="gd", learning_rate=0.01, max_iter=7)
    X = np.column_stack([d[f"x{j}"] for j in (1, 2, 3)])
    exact = tapefit.fit(d).predict(X)
    assert e.distance == pytest.approx(np.sqrt(np.mean((reached.predict(X) - exact) ** 2)), rel=1e-9)
    assert e.distance_at_start == pytest.approx(np.sqrt(np.mean(exact**2)), rel=1e-12)


def test_a_smooth_loss_is_predicted_to_second_order() -> None:
    d = data(7)
    e = tapefit.explain(d, loss="huber", delta=3.0, max_iter=5000)
    assert e.converged
    assert not e.exact
    assert abs(e.steps_predicted - e.n_iter) <= 0.3 * e.n_iter
    assert "converges in about" in str(e)


YEARS, SPREAD = 1.0 + np.arange(60) % 4, 0.5 + (7 * np.arange(60) % 60) / 60
COLUMNS = {name: values for name, values in data(7, collinear=0.0).items() if name != "y"}
COUNTS = {**COLUMNS, "years": YEARS, "y": np.floor(YEARS * np.exp(0.4 * COLUMNS["x1"]) * SPREAD)}
SMOOTH: dict[str, dict[str, object]] = {
    "mse, offset": {"offset": "years"},
    "mse, weights": {"sample_weight": "years"},
    "poisson": {"loss": "poisson"},
    "poisson, exposure": {"loss": "poisson", "exposure": "years"},
    "poisson, exposure and weights": {
        "loss": "poisson",
        "exposure": "years",
        "sample_weight": 1.0 + np.arange(60) % 3,
    },
    "tweedie": {"loss": "tweedie", "power": 1.5},
    "expectile": {"loss": "expectile", "level": 0.7},
    "log_cosh": {"loss": "log_cosh"},
    "function": {"loss": lambda y, y_hat: np.log1p((y - y_hat) ** 2 / 50)},
}


@pytest.mark.parametrize("scaling", ["raw", "standardised"])
@pytest.mark.parametrize("name", SMOOTH)
def test_near_the_optimum_a_descent_shrinks_by_the_factor_that_is_named(name: str, scaling: str) -> None:
    options = {"features": ["x1", "x2", "x3"], **SMOOTH[name]}
    options["tol"] = 1e-6
    e = tapefit.explain(COUNTS, scaling=scaling, max_iter=20_000, **options)  # type: ignore[arg-type]
    assert e.converged
    assert abs(e.steps_predicted - e.n_iter) <= (1 if e.exact else 1 + 0.3 * e.n_iter)
    slow, fast = (
        tapefit.explain(COUNTS, scaling=scaling, learning_rate=e.learning_rate, max_iter=k, **options)  # type: ignore[arg-type]
        for k in (e.n_iter // 2, e.n_iter // 2 + 4)
    )
    rate = (fast.distance / slow.distance) ** (1 / 4)
    assert rate == pytest.approx(np.abs(e.factors).max(), rel=0.05)


@pytest.mark.parametrize("over", [1.3, 2.0])
@pytest.mark.parametrize("name", ["poisson, exposure", "log_cosh", "expectile"])
def test_close_to_the_optimum_a_rate_that_is_too_large_drives_away_along_the_direction_named(
    name: str, over: float
) -> None:
    options = {"features": ["x1", "x2", "x3"], **SMOOTH[name]}
    e = tapefit.explain(COUNTS, scaling="raw", **options)  # type: ignore[arg-type]
    exact = tapefit.fit(COUNTS, tol=0.0, **options)  # type: ignore[arg-type]
    steepest, rate = e.spectrum.directions[:, -1], over * e.largest_stable_rate
    here = exact.params + 1e-4 * e.spectrum.directions @ np.ones(4)
    X = np.column_stack([np.ones(60), *(COUNTS[f"x{j}"] for j in (1, 2, 3))])
    shift = X @ here if "exposure" not in options else X @ here + np.log(COUNTS["years"])
    more = {k: v for k, v in options.items() if k != "exposure"}
    path: list[np.ndarray] = [np.zeros(4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        tapefit.fit(
            COUNTS,
            solver="gd",
            learning_rate=rate,
            max_iter=3,
            offset=shift,
            callbacks=[lambda k, loss, beta: path.append(beta.copy())],
            **more,  # type: ignore[arg-type]
        )
    errors = (np.array(path) + here - exact.params) @ steepest
    np.testing.assert_allclose(errors[1:] / errors[:-1], e.spectrum.factors(rate)[-1], rtol=0.02)
    assert e.spectrum.factors(rate)[-1] < -1


def test_what_standardising_changes_does_not_depend_on_units() -> None:
    d = data(8)
    e = tapefit.explain(d)
    f = tapefit.explain({**d, "x1": 2.0**30 * d["x1"]})
    np.testing.assert_allclose(f.eigenvalues, e.eigenvalues, rtol=1e-12)
    assert f.steps_predicted == e.steps_predicted


def test_a_loss_without_curvature_is_refused_in_one_sentence() -> None:
    with pytest.raises(UsageError, match="curved at its optimum, got mae"):
        tapefit.explain(data(0), loss="mae")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"learning_rate": -1.0}, "Expected a positive learning_rate"),
        ({"scaling": "wide"}, "Expected a scaling of raw or standardised, got 'wide'"),
        ({"tol": 0.0}, "Expected a tol above 0"),
        ({"max_iter": 0}, "Expected max_iter"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        tapefit.explain(data(0), **options)


def test_the_words_name_direction_factor_and_remedy() -> None:
    d = data(9)
    d["x2"] = 40 * d["x2"]
    text = str(tapefit.explain(d, learning_rate=0.5))
    assert "diverges: each step multiplies the error along [x2] by -" in text
    assert "standardising brings that to" in text
    assert "Run: diverged" in text


def test_directions_factors_and_counts_in_words() -> None:
    assert direction(np.array([0.0, -0.7, 0.69]), ("a", "b", "c")) == "[b - 0.99 c]"
    assert direction(np.full(6, 0.4), tuple("abcdef")) == "[a + b + c + d + ...]"
    assert (factor(-1.7), factor(0.9999), factor(0.5)) == ("-1.70", "0.999900", "0.50")
    assert (count(4100), count(float("inf")), count(3e15)) == ("4,100", "endless", "3e+15")
