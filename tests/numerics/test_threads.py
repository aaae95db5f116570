"""BLAS takes one thread within narrow products, and what it took before afterwards."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.linalg  # noqa: F401  # whose BLAS counts, too
from threadpoolctl import threadpool_info

from tapefit.numerics import few_threads, threads_for


def blas_threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.mark.parametrize("shape", [(100, 20), (100_000, 20)])
def test_narrow_products_take_one_thread(shape):
    before = blas_threads()
    with threads_for(shape):
        assert set(blas_threads()) == {1}
    assert blas_threads() == before


def test_wide_products_are_left_alone():
    before = blas_threads()
    with threads_for((100_000, 2000)):
        assert blas_threads() == before


def test_a_decorated_function_that_raises_gives_the_threads_back():
    before = blas_threads()

    @few_threads("X.shape")
    def fails(problem):
        assert set(blas_threads()) == {1}
        raise ValueError(problem.X.shape)

    with pytest.raises(ValueError, match="500000"):
        fails(SimpleNamespace(X=np.empty((500_000, 2))))
    assert blas_threads() == before


def test_fits_in_several_threads_give_the_threads_back_when_the_last_has_ended():
    before = blas_threads()
    first, second = threads_for((500_000, 2)), threads_for((500_000, 2))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert set(blas_threads()) == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before
