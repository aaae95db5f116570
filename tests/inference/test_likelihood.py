"""Likelihoods of many rows: what is not computed row by row is what the rows would have given."""

import numpy as np
import pytest

from tapefit.inference._likelihood import _densities, _information, _null, family_of, likelihood
from tapefit.inference._tally import whole_numbers
from tapefit.objective import Problem, find_loss
from tapefit.optim import sampled_start, solve_smooth

N, P = 90_000, 3
LOSSES = [("poisson", "log"), ("logistic", "logit"), ("logistic", "probit"), ("gamma", "log"), ("gamma", "inverse")]


def fitted(loss, link, **more):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(N, P)) * 0.1
    y = {"poisson": rng.poisson(3.0, N), "logistic": rng.integers(0, 2, N)}.get(loss, rng.gamma(2.0, 1.0, N) + 0.1)
    problem = Problem.of(X, y.astype(float), find_loss(loss, link=link), intercept=True, **more)
    assert problem.passes is not None
    end = solve_smooth(problem, sampled_start(problem), max_iter=50, tol=1e-14)
    assert end.converged
    return problem, end


@pytest.mark.parametrize(("loss", "link"), LOSSES)
def test_information_and_density_are_those_of_the_rows(loss, link):
    problem, end = fitted(loss, link)
    family, eta = family_of(problem.loss), problem.eta(end.theta)
    factors = problem.factor(), problem.factor_of(end.sums.gram)
    found = likelihood(problem, eta, end.sums.value / N, factors=factors)
    by_rows = problem.factor(_information(problem, family, eta))
    np.testing.assert_allclose(found.fisher.R, by_rows.R, rtol=1e-10, atol=1e-10 * np.abs(by_rows.R).max())
    statistics = found.statistics
    mu = problem.loss.link.mu(eta)
    np.testing.assert_allclose(statistics.llf, _densities(problem, family, mu, statistics.scale), rtol=1e-13)
    pearson = np.sum(np.square(problem.y - mu) / family.variance(mu))
    np.testing.assert_allclose(statistics.pearson_chi2, pearson, rtol=1e-13)
    constant = np.full(N, problem.y.mean())
    np.testing.assert_allclose(statistics.llnull, _densities(problem, family, constant, statistics.scale), rtol=1e-13)
    level = problem.loss.link.predictor(problem.y.mean())
    np.testing.assert_allclose(statistics.null_deviance, 2 * problem.at(np.full(N, level)).value.sum(), rtol=1e-12)


def test_weights_are_in_both_likelihoods():
    weight = np.random.default_rng(0).random(N) + 0.5
    problem, end = fitted("gamma", "log", weight=weight)
    family, eta = family_of(problem.loss), problem.eta(end.theta)
    statistics = likelihood(problem, eta, end.sums.value / problem.total_weight).statistics
    mu = problem.loss.link.mu(eta)
    np.testing.assert_allclose(statistics.llf, _densities(problem, family, mu, statistics.scale), rtol=1e-13)
    assert _null(problem, family, statistics.scale)["llnull"] == statistics.llnull


def test_whole_numbers_are_counted():
    y = np.tile([0.0, 3.0, 3.0, 7.0], 20_000)
    values, counts = whole_numbers(y)
    np.testing.assert_array_equal(values, [0.0, 3.0, 7.0])
    np.testing.assert_array_equal(counts, [20_000, 40_000, 20_000])
    for other in (0.5, -1.0, 1e6, np.nan):
        assert whole_numbers(np.append(y, other)) is None
