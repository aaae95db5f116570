"""Moments: one pass over the rows, in blocks of any size and order, gives least squares to the last digits."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapefit.inference._moments import Moments, solve_moments
from tapefit.numerics import DD, dependent_columns
from tapefit.numerics._gram import gram

ROOT = Path(__file__).resolve().parents[2]
NIST = ROOT.parent / "shared" / "reference" / "nist_strd.json"

# The digits that float64 columns allow (at least), of coefficients and of standard errors.
DIGITS = {
    "Filip": (7.5, 7.5),
    "Longley": (14.5, 13.0),
    "NoInt1": (14.6, 13.0),
    "NoInt2": (14.9, 13.0),
    "Norris": (14.0, 13.0),
    "Pontius": (13.4, 13.0),
    "Wampler1": (14.9, 0.0),
    "Wampler2": (13.1, 0.0),
    "Wampler3": (14.9, 13.0),
    "Wampler4": (14.9, 13.0),
    "Wampler5": (14.9, 13.0),
}


def digits(found: Any, certified: Any) -> float:
    found, certified = np.asarray(found), np.asarray(certified)
    error = np.abs(found - certified) / np.where(certified == 0, 1, np.abs(certified))
    return float(np.min(np.where(error == 0, 15, -np.log10(np.maximum(error, 1e-15)))))


def in_blocks(X: Any, y: Any, size: int, weight: Any = None) -> Moments:
    parts = [
        Moments.of(X[i : i + size], y[i : i + size], None if weight is None else weight[i : i + size])
        for i in range(0, len(y), size)
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.merge(part)
    return whole


def columns(case: dict[str, Any]) -> Any:
    given = [np.array(v, dtype=float) for v in case["x"].values()]
    if case.get("degree") and len(given) == 1:
        return np.column_stack([given[0] ** k for k in range(1, case["degree"] + 1)])
    return np.column_stack(given)


@pytest.mark.skipif(not NIST.exists(), reason="the NIST sets are not beside this clone")
@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("name", sorted(DIGITS))
def test_the_nist_sets_keep_their_digits_in_blocks_of_any_size(name: str, size: int) -> None:
    case = json.loads(NIST.read_text(encoding="utf-8"))[name]
    X, y = columns(case), np.array(case["y"], dtype=float)
    fit = solve_moments(in_blocks(X, y, size), intercept=case["intercept"])
    variance = fit.rss / (len(y) - len(fit.beta))
    bse = np.sqrt(variance * np.sum(np.square(fit.basis.raw_map() @ fit.inverse), axis=1))
    coefficients, errors = DIGITS[name]
    assert digits(fit.beta, case["estimates"]) >= coefficients
    if errors:
        assert digits(bse, case["std_devs"]) >= errors


def test_cross_products_are_right_to_30_digits() -> None:
    rng = np.random.default_rng(0)
    A = rng.normal(size=(1500, 3)) * [1.0, 1e9, 1e-9]
    got = gram(DD(A, np.zeros_like(A)))
    for i in range(3):
        for j in range(3):
            exact = sum(Fraction(a) * Fraction(b) for a, b in zip(A[:, i], A[:, j], strict=True))
            size = sum(abs(Fraction(a) * Fraction(b)) for a, b in zip(A[:, i], A[:, j], strict=True))
            assert abs(Fraction(got.hi[i, j]) + Fraction(got.lo[i, j]) - exact) <= size * Fraction(10) ** -30


def test_merging_is_associative_and_commutes_in_sixteen_digits() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(90, 2)) + [1e6, 0.0]
    y = X @ [1.0, 2.0] + rng.normal(size=90)
    a, b, c = (Moments.of(X[i : i + 30], y[i : i + 30]) for i in (0, 30, 60))
    fits = [
        solve_moments(m, intercept=True).beta
        for m in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b), Moments.of(X, y))
    ]
    for beta in fits[1:]:
        np.testing.assert_allclose(beta, fits[0], rtol=1e-15)


def test_weight_two_equals_a_row_twice() -> None:
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(40, 2)), rng.normal(size=40)
    weight = rng.integers(1, 4, size=40).astype(float)
    rows = np.repeat(np.arange(40), weight.astype(int))
    weighted = solve_moments(in_blocks(X, y, 7, weight), intercept=True)
    repeated = solve_moments(in_blocks(X[rows], y[rows], 11), intercept=True)
    np.testing.assert_allclose(weighted.beta, repeated.beta, rtol=1e-14)
    assert weighted.rss == pytest.approx(repeated.rss, rel=1e-14)


@pytest.mark.parametrize("intercept", [True, False])
def test_columns_that_depend_on_each_other_give_nan_and_a_factor_that_shows_it(intercept: bool) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(50, 3))
    X[:, 2] = X[:, 0] + X[:, 1]
    fit = solve_moments(Moments.of(X, X[:, 0]), intercept=intercept)
    found = dependent_columns(fit.factor, 50)
    assert [column for column, _ in found] == [2 + intercept]


def test_large_blocks_are_summed_in_float64_and_keep_twelve_digits() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(200_000, 11)) + 100.0
    y = X @ np.arange(1.0, 12.0) + rng.normal(size=200_000)
    plain = solve_moments(Moments.of(X, y), intercept=True)
    exact = solve_moments(in_blocks(X, y, 50_000), intercept=True)
    np.testing.assert_allclose(plain.theta, exact.theta, rtol=1e-12)
