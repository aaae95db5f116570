"""A descent whose steps are a program goes the way that the tape goes row by row, and ends likewise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tapefit import fit
from tapefit.optim import _descent
from tapefit.optim._looks import RowWalk
from tapefit.optim._program_walk import ProgramWalk

RNG = np.random.default_rng(7)
N = 400
X = RNG.normal(size=(N, 3)) * [1.0, 0.3, 2.0] + [0.0, 1.0, -0.5]
ETA = X @ [0.4, -0.8, 0.2] + 0.3
TARGETS = {
    "mse": ETA + RNG.normal(size=N),
    "huber": ETA + RNG.standard_cauchy(N),
    "mae": ETA + RNG.standard_cauchy(N),
    "log_cosh": ETA + RNG.normal(size=N),
    "logistic": (RNG.random(N) < 1 / (1 + np.exp(-ETA))) * 1.0,
    "poisson": RNG.poisson(np.exp(ETA)) * 1.0,
}
WEIGHT = RNG.uniform(0.2, 3.0, N)


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What descents walked on, in their order."""
    found: list[object] = []
    choose = _descent._Run._walk
    monkeypatch.setattr(_descent._Run, "_walk", lambda run, task: found.append(choose(run, task)) or found[-1])
    return found


def by_rows(monkeypatch: pytest.MonkeyPatch, *args: Any, **options: Any) -> Any:
    """The fit with all of its steps row by row."""
    with monkeypatch.context() as patched:
        patched.setattr(_descent._Run, "_walk", lambda run, task: run.by_rows)
        return fit(*args, **options)


@pytest.mark.filterwarnings("ignore::tapefit.errors.ConvergenceWarning")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"var_weights": WEIGHT, "learning_rate": 0.01},
        {"early_stopping": True, "random_state": 3, "learning_rate": 0.02},
    ],
    ids=["auto", "weighted", "held out"],
)
@pytest.mark.parametrize("solver", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("loss", TARGETS)
def test_a_program_goes_the_way_of_the_rows(
    loss: str, solver: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"loss": loss, "solver": solver, "max_iter": 400, **options}
    program, rows = fit(X, TARGETS[loss], **asked), by_rows(monkeypatch, X, TARGETS[loss], **asked)
    assert (program.status, program.n_iter, program.message) == (rows.status, rows.n_iter, rows.message)
    np.testing.assert_allclose(program.loss_curve, rows.loss_curve, rtol=1e-9)
    np.testing.assert_allclose(program.params, rows.params, rtol=1e-7, atol=1e-8)


def test_a_squared_error_goes_without_its_rows(walks: list[object]) -> None:
    data = {"x": X[:, 0], "z": X[:, 1], "y": TARGETS["mse"]}
    fit(data, solver="gd", loss=lambda y, y_hat: 0.5 * (y - y_hat) ** 2 + 3.0)
    (walk,) = walks
    assert isinstance(walk, ProgramWalk)
    sizes = [v.shape for v, _ in walk._run._program.reads] if walk.in_machine_code else []
    assert all(N not in shape for shape in sizes)


@pytest.mark.filterwarnings("ignore::tapefit.errors.ConvergenceWarning")
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, ProgramWalk),
        ({"loss": "logistic"}, ProgramWalk),
        ({"loss": "logistic", "callbacks": [lambda *_: None]}, ProgramWalk),
        ({"loss": lambda y, f: np.log1p((y - f) ** 2)}, ProgramWalk),
        ({"loss": lambda y, f: np.log1p((y - f) ** 2), "callbacks": [lambda *_: None]}, RowWalk),
        ({"loss": lambda y, f: np.mean(np.abs(y - f) ** 1.5)}, RowWalk),
        ({"loss": lambda y, f: (y - f) ** 4 if float(f[0]) > 1e9 else (y - f) ** 2 * abs(y - f)}, RowWalk),
        ({"solver": "sgd"}, RowWalk),
    ],
)
def test_what_cannot_be_one_program_goes_row_by_row(options: dict[str, Any], kind: type, walks: list[object]) -> None:
    y = TARGETS["logistic"] if options.get("loss") == "logistic" else TARGETS["mse"]
    fit(X, y, max_iter=5, random_state=0, **{"solver": "gd", **options})
    assert [type(walk) for walk in walks] == [kind]


def test_a_loss_that_a_callback_changes_is_called_at_each_step() -> None:
    strength = [1.0]

    def loss(y: Any, y_hat: Any) -> Any:
        return np.log1p(strength[0] * (y - y_hat) ** 2)

    def soften(step: int, value: float, beta: np.ndarray) -> None:
        strength[0] = 0.0 if step == 2 else strength[0]

    results = fit(X, TARGETS["mse"], loss=loss, solver="gd", learning_rate=0.1, max_iter=9, callbacks=[soften])
    assert results.loss_curve[2] > 0
    assert not results.loss_curve[3:].any()
    assert results.status == "converged"  # flat now


@pytest.mark.filterwarnings("ignore::tapefit.errors.ConvergenceWarning")
def test_more_columns_than_machine_code_takes_and_more_rows_than_one_range_go_the_same_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide = RNG.normal(size=(300, 20))
    many = RNG.normal(size=(40_000, 2))
    for columns, loss in ((wide, "mse"), (wide, "huber"), (many, "mse"), (many, "huber")):
        y = columns[:, 0] + RNG.normal(size=len(columns))
        asked = {"loss": loss, "solver": "momentum", "max_iter": 30}
        program, rows = fit(columns, y, **asked), by_rows(monkeypatch, columns, y, **asked)
        np.testing.assert_allclose(program.loss_curve, rows.loss_curve, rtol=1e-11)
        np.testing.assert_allclose(program.params, rows.params, rtol=1e-9, atol=1e-11)


def test_a_perfect_fit_ends() -> None:
    for solver in ("gd", "momentum", "adam"):
        results = fit(X, X @ [1.0, 2.0, 3.0] + 4, solver=solver, max_iter=20_000)
        np.testing.assert_allclose(results.params, [4, 1, 2, 3], rtol=1e-4)
        assert results.status == "converged" or solver == "adam"
