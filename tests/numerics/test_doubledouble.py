"""Double-double arithmetic against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD

# Sizes whose products and error terms neither overflow nor underflow.
SIZES = st.floats(1e-60, 1e60)
NUMBERS = st.one_of(st.just(0.0), SIZES, SIZES.map(lambda v: -v))
UNIT = Fraction(1, 2**100)


def exact(x: DD, i: int = 0) -> Fraction:
    return Fraction(float(np.ravel(x.hi)[i])) + Fraction(float(np.ravel(x.lo)[i]))


def one(value: float) -> np.ndarray:
    return np.array([value])


def double(a: float, b: float) -> DD:
    """A number of some 32 digits."""
    return dd.two_sum(one(a), one(b * 1e-17))


@given(NUMBERS, NUMBERS)
def test_two_sum_is_exact(a: float, b: float) -> None:
    assert exact(dd.two_sum(one(a), one(b))) == Fraction(a) + Fraction(b)


@given(NUMBERS, NUMBERS)
def test_fast_two_sum_is_exact_where_the_first_is_larger(a: float, b: float) -> None:
    a, b = (a, b) if abs(a) >= abs(b) else (b, a)
    assert exact(dd.fast_two_sum(one(a), one(b))) == Fraction(a) + Fraction(b)


@given(NUMBERS)
def test_split_gives_halves_that_add_up(a: float) -> None:
    hi, lo = dd.split(one(a))
    assert Fraction(float(hi[0])) + Fraction(float(lo[0])) == Fraction(a)
    assert Fraction(float(hi[0] * hi[0])) == Fraction(float(hi[0])) ** 2


@given(NUMBERS, NUMBERS)
def test_two_product_is_exact(a: float, b: float) -> None:
    assert exact(dd.two_product(one(a), one(b))) == Fraction(a) * Fraction(b)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_product_has_thirty_digits(a: float, b: float, c: float, d: float) -> None:
    x, y = double(a, b), double(c, d)
    true = exact(x) * exact(y)
    assert abs(exact(dd.product(x, y)) - true) <= 16 * UNIT * abs(true)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_multiply_has_thirty_digits(a: float, b: float, c: float) -> None:
    x = double(a, b)
    true = exact(x) * Fraction(c)
    assert abs(exact(dd.multiply(x, one(c))) - true) <= 16 * UNIT * abs(true)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_add_errs_by_rounding_of_its_operands_only(a: float, b: float, c: float, d: float) -> None:
    x, y = double(a, b), double(c, d)
    bound = 16 * UNIT * (abs(exact(x)) + abs(exact(y)))
    assert abs(exact(dd.add(x, y)) - exact(x) - exact(y)) <= bound
    assert abs(exact(dd.subtract(x, y)) - exact(x) + exact(y)) <= bound


@settings(max_examples=50)
@given(st.lists(NUMBERS, max_size=40))
def test_total_errs_by_rounding_of_the_parts_only(values: list[float]) -> None:
    true = sum((Fraction(v) for v in values), Fraction(0))
    size = sum((abs(Fraction(v)) for v in values), Fraction(0))
    got = dd.total(dd.from_float(np.array(values, dtype=float)))
    assert abs(exact(got) - true) <= 200 * UNIT * size


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_total_sums_over_the_axis_asked_for(n: int, axis: int) -> None:
    rng = np.random.default_rng(n)
    shape = (n, 3) if axis == 0 else (3, n)
    x = rng.integers(-9, 9, shape).astype(float)
    hi, lo = dd.total(dd.from_float(x), axis=axis)
    assert np.array_equal(hi, x.sum(axis=axis))
    assert not lo.any()


def test_total_keeps_what_cancels() -> None:
    hi, lo = dd.total(dd.from_float(np.array([1e16, 1.0, -1e16, 1e-16])))
    assert hi + lo == pytest.approx(1.0 + 1e-16, rel=0, abs=1e-30)
    assert Fraction(float(hi)) + Fraction(float(lo)) == 1 + Fraction(1e-16)
