"""The basis: centres, scales, and the way to raw coefficients and back."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tapefit.numerics import Basis, blocks, make_basis


def drawn(n: int = 200, p: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, p))


def test_columns_are_centred_and_of_size_near_one() -> None:
    X = drawn() * [1e-300, 1.0, 1e5, 1e300] + [0.0, 1e8, -1e6, 0.0]
    Z = make_basis(X, intercept=True).columns(X)
    assert np.array_equal(Z[:, 0], np.ones(200))
    assert np.abs(Z[:, 1:].mean(axis=0)).max() < 1e-7
    rms = np.sqrt(np.mean(Z[:, 1:] ** 2, axis=0))
    assert ((rms >= 0.5) & (rms <= 1.0)).all()


def test_scales_are_powers_of_two() -> None:
    scale = make_basis(drawn() * [3.0, 1e-7, 1e9, 1.0], intercept=True).scale
    assert np.array_equal(np.frexp(scale)[0], np.full(4, 0.5))


def test_no_intercept_no_centre() -> None:
    X = drawn() + 5
    basis = make_basis(X, intercept=False)
    assert not basis.centre.any()
    assert basis.columns(X).shape == (200, 4)
    assert basis.width == 4


@pytest.mark.parametrize("value", [0.1, 1e300, 1e-300, 0.0, -1e16, 5e-324])
def test_a_constant_column_becomes_zeros_exactly(value: float) -> None:
    X = np.column_stack([np.full(77, value), np.arange(77.0)])
    weight = np.random.default_rng(0).uniform(0.1, 3, 77)
    assert not make_basis(X, intercept=True).columns(X)[:, 1].any()
    assert not make_basis(X, intercept=True, weight=weight).columns(X)[:, 1].any()


def test_weights_count_as_repetition() -> None:
    X = drawn(30, 2)
    times = np.random.default_rng(1).integers(1, 4, 30)
    a = make_basis(X, intercept=True, weight=times.astype(float))
    b = make_basis(np.repeat(X, times, axis=0), intercept=True)
    assert a.centre == pytest.approx(b.centre, rel=1e-13)
    assert np.array_equal(a.scale, b.scale)


@pytest.mark.parametrize("intercept", [True, False])
def test_raw_and_standardised_coefficients_predict_the_same(intercept: bool) -> None:
    X = drawn() * [1e-5, 1.0, 1e3, 10.0] + [0.0, 3.0, -1e4, 50.0]
    basis = make_basis(X, intercept=intercept)
    theta = np.random.default_rng(3).standard_normal(basis.width)
    beta = basis.to_raw(theta)
    raw = X @ beta[intercept:] + (beta[0] if intercept else 0)
    assert basis.predict(X, theta) == pytest.approx(raw, rel=1e-9, abs=1e-9)
    assert basis.from_raw(beta) == pytest.approx(theta, rel=1e-9, abs=1e-9)
    assert basis.raw_map() @ theta == pytest.approx(beta, rel=1e-12)


def test_the_raw_intercept_is_rounded_once() -> None:
    basis = Basis(np.array([1e8 + 0.1, -3e12]), np.array([0.5, 4.0]), intercept=True)
    theta, low = np.array([7.0, 1 / 3, 1 / 7]), np.array([1e-17, 2e-18, -1e-19])
    fine = [Fraction(a) + Fraction(b) for a, b in zip(theta.tolist(), low.tolist(), strict=True)]
    slopes = [v / Fraction(s) for v, s in zip(fine[1:], basis.scale.tolist(), strict=True)]
    true = fine[0] - sum(Fraction(c) * s for c, s in zip(basis.centre.tolist(), slopes, strict=True))
    assert basis.to_raw(theta, low)[0] == float(true)


def test_predict_does_not_depend_on_the_memory_layout() -> None:
    X = drawn(5000, 30)
    basis = make_basis(X, intercept=True)
    theta = np.arange(31.0)
    assert basis.predict(np.asfortranarray(X), theta) == pytest.approx(basis.predict(X, theta), rel=1e-13)
    F = make_basis(np.asfortranarray(X), intercept=True)
    assert F.centre == pytest.approx(basis.centre, rel=0, abs=1e-14)


@pytest.mark.parametrize(("n", "p"), [(1, 1), (255, 3), (256, 3), (100_000, 40), (0, 2), (1000, 100_000)])
def test_blocks_cover_every_row_once(n: int, p: int) -> None:
    rows = [i for block in blocks(n, p) for i in range(n)[block]]
    assert rows == list(range(n))
