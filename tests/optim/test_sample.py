"""Descents on many rows that set out from the minimum of some of them."""

import numpy as np
import pytest

from tapefit.errors import DataError
from tapefit.objective import Problem, find_loss
from tapefit.optim import first_coefficients, sampled_start, solve_smooth

N, P = 60_000, 5


def table(seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, P))
    return X, rng.poisson(np.exp(X @ np.linspace(-0.3, 0.3, P) + 0.5)).astype(float)


def problem_of(X, y, loss="poisson", **more):
    return Problem.of(X, y, find_loss(loss), intercept=True, **more)


def minimum(problem, start):
    return solve_smooth(problem, start, max_iter=100, tol=1e-14)


@pytest.mark.parametrize("loss", ["poisson", "gamma", "logistic", "huber"])
def test_the_minimum_is_that_from_any_other_start(loss):
    X, y = table()
    y = {"gamma": y + 0.5, "logistic": np.minimum(y, 1.0)}.get(loss, y)
    problem = problem_of(X, y, loss, weight=np.linspace(0.5, 2.0, N), offset=np.linspace(-0.1, 0.1, N))
    at = sampled_start(problem)
    plain = minimum(problem, first_coefficients(problem, problem.factor()))
    sampled = minimum(problem, at)
    assert plain.converged
    assert sampled.converged
    np.testing.assert_allclose(sampled.theta, plain.theta, rtol=0, atol=1e-13)
    assert sampled.n_iter <= plain.n_iter


def test_a_start_from_a_sample_is_near():
    problem = problem_of(*table())
    at = sampled_start(problem)
    end = minimum(problem, at)
    assert 0 < np.abs(at.theta - end.theta).max() < 0.1


def test_few_rows_and_losses_with_corners_have_none():
    X, y = table()
    assert sampled_start(problem_of(X[:5000], y[:5000])) is None
    assert sampled_start(problem_of(X, y, "mae")) is None


def test_a_row_that_the_sample_cannot_know_leads_to_the_plain_start():
    X, y = table()
    X[1] = 300.0 * np.sign(np.linspace(-0.3, 0.3, P))  # where the sample's coefficients mean e^60
    problem = problem_of(X, y)
    assert sampled_start(problem) is None
    end = minimum(problem, first_coefficients(problem, problem.factor()))
    assert end.converged


def test_rare_outcomes_of_which_a_sample_sees_none_are_fitted():
    X, _ = table()
    y = np.zeros(N)
    y[5::4000] = 1.0
    problem = problem_of(X, y, "logistic")
    at = sampled_start(problem)
    start = first_coefficients(problem, problem.factor()) if at is None else at
    end = minimum(problem, start)
    assert end.converged
    np.testing.assert_allclose(end.loss_curve[-1], minimum(problem, np.zeros(P + 1)).loss_curve[-1], rtol=1e-13)


def test_rows_that_a_column_separates_are_still_found():
    X, _ = table()
    problem = problem_of(X, (X[:, 2] > 0.1).astype(float), "logistic")
    at = sampled_start(problem)
    with pytest.raises(DataError, match="separat"):
        minimum(problem, first_coefficients(problem, problem.factor()) if at is None else at)


def test_columns_in_step_with_the_rows_do_not_mislead():
    X, y = table()
    X[:, 0] = np.arange(N) % 16
    y = np.random.default_rng(3).poisson(np.exp(0.05 * X[:, 0])).astype(float)
    problem = problem_of(X, y)
    end = minimum(problem, sampled_start(problem))
    assert end.converged
    np.testing.assert_allclose(end.theta, minimum(problem, np.zeros(P + 1)).theta, rtol=0, atol=1e-13)
