"""One pass through many rows says what the rows say one by one."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import DataError
from tapefit.numerics import Coded, Dense, Design
from tapefit.objective import Problem, check_loss, find_loss
from tapefit.objective import _pointwise as pointwise_module

N, P = 110_000, 3


def table(name, *, coded=False):
    rng = np.random.default_rng(8)
    X = rng.normal(size=(N, P)) + np.arange(P)
    y = {"logistic": rng.integers(0, 2, N), "poisson": rng.poisson(2.0, N)}.get(name, rng.gamma(2.0, 1.0, N))
    if coded:
        blocks = (Dense(X), Coded(rng.integers(0, 101, N), 100), Coded(rng.integers(0, 131, N), 130))
        X = Design(blocks, N)
    return X, y.astype(float), rng.random(N) + 0.5, rng.normal(size=N)


def problem_of(name, *, coded=False, weighted=True, loss=None):
    X, y, weight, offset = table(name, coded=coded)
    weight, offset = (weight, offset) if weighted else (None, None)
    return Problem.of(X, y, check_loss(find_loss(loss or name), y), intercept=True, weight=weight, offset=offset)


def theta_of(problem):
    return np.random.default_rng(1).normal(size=problem.basis.width) * 0.1


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("name", ["logistic", "poisson", "gamma", "huber"])
def test_sums_are_those_of_the_rows(name, weighted):
    problem = problem_of(name, weighted=weighted)
    theta = theta_of(problem)
    sums = problem.passes.at(theta)
    Z = problem.basis.columns(problem.X)
    w = np.ones(N) if problem.weight is None else problem.weight
    eta = Z @ theta + (0.0 if problem.offset is None else problem.offset)
    rows = problem.at(eta)
    np.testing.assert_allclose(problem.eta(theta), eta, rtol=0, atol=1e-13)
    np.testing.assert_allclose(sums.value, np.sum(w * rows.value), rtol=1e-12)
    np.testing.assert_allclose(sums.size, np.sum(w * np.abs(rows.value)), rtol=1e-12)
    np.testing.assert_allclose(sums.gradient, Z.T @ (w * rows.slope), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(sums.gram, Z.T @ (Z * (w * rows.curvature)[:, None]), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(sums.rounding, np.sum(w * rows.curvature * eta**2), rtol=1e-12)
    assert sums.convex


def test_categories_of_many_levels_take_wider_ranges():
    problem = problem_of("poisson", coded=True)
    theta = theta_of(problem)
    sums = problem.passes.at(theta)
    Z = problem.basis.columns(problem.X)
    rows = problem.at(problem.eta(theta))
    np.testing.assert_allclose(problem.eta(theta), Z @ theta + problem.offset, rtol=0, atol=1e-13)
    np.testing.assert_allclose(sums.gradient, Z.T @ (problem.weight * rows.slope), rtol=1e-9, atol=1e-9)
    h = problem.weight * rows.curvature
    np.testing.assert_allclose(sums.gram, Z.T @ (Z * h[:, None]), rtol=1e-9, atol=1e-9)


def test_threads_change_no_bit(monkeypatch):
    found = []
    for count in (1, 2, 5):
        monkeypatch.setattr(pointwise_module, "processors", lambda count=count: count)
        problem = problem_of("poisson")
        found.append(problem.passes.at(theta_of(problem)))
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_rows_where_the_loss_is_concave_are_told():
    def cauchy(y, y_hat):
        return tf.math.log1p((y - y_hat) ** 2)

    problem = problem_of("gamma", loss=cauchy)
    theta = theta_of(problem)
    sums = problem.passes.at(theta)
    h = problem.at(problem.eta(theta)).curvature
    assert not sums.convex
    Z = problem.basis.columns(problem.X)
    positive = problem.weight * np.maximum(h, 0)
    np.testing.assert_allclose(sums.gram, Z.T @ (Z * positive[:, None]), rtol=1e-9, atol=1e-9)


def test_a_row_where_the_loss_is_nan_is_named():
    problem = problem_of("gamma", loss=lambda y, y_hat: tf.sqrt(y - 0.0) * (y - y_hat) ** 2)
    problem.y[70_007] = -1.0
    with pytest.raises(DataError, match="at row 70007 "):
        problem.passes.at(theta_of(problem))


def test_a_users_loss_may_change_between_passes():
    scale = [1.0]
    problem = problem_of("gamma", loss=lambda y, y_hat: scale[0] * (y - y_hat) ** 2)
    theta = theta_of(problem)
    once = problem.passes.at(theta).value
    scale[0] = 3.0
    np.testing.assert_allclose(problem.passes.at(theta).value, 3 * once, rtol=1e-14)


def test_few_rows_are_not_passed_through():
    rng = np.random.default_rng(0)
    y = rng.poisson(1.0, 500).astype(float)
    assert Problem.of(rng.normal(size=(500, 2)), y, find_loss("poisson"), intercept=True).passes is None


@pytest.mark.parametrize("twin", [False, True])
def test_a_root_of_products_has_them_whether_the_columns_are_apart_or_alike(twin):
    X, y, _, h = table("gamma")
    if twin:
        X[:, 1] = X[:, 0] + 1e-7 * X[:, 1]
    problem = Problem.of(X, y, find_loss("huber"), intercept=True)
    h = np.square(h)
    Z = problem.basis.columns(X)
    B = problem.root(h)
    np.testing.assert_allclose(B.T @ B, Z.T @ (Z * h[:, None]), rtol=1e-9, atol=1e-8)
