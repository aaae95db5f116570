"""The points that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from tapefit.report._points import FARTHEST, MOST, choose_points, marker


@pytest.mark.parametrize("n", [0, 1, 99, MOST])
def test_few_points_are_all_drawn(n: int) -> None:
    assert choose_points(np.zeros(n)).tolist() == list(range(n))


def test_sample_is_of_fixed_size_increasing_and_the_same_every_time() -> None:
    residual = np.random.default_rng(5).normal(size=200_000)
    chosen = choose_points(residual)
    assert chosen.size == MOST
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, choose_points(residual))


def test_sample_holds_the_largest_residuals() -> None:
    residual = np.random.default_rng(5).normal(size=MOST + 1)
    far = np.argsort(-np.abs(residual))[:FARTHEST]
    assert np.isin(far, choose_points(residual)).all()


def test_more_points_are_smaller_and_fainter() -> None:
    looks = [marker(n) for n in (10, 100, 1_000, 5_000)]
    for what in ("s", "alpha"):
        values = [look[what] for look in looks]
        assert values == sorted(values, reverse=True)
