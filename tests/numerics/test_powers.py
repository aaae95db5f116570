"""Powers: the columns that stand for x, x^2, ..., and the exact way between both."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tapefit.numerics import DD, Basis, Powers, make_basis

RNG = np.random.default_rng(3)
X = RNG.uniform(-8.8, -3.1, 40)


def exact(parts: DD) -> list[list[Fraction]]:
    rows = zip(parts.hi.tolist(), parts.lo.tolist(), strict=True)
    return [[Fraction(a) + Fraction(b) for a, b in zip(*row, strict=True)] for row in rows]


@pytest.mark.parametrize("through_zero", [False, True])
@pytest.mark.parametrize("degree", [1, 2, 10])
def test_columns_are_chebyshev_polynomials_to_29_digits(degree: int, through_zero: bool) -> None:
    powers = Powers.of(X, degree, through_zero=through_zero)
    for x, found in zip(X[:5].tolist(), exact(powers.columns(X[:5])), strict=True):
        u = (Fraction(x) - Fraction(powers.centre)) / Fraction(powers.half)
        T = [Fraction(1), u]
        while len(T) <= degree:
            T.append(2 * u * T[-1] - T[-2])
        expected = [Fraction(x) * t for t in T] if through_zero else T[1:]
        assert all(abs(a - b) < 1e-29 * max(1, abs(x)) for a, b in zip(found, expected[:degree], strict=True))


@pytest.mark.parametrize("through_zero", [False, True])
def test_the_map_to_powers_says_what_the_columns_are(through_zero: bool) -> None:
    powers = Powers.of(X, 10, through_zero=through_zero)
    M = exact(powers.to_powers)
    for x, found in zip(X[:5].tolist(), exact(powers.columns(X[:5])), strict=True):
        for k in range(10):
            parts = [M[j][k] * Fraction(x) ** j for j in range(11)]
            assert abs(found[k] - sum(parts)) < 1e-29 * max(abs(part) for part in parts) + 1e-28


@pytest.mark.parametrize("through_zero", [False, True])
def test_the_maps_undo_each_other(through_zero: bool) -> None:
    powers = Powers.of(X, 8, through_zero=through_zero)
    there, back = exact(powers.to_powers), exact(powers.from_powers)
    for k in range(8):
        product = [sum(there[j][m] * back[m + 1][k] for m in range(8)) for j in range(9)]
        product[0] += back[0][k]
        assert all(abs(value - (j == k + 1)) < 1e-20 for j, value in enumerate(product))


def test_columns_span_the_powers_and_are_well_conditioned() -> None:
    columns = Powers.of(X, 10, through_zero=False).columns(X).hi
    raw = np.column_stack([X**k for k in range(1, 11)])
    assert np.abs(columns).max() <= 1 + 1e-12
    assert np.linalg.cond(make_basis(columns, intercept=True).columns(columns)) < 10
    assert np.linalg.cond(make_basis(raw, intercept=True).columns(raw)) > 1e7


def test_without_an_intercept_they_are_zero_at_zero() -> None:
    powers = Powers.of(X, 4, through_zero=True)
    assert not powers.columns(np.zeros(1)).hi.any()
    assert not powers.to_powers.hi[0].any()


@pytest.mark.parametrize("intercept", [False, True])
def test_the_basis_goes_to_powers_and_back(intercept: bool) -> None:
    z, first = RNG.standard_normal(40), int(intercept)
    powers = Powers.of(X, 3, through_zero=not intercept)
    columns = np.column_stack([z, powers.columns(X).hi])
    basis = make_basis(columns, intercept=intercept, powers=((1, powers),))
    theta = RNG.standard_normal(basis.width)
    beta = basis.to_raw(theta)
    design = np.column_stack([np.ones(40)[:, None][:, :first], z, X, X**2, X**3])
    np.testing.assert_allclose(design @ beta, basis.predict(columns, theta), rtol=1e-11)
    np.testing.assert_allclose(basis.from_raw(beta), theta, rtol=1e-9)
    np.testing.assert_allclose(basis.raw_map() @ theta, beta, rtol=1e-11)
    np.testing.assert_allclose(basis.raw_columns(columns), design[:, first:], rtol=1e-11)


def test_a_selection_keeps_the_first_powers() -> None:
    powers = Powers.of(X, 4, through_zero=False)
    basis = Basis(np.arange(6.0), np.ones(6), True, ((1, powers),))
    kept = basis.select([0, 1, 2, 5])
    assert kept.powers == ((1, powers.cut(2)),)
    assert kept.centre.tolist() == [0, 1, 2, 5]
    assert basis.select([0, 5]).powers == ()


def test_a_constant_has_a_width_of_one() -> None:
    assert Powers.of(np.full(3, 7.0), 2, through_zero=True).half == 1.0


def test_the_map_of_the_highest_degree_is_finite_where_coefficients_are() -> None:
    powers = Powers.of(np.array([0.0, 1e-300]), 2, through_zero=False)
    assert np.isinf(powers.to_powers.hi[2, 1])
    assert not np.isnan(powers.to_powers.hi).any()
