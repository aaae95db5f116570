"""Normal equations of few rows: products, scores, residuals and factor to the last digits."""

from fractions import Fraction

import numpy as np
import pytest

from tapefit.numerics import DD, NormalEquations, exact_residual, make_basis
from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._gram import FINE, QUICK, products
from tapefit.numerics._refined import refined_cholesky, refined_inverse


def exactly(a: np.ndarray, b: np.ndarray) -> tuple[Fraction, Fraction]:
    """A dot product of floats, and the sum of its terms' sizes."""
    terms = [Fraction(x) * Fraction(z) for x, z in zip(a, b, strict=True)]
    return sum(terms, Fraction(0)), sum(map(abs, terms), Fraction(0))


@pytest.mark.parametrize(("slices", "digits"), [(FINE, 31), (QUICK, 27)])
@pytest.mark.parametrize("n", [1, 2, 100, 9000])
def test_products_of_rows_are_right_to_30_or_27_digits(n: int, slices: int, digits: int) -> None:
    rng = np.random.default_rng(n)
    A, B = rng.normal(size=(2, n)) * [[1e9], [1e-9]], rng.standard_cauchy(size=(3, n))
    for found, other in (
        (products(A, slices=slices), A),
        (products(A, None, DD(B, np.zeros_like(B)), slices=slices), B),
    ):
        for i, a in enumerate(A):
            for j, b in enumerate(other):
                exact, size = exactly(a, b)
                got = Fraction(found.matrix.hi[i, j]) + Fraction(found.matrix.lo[i, j])
                assert abs(got - exact) <= size * max(np.abs(b).max() / np.abs(b).mean(), 1) * 10**-digits
        for j, b in enumerate(other):
            got = Fraction(found.sums.hi[j]) + Fraction(found.sums.lo[j])
            assert abs(got - sum(map(Fraction, b), Fraction(0))) <= Fraction(np.abs(b).sum()) * Fraction(10) ** -26


def test_a_product_counts_what_vectors_lack() -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(2, 50))
    low = A * 2.0**-54
    got = products(A, low).matrix
    whole = [[Fraction(x) + Fraction(e) for x, e in zip(*pair, strict=True)] for pair in zip(A, low, strict=True)]
    exact = sum((x * z for x, z in zip(*whole, strict=True)), Fraction(0))
    assert abs(Fraction(got.hi[0, 1]) + Fraction(got.lo[0, 1]) - exact) < Fraction(10) ** -30


def rows(n: int = 200, p: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.geomspace(1e-6, 1e6, p) + np.linspace(0, 1e3, p)
    return X, 3 + X @ (1 / np.geomspace(1e-6, 1e6, p)) + rng.normal(size=n)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("n", [200, 6000])
def test_score_and_residuals_are_those_of_double_double_rows(n: int, weighted: bool, intercept: bool) -> None:
    X, y = rows(n)
    w = np.random.default_rng(1).uniform(0.5, 2, n) if weighted else None
    basis = make_basis(X, intercept=intercept, weight=w)
    few = NormalEquations(X, y, w, basis)
    theta = np.random.default_rng(2).normal(size=basis.width)
    here = DD(theta, np.zeros(basis.width))
    moved = dd.add(here, dd.from_float(few.level * np.eye(basis.width)[0]))
    r, g = exact_residual(X, y, w, basis, moved)
    np.testing.assert_allclose(few.score(here), g, rtol=1e-13, atol=1e-13 * np.abs(g).max())
    got = few.residual(here)
    assert got is not None
    np.testing.assert_allclose(got, r, rtol=0, atol=2e-16 * np.abs(r).max())


def test_residuals_beyond_the_digits_of_two_slices_are_refused() -> None:
    X, _ = rows()
    y = X @ [1.0, 2.0, 3.0, 4.0]
    basis = make_basis(X, intercept=False)
    theta = basis.from_raw(np.array([1.0, 2.0, 3.0, 4.0]))
    assert NormalEquations(X, y, None, basis).residual(DD(theta, np.zeros(4))) is None


@pytest.mark.parametrize("condition", [2.0, 1e2, 1e4])
def test_factor_and_inverse_have_all_digits(condition: float) -> None:
    rng = np.random.default_rng(3)
    Q, _ = np.linalg.qr(rng.normal(size=(60, 5)))
    X = Q @ np.diag(np.geomspace(1, 1 / condition, 5)) @ np.linalg.qr(rng.normal(size=(5, 5)))[0]
    C = products(np.ascontiguousarray(X.T)).matrix
    R = refined_cholesky(C, np.linalg.cholesky(C.hi).T)
    assert R is not None
    back = products(np.ascontiguousarray(R.hi.T), np.ascontiguousarray(R.lo.T)).matrix
    assert np.abs((back.hi - C.hi) + (back.lo - C.lo)).max() < 1e-16 / condition**2
    inverse = refined_inverse(R)
    turned = np.ascontiguousarray(inverse.T)
    unit = products(R.hi, R.lo, DD(turned, np.zeros_like(turned))).matrix
    assert np.abs(unit.hi + unit.lo - np.eye(5)).max() < 4e-16 * condition


def test_ill_conditioned_columns_have_no_factor_from_products() -> None:
    x = np.linspace(0, 1, 50)
    X = np.column_stack([x, x + 1e-9 * np.sin(99 * x)])
    assert NormalEquations(X, x, None, make_basis(X, intercept=True)).factor is None
    twice = np.column_stack([x, x])
    assert NormalEquations(twice, x, None, make_basis(twice, intercept=True)).factor is None
