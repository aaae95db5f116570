"""Designs of dense and coded blocks do what the dense matrix does."""

import numpy as np
import pytest

from tapefit.numerics import Coded, Dense, Design


def mixed(n=70_000, origin=True):
    """A design of two dense columns far from 0, two categories and one more dense column; and its dense matrix."""
    rng = np.random.default_rng(1)
    left, right = rng.normal(size=(n, 2)) + [1000.0, 0.5], rng.normal(size=(n, 1))
    a, b = rng.integers(0, 4, n), rng.integers(0, 6, n)
    design = Design((Dense.of(left, centred=origin), Coded(a, 3), Dense(right), Coded(b, 5)), n)
    dense = np.hstack([left, np.eye(4)[a][:, 1:], right, np.eye(6)[b][:, 1:]])
    return design, dense


def test_rows_are_those_of_the_dense_matrix():
    design, X = mixed()
    assert (design.shape, design.size, len(design)) == (X.shape, X.size, len(X))
    places = np.array([3, 69_999, 5])
    for rows in (slice(10, 20), places, 7):
        assert np.array_equal(design[rows], X[rows])


def test_columns_are_selected_in_their_order():
    design, X = mixed()
    some = np.array([0, 3, 4, 9])
    assert np.array_equal(design.select(some)[:], X[:, some])


def test_only_columns_far_from_zero_move_the_origin():
    design, _ = mixed()
    assert design.origin[0] == pytest.approx(1000, abs=1)
    assert not design.origin[2:].any()
    assert not mixed(origin=False)[0].origin.any()


@pytest.mark.parametrize("weighted", [False, True])
def test_products_are_those_of_the_dense_matrix(weighted):
    design, X = mixed()
    A = X - design.origin
    rng = np.random.default_rng(2)
    h, v, b = rng.random(len(A)), rng.normal(size=len(A)), rng.normal(size=A.shape[1])
    weight = h if weighted else None
    gram, sums = design.gram(weight, weight, v)
    expected = A.T @ (A * h[:, None]) if weighted else A.T @ A
    np.testing.assert_allclose(gram, expected, rtol=1e-11, atol=1e-8)
    np.testing.assert_allclose(sums, [A.T @ (h if weighted else np.ones(len(A))), A.T @ v], rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(design.back(v, None), [v @ A, A.sum(axis=0)], rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(design.times(b, 2.0), A @ b + 2, rtol=1e-12, atol=1e-10)


@pytest.mark.parametrize("dense_only", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_residual_and_score_are_those_of_the_dense_matrix(dense_only, weighted):
    design, X = mixed()
    if dense_only:
        design = Design((Dense.of(X, centred=True),), len(X))
    A = X - design.origin
    rng = np.random.default_rng(3)
    y, b, w = rng.normal(size=len(A)), rng.normal(size=A.shape[1]), rng.random(len(A))
    r, g = design.residual(y, w if weighted else None, b, 0.5)
    np.testing.assert_allclose(r, y - A @ b - 0.5, atol=1e-10)
    np.testing.assert_allclose(g, A.T @ (r * w if weighted else r), rtol=1e-10, atol=1e-8)


def test_counts_of_levels_are_exact():
    n = 100_000
    a, b = np.arange(n) % 7, np.arange(n) % 3
    gram, _ = Design((Coded(a, 6), Coded(b, 2)), n).gram(None)
    X = np.hstack([np.eye(7)[a][:, 1:], np.eye(3)[b][:, 1:]])
    assert np.array_equal(gram, X.T @ X)
