"""The sandwich of losses with known derivatives, against its formula written with plain matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapefit

N = 90
ROW = np.arange(N)
X = np.column_stack([np.ones(N), np.sin(3.0 * ROW**2), ROW / 30])
Y = X @ [1.0, 2.0, -0.5] + (1 + ROW / 60) * np.cos(7.0 * ROW**2)
BLOCK, YEAR = ROW % 11, (ROW // 7) % 6
WEIGHT = 0.5 + ROW % 4 / 2
Floats = np.ndarray

# loss as passed to fit; l' and l'' of error e = y_hat - y
LOSSES: dict[str, tuple[dict[str, Any], Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "huber": (
        {"loss": "huber", "delta": 0.7},
        lambda e: np.clip(e, -0.7, 0.7),
        lambda e: (np.abs(e) <= 0.7) * 1.0,
    ),
    "expectile": (
        {"loss": "expectile", "level": 0.8},
        lambda e: np.where(e <= 0, 0.8, 0.2) * 2 * e,
        lambda e: np.where(e <= 0, 1.6, 0.4),
    ),
    "log_cosh": ({"loss": "log_cosh"}, np.tanh, lambda e: 1 / np.cosh(e) ** 2),
    "cauchy": (
        {"loss": lambda y, y_hat: np.log1p((y - y_hat) ** 2 / 9)},
        lambda e: 2 * e / (9 + e**2),
        lambda e: 2 * (9 - e**2) / (9 + e**2) ** 2,
    ),
}


def clusters(scores: Floats, code: Floats, k: int) -> Floats:
    """The corrected middle of the sandwich for one grouping."""
    sums = np.array([scores[code == g].sum(axis=0) for g in np.unique(code)])
    G = len(sums)
    return G / (G - 1) * (N - 1) / (N - k) * sums.T @ sums


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3", "cluster", "two-way"])
@pytest.mark.parametrize("name", LOSSES)
def test_the_sandwich_is_its_formula(name: str, kind: str, weight: Any) -> None:
    options, slope, curvature = LOSSES[name]
    groups = {"cluster": BLOCK, "two-way": np.column_stack([BLOCK, YEAR])}.get(kind)
    cov_type = "cluster" if groups is not None else kind
    r = tapefit.fit(X[:, 1:], Y, cov_type=cov_type, groups=groups, sample_weight=weight, **options)
    e, w = X @ r.params - Y, np.ones(N) if weight is None else weight
    bread = np.linalg.inv(X.T @ ((w * curvature(e))[:, None] * X))
    scores = (w * slope(e))[:, None] * X
    h = w * curvature(e) * np.einsum("ij,jk,ik->i", X, bread, X)
    free = {"HC2": np.sqrt(1 - h), "HC3": 1 - h}.get(kind, np.ones(N))
    if kind == "two-way":
        both = BLOCK * 100 + YEAR
        meat = clusters(scores, BLOCK, 3) + clusters(scores, YEAR, 3) - clusters(scores, both, 3)
    elif kind == "cluster":
        meat = clusters(scores, BLOCK, 3)
    else:
        meat = (scores / free[:, None]).T @ (scores / free[:, None]) * (N / (N - 3) if kind == "HC1" else 1.0)
    np.testing.assert_allclose(r.cov_params(), bread @ meat @ bread, rtol=1e-8, atol=1e-14)
