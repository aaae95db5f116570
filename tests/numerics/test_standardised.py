"""One pass through many rows: when it is enough, and that it sees what several passes see."""

import numpy as np
import pytest

from tapefit.numerics import Coded, Dense, Design, make_basis, survey


def rows(n=50_000):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4)) * [1.0, 1e-9, 1e6, 3.0] + [0.1, 0.0, 1e9, -20.0]
    return X, rng.normal(size=n) + X[:, 0], rng.random(n) + 0.5


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_basis_and_products_are_those_of_several_passes(intercept, weighted):
    X, y, w = rows()
    weight = w if weighted else None
    seen = survey(X, y, weight, intercept=intercept)
    assert seen is not None
    basis, slow = seen.standardised.basis, make_basis(X, intercept=intercept, weight=weight)
    np.testing.assert_array_equal(basis.scale, slow.scale)
    np.testing.assert_allclose((basis.centre - slow.centre) / slow.scale, 0, atol=1e-13)
    Z = basis.columns(X)
    W = w if weighted else np.ones(len(y))
    np.testing.assert_allclose(seen.gram, Z.T @ (Z * W[:, None]), rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(seen.gradient, Z.T @ (W * y), rtol=1e-10, atol=1e-8)


def test_products_with_the_standardised_design_are_those_of_its_columns():
    X, y, w = rows()
    seen = survey(X, y, None, intercept=True)
    Z, theta = seen.standardised.basis.columns(X), np.array([1.0, -2.0, 3.0, 0.5, 4.0])
    many = seen.standardised
    np.testing.assert_allclose(many.times(theta), Z @ theta, atol=1e-11)
    np.testing.assert_allclose(many.back(y), y @ Z, rtol=1e-9, atol=1e-8)
    np.testing.assert_allclose(many.gram(w), Z.T @ (Z * w[:, None]), rtol=1e-10, atol=1e-8)
    r, g = many.residual(y, w, theta)
    np.testing.assert_allclose(r, y - Z @ theta, atol=1e-11)
    np.testing.assert_allclose(g, (w * r) @ Z, rtol=1e-9, atol=1e-7)


def test_levels_of_almost_all_rows_keep_their_digits():
    n = 1_000_000
    codes = np.ones(n, dtype=np.intp)
    codes[:3] = 0
    seen = survey(Design((Coded(codes, 1),), n), np.zeros(n), None, intercept=True)
    share, scale = (n - 3) / n, seen.standardised.basis.scale[0]
    np.testing.assert_allclose(seen.gram[1, 1] * scale**2, n * share * (3 / n), rtol=1e-14)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200, 1e-200])
def test_values_at_the_edges_of_floats_need_more_passes(value):
    X, y, _ = rows(1000)
    X[7, 1] = value
    if value == 1e-200:
        X[:, 1] = value
    assert survey(X, y, None, intercept=True) is None


def test_a_constant_column_needs_more_passes():
    X, y, _ = rows(1000)
    X[:, 3] = 5.0
    assert survey(X, y, None, intercept=True) is None


def test_columns_that_a_sample_misjudges_need_more_passes():
    X, y, _ = rows(100_000)
    X[:, 0] = np.where(np.arange(len(X)) % (len(X) // 1024), 1e3 + X[:, 0], 0.0)  # the sample sees the zeros
    assert survey(X, y, None, intercept=True) is None


def test_dense_block_alone_is_the_array():
    X, y, _ = rows(1000)
    design = Design((Dense.of(X, centred=True),), len(X))
    one, other = survey(X, y, None, intercept=True), survey(design, y, None, intercept=True)
    np.testing.assert_array_equal(one.gram, other.gram)


def test_threads_change_no_bit(monkeypatch):
    X, y, w = rows(90_000)
    found = []
    for count in (1, 3):
        monkeypatch.setattr("tapefit.numerics._design.workers_for", lambda shape, count=count: count)
        seen = survey(X, y, w, intercept=True)
        theta = np.array([1.0, -2.0, 3.0, 0.5, 4.0])
        r, g = seen.standardised.residual(y, w, theta)
        found.append([seen.gram, seen.gradient, seen.standardised.times(theta), seen.standardised.gram(w), r, g])
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)
