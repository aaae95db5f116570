"""Ranges of rows shared out among threads."""

import threading

import pytest

from tapefit.numerics import in_order, processors


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(workers):
    waits = threading.Event()

    def slow_at_first(k):
        if k == 0 and workers > 1:
            waits.wait(5)
        elif k == 1:
            waits.set()
        return k * k

    assert list(in_order(slow_at_first, range(23), workers)) == [k * k for k in range(23)]


@pytest.mark.parametrize("workers", [1, 3])
def test_the_first_error_in_order_is_raised(workers):
    def fails(k):
        if k in (4, 2):
            raise ValueError(f"item {k}")
        return k

    with pytest.raises(ValueError, match="item 2"):
        list(in_order(fails, range(9), workers))


def test_the_environment_names_fewer_processors(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert processors() == 1
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert 1 <= processors() <= 8
