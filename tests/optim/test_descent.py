"""Step-by-step descents: the document's loop, stable rates, divergence, stopping."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit import fit, load
from tapefit.errors import ConvergenceWarning, UsageError
from tapefit.optim import OPTIMIZERS

RNG = np.random.default_rng(0)
N = 100
x = RNG.uniform(-1, 1, N)
y = 3 * x + 2 + 0.5 * RNG.standard_normal(N)
X = x[:, None]


def by_hand(solver: str, rate: float, steps: int) -> tuple[np.ndarray, list[float]]:
    """The classic loop, in NumPy: mean squares of y - w1 x - w0 from zeros."""
    w, losses = np.zeros(2), []
    m, v = np.zeros(2), np.zeros(2)
    for k in range(steps):
        e = y - w[1] * x - w[0]
        g = np.array([-2 * e.mean(), -2 * (e * x).mean()])
        if solver == "gd":
            change = rate * g
        elif solver == "momentum":
            m = 0.9 * m + g
            change = rate * m
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            change = rate * (m / (1 - 0.9 ** (k + 1))) / (np.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8)
        w = w - change
        losses.append(float(np.mean((y - w[1] * x - w[0]) ** 2)))
    return w, losses


@pytest.mark.parametrize("solver", ["gd", "momentum", "adam"])
def test_the_documents_run_is_the_loop_written_by_hand(solver: str) -> None:
    rate = 0.02
    w, losses = by_hand(solver, rate, 1001)
    with pytest.warns(ConvergenceWarning):
        results = fit(X, y, solver=solver, learning_rate=rate, max_iter=1001, tol=0)
    assert results.loss_curve == pytest.approx(losses, rel=1e-12)
    if solver != "adam":  # which keeps its best step
        assert results.params == pytest.approx(w, rel=1e-12)
    assert results.n_iter == 1001


def test_sgd_with_a_batch_of_all_rows_and_one_pass_is_a_gd_step() -> None:
    with pytest.warns(ConvergenceWarning):
        results = fit(X, y, solver="sgd", learning_rate=0.02, max_iter=1, batch_size=N, random_state=0)
    assert results.params == pytest.approx(by_hand("gd", 0.02, 1)[0], rel=1e-12)


@pytest.mark.parametrize("solver", sorted(OPTIMIZERS))
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_auto_rates_reach_the_least_squares_line_in_any_unit(solver: str, scale: float) -> None:
    exact = fit(X * scale, y)
    results = fit(X * scale, y, solver=solver, max_iter=3000, random_state=0)
    close = 0.02 if solver == "sgd" else 1e-4
    assert results.predict(X * scale) == pytest.approx(exact.predict(X * scale), abs=close)


def largest_rate(columns: np.ndarray, weight: np.ndarray | None = None) -> float:
    Z = np.column_stack([np.ones(N), columns])
    w = np.ones(N) if weight is None else weight
    return float(2 / np.linalg.eigvalsh(2 * (Z.T * w) @ Z / w.sum())[-1])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("columns", [X, 50 * X + 7], ids=["centred", "far"])
def test_a_rate_just_below_two_over_the_largest_eigenvalue_converges_and_one_just_above_diverges(
    columns: np.ndarray, weighted: bool
) -> None:
    weight = np.random.default_rng(1).uniform(0.1, 5, N) if weighted else None
    largest = largest_rate(columns, weight)
    below = None
    with pytest.warns(ConvergenceWarning) if columns is not X else _nothing():
        below = fit(columns, y, solver="gd", learning_rate=0.99 * largest, max_iter=3000, sample_weight=weight)
    assert below.loss_curve[-1] <= below.loss_curve[0]
    assert "diverged" not in below.message
    with pytest.warns(ConvergenceWarning, match="diverged"):
        above = fit(columns, y, solver="gd", learning_rate=1.01 * largest, max_iter=3000, sample_weight=weight)
    assert f"largest stable rate for these columns is {largest:.3g}" in above.message
    assert above.loss_value <= np.min(above.loss_curve) * (1 + 1e-9)


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("rate", [5.0, 1e3, 1e300])
@pytest.mark.parametrize("solver", ["gd", "momentum", "sgd"])
def test_divergence_is_caught_within_a_few_steps_and_the_best_weights_are_kept(solver: str, rate: float) -> None:
    with pytest.warns(ConvergenceWarning, match="diverged at step") as caught:
        results = fit(X, y, solver=solver, learning_rate=rate, max_iter=10_000, random_state=0)
    assert results.n_iter <= 12
    assert np.isfinite(results.params).all()
    assert results.loss_value <= np.mean(y**2) * (1 + 1e-12)
    assert "learning_rate='auto'" in str(caught[0].message)
    assert (results.status, results.converged) == ("diverged", False)
    assert results.warnings[0].startswith("the descent diverged: these are the best weights")


@pytest.mark.parametrize(
    ("status", "options"),
    [
        ("converged", {"solver": "gd"}),
        ("converged", {"solver": "auto"}),
        ("converged", {"solver": "gd", "early_stopping": True, "random_state": 0}),
        ("max_iter", {"solver": "gd", "max_iter": 2}),
        ("max_iter", {"solver": "auto", "loss": "huber", "delta": 0.3, "max_iter": 1}),
        ("diverged", {"solver": "gd", "learning_rate": 1e3}),
        ("stopped", {"solver": "gd", "callbacks": [lambda *_: True]}),
        ("stopped", {"solver": "auto", "loss": "huber", "delta": 0.3, "callbacks": [lambda *_: True]}),
    ],
)
@pytest.mark.filterwarnings("ignore::tapefit.errors.ConvergenceWarning")
def test_every_end_of_a_fit_has_a_status_that_its_model_file_keeps(
    status: str, options: dict[str, Any], tmp_path: Path
) -> None:
    results = fit(X, y, **options)
    assert (results.status, results.to_dict()["status"]) == (status, status)
    results.save(tmp_path / "model.json")
    assert load(tmp_path / "model.json").status == status


def test_a_loss_that_is_negative_does_not_count_as_diverging() -> None:
    results = fit(X, y, loss=lambda y, f: (y - f) ** 2 - 50.0, solver="gd", learning_rate=0.3, max_iter=2000)
    assert results.converged
    assert results.loss_value < -49


def test_gd_converges_to_the_line_and_says_so() -> None:
    results = fit(X, y, solver="gd")
    assert results.converged
    assert results.message.startswith("Converged after")
    assert results.params == pytest.approx(fit(X, y).params, rel=1e-6)
    assert (np.diff(results.loss_curve) <= 1e-12).all()


def test_weight_two_is_a_row_twice() -> None:
    times = np.random.default_rng(0).integers(1, 4, N)
    for solver, loss in [("gd", "huber"), ("adam", "mae"), ("momentum", "mse")]:
        with pytest.warns(ConvergenceWarning):
            a = fit(X, y, solver=solver, loss=loss, max_iter=20, sample_weight=times)
        with pytest.warns(ConvergenceWarning):
            b = fit(np.repeat(X, times, axis=0), np.repeat(y, times), solver=solver, loss=loss, max_iter=20)
        assert a.params == pytest.approx(b.params, rel=1e-9)


def test_the_same_seed_gives_the_same_run() -> None:
    runs = [fit(X, y, solver="sgd", random_state=seed, max_iter=500).params for seed in (1, 1, 2)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_callbacks_see_steps_losses_and_raw_coefficients_and_stop_by_true_alone() -> None:
    seen: list[tuple[int, float, np.ndarray]] = []

    def watch(step: int, loss: float, beta: np.ndarray) -> str:
        seen.append((step, loss, beta))
        return "not True"

    results = fit(
        X + 5, y, solver="gd", max_iter=100, callbacks=[watch, lambda step, loss, beta: True if step == 6 else None]
    )
    assert [step for step, _, _ in seen] == list(range(7))
    assert [loss for _, loss, _ in seen] == pytest.approx(results.loss_curve)
    _, loss, beta = seen[-1]
    assert np.mean((y - beta[0] - beta[1] * (x + 5)) ** 2) == pytest.approx(loss, rel=1e-9)
    assert results.message == "Stopped by a callback after 7 steps."
    assert results.n_iter == 7


def test_early_stopping_keeps_the_weights_of_the_best_held_out_loss() -> None:
    rng = np.random.default_rng(0)
    wide = rng.standard_normal((40, 30))
    target = wide[:, 0] + rng.standard_normal(40)
    early = fit(wide, target, solver="gd", early_stopping=True, random_state=1, max_iter=5000)
    assert early.message.startswith("Stopped early after")
    assert early.n_iter < 5000
    late = fit(wide, target, solver="gd", random_state=1, max_iter=5000, tol=1e-3)
    assert np.sum(early.params[1:] ** 2) < np.sum(late.params[1:] ** 2)


def test_a_target_of_zeros_converges_at_once() -> None:
    for solver in OPTIMIZERS:
        results = fit(X, np.zeros(N), solver=solver)
        assert results.converged
        assert not results.params.any()


def test_a_descent_that_cannot_start_from_zero_says_so() -> None:
    for call in (tapefit.explain, partial(fit, solver="gd")):
        with pytest.raises(UsageError, match="start from coefficients of zero, where the loss tweedie") as caught:
            call({"x": x, "y": y**2}, loss="tweedie", link="sqrt")
        assert "under the link sqrt; use solver='auto'" in str(caught.value)


def test_a_descent_that_stops_where_the_information_is_singular_has_no_standard_errors() -> None:
    with pytest.warns(ConvergenceWarning, match="diverged"):
        results = fit({"x": x, "y": y**2 + 0.1}, loss="gamma", link="inverse", solver="gd")
    assert results.status == "diverged"
    assert np.isnan(results.bse).all()
    assert str(results)


def test_a_descent_that_goes_round_and_round_counts_as_diverging() -> None:
    outcome = (y + RNG.standard_normal(N) > 2) * 1.0
    with pytest.warns(ConvergenceWarning, match="diverged at step 199 .* the largest stable rate for these columns is"):
        results = fit({"x": 8 * x, "y": outcome}, loss="logistic", solver="gd", learning_rate=30.0, max_iter=200)
    assert results.status == "diverged"
    assert results.loss_value <= np.log(2)  # the best that it passed, and no worse than the start
