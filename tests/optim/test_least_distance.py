"""The nearest point within linear inequalities, by its optimality conditions and against scipy's nnls."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from tapefit.optim._least_distance import least_distance


@pytest.mark.parametrize("seed", range(40))
def test_optimality_conditions_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, m = int(rng.integers(1, 12)), int(rng.integers(1, 25))
    G = rng.normal(size=(m, p)) * 10.0 ** rng.integers(-6, 7, size=(m, 1))
    inside = rng.normal(size=p)
    h = G @ inside - np.abs(G).max(axis=1) * rng.integers(0, 2, m) * rng.uniform(size=m)
    found = least_distance(G, h)
    size = np.linalg.norm(G, axis=1)
    assert found.conflict == ()
    assert (found.multipliers >= 0).all()
    np.testing.assert_allclose(found.u, G.T @ found.multipliers, atol=1e-12)
    assert ((G @ found.u - h) / size >= -1e-12).all()
    np.testing.assert_allclose(found.multipliers * (G @ found.u - h), 0, atol=1e-11)


def test_rows_that_come_twice_or_follow_from_others_are_no_obstacle() -> None:
    rng = np.random.default_rng(0)
    G, inside = rng.normal(size=(6, 4)), rng.normal(size=4)
    once = least_distance(G, G @ inside)
    more = np.vstack([G, 3 * G[:2], G[0] + G[1]])
    np.testing.assert_allclose(least_distance(more, more @ inside).u, once.u, atol=1e-12)


def test_inequalities_that_contradict_each_other_are_named() -> None:
    G = np.array([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]])
    assert sorted(least_distance(G, np.array([5.0, 1.0, 1.0])).conflict) == [1, 2]


def test_no_inequality_leaves_the_origin() -> None:
    found = least_distance(np.zeros((0, 3)), np.zeros(0))
    assert found.u.tolist() == [0.0, 0.0, 0.0]
    assert found.active == ()


def test_many_signs_are_those_of_nonnegative_least_squares() -> None:
    rng = np.random.default_rng(1)
    Z, y = rng.normal(size=(300, 80)), rng.normal(size=300)
    R = np.linalg.qr(Z, mode="r")
    free = np.linalg.lstsq(Z, y, rcond=None)[0]
    found = least_distance(np.linalg.inv(R), -free)
    np.testing.assert_allclose(free + np.linalg.solve(R, found.u), nnls(Z, y)[0], atol=1e-13)
