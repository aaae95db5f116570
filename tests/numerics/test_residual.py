"""Residuals and scores: rounded once from exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tapefit.numerics import DD, exact_residual, make_basis, plain_residual


def fractions(values: np.ndarray) -> list[Fraction]:
    return [Fraction(float(v)) for v in values]


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_residual_and_score_are_rounded_once(intercept: bool, weighted: bool) -> None:
    rng = np.random.default_rng(5)
    X = rng.standard_normal((23, 3)) * [1e-9, 1.0, 1e9] + [0.0, 1e8, -1e9]
    y = 1e5 + rng.standard_normal(23)
    w = rng.uniform(0.1, 9, 23) if weighted else None
    basis = make_basis(X, intercept=intercept, weight=w)
    theta = DD(rng.standard_normal(basis.width), 1e-18 * rng.standard_normal(basis.width))

    t = [Fraction(float(a)) + Fraction(float(b)) for a, b in zip(*theta, strict=True)]
    c, s = fractions(basis.centre), fractions(basis.scale)
    Z = [[Fraction(1)] * intercept + [(v - a) / b for v, a, b in zip(fractions(row), c, s, strict=True)] for row in X]
    r = [v - sum(a * b for a, b in zip(row, t, strict=True)) for v, row in zip(fractions(y), Z, strict=True)]
    weights = fractions(np.ones(23) if w is None else w)
    g = [sum(u * v * row[j] for u, v, row in zip(weights, r, Z, strict=True)) for j in range(basis.width)]

    got_r, got_g = exact_residual(X, y, w, basis, theta)
    assert got_r == pytest.approx([float(v) for v in r], rel=3e-16)
    assert got_g == pytest.approx([float(v) for v in g], rel=1e-15)


def test_blocks_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((10_001, 9)), rng.standard_normal(10_001)
    basis = make_basis(X, intercept=True)
    theta = DD(rng.standard_normal(10), np.zeros(10))
    r, g = exact_residual(X, y, None, basis, theta)
    s, h = plain_residual(X, y, None, basis, theta.hi)
    assert s == pytest.approx(r, rel=0, abs=1e-14)
    assert h == pytest.approx(g, rel=1e-10)
    assert exact_residual(np.asfortranarray(X), y, None, basis, theta)[0] == pytest.approx(r, rel=0, abs=0)
