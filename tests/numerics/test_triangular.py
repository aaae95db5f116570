"""Triangular factors: QR block by block, Cholesky, downdates, and the columns that others make up."""

from __future__ import annotations

import numpy as np
import pytest

from tapefit.numerics import dependent_columns, downdate, factorise, is_safe, rows_factor


def drawn(n: int = 300, p: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, p))


def qr(Z: np.ndarray, size: int = 1000):
    return factorise((Z[i : i + size] for i in range(0, len(Z), size)), Z.shape[1], cheap=False)


@pytest.mark.parametrize("cheap", [True, False])
@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_factor_squared_is_the_gram_matrix_however_the_rows_are_cut(cheap: bool, size: int) -> None:
    Z = drawn()
    factor = factorise((Z[i : i + size] for i in range(0, 300, size)), 5, cheap=cheap)
    assert not np.tril(factor.R, -1).any()
    assert (np.diag(factor.R) > 0).all()
    assert np.allclose(factor.R.T @ factor.R, Z.T @ Z, rtol=1e-12, atol=1e-10)


def test_qr_and_cholesky_agree_where_the_columns_are_well_conditioned() -> None:
    Z = drawn()
    cheap = factorise([Z], 5, cheap=True)
    assert is_safe(cheap)
    assert np.allclose(cheap.R, qr(Z).R, rtol=1e-12, atol=1e-12)


def test_cholesky_is_not_called_safe_where_it_loses_digits() -> None:
    Z = drawn()
    Z[:, 4] = Z[:, 3] + 1e-3 * Z[:, 4]
    assert not is_safe(factorise([Z], 5, cheap=True))
    Z[:, 4] = Z[:, 3]
    assert not is_safe(factorise([Z], 5, cheap=True))
    Z[0, 0] = np.inf
    with np.errstate(invalid="ignore"):
        assert not is_safe(factorise([Z], 5, cheap=True))


def test_solve_inverts_the_gram_matrix() -> None:
    Z = drawn()
    g = np.arange(5.0)
    assert qr(Z).solve(g) == pytest.approx(np.linalg.solve(Z.T @ Z, g), rel=1e-11)
    assert qr(Z).inverse() @ qr(Z).R == pytest.approx(np.eye(5), abs=1e-13)


def test_condition_does_not_see_the_columns_sizes() -> None:
    Z = drawn()
    assert qr(Z * [1e-200, 1.0, 1e9, 1e100, 3.0]).condition == pytest.approx(qr(Z).condition, rel=1e-9)


def test_fewer_rows_than_columns_are_padded() -> None:
    factor = qr(drawn(3, 5))
    assert factor.R.shape == (5, 5)
    assert [column for column, _ in dependent_columns(factor, 3)] == [3, 4]


def test_downdate_subtracts_rows() -> None:
    Z, less = drawn(), 0.3 * drawn(20, seed=1)
    down = downdate(qr(Z), qr(less))
    assert down is not None
    assert np.allclose(down.R.T @ down.R, Z.T @ Z - less.T @ less, rtol=1e-11, atol=1e-11)


def test_downdate_of_more_than_there_is_gives_none() -> None:
    assert downdate(qr(drawn(20)), qr(drawn())) is None


def test_rows_factor_keeps_the_cross_products_of_rows_of_zeros() -> None:
    assert rows_factor([np.zeros((4, 3))], 3).shape == (3, 3)
    assert rows_factor([], 3).shape == (0, 3)


def test_independent_columns_are_none_of_them_named() -> None:
    assert dependent_columns(qr(drawn()), 300) == []


def test_nearly_dependent_columns_are_not_called_dependent() -> None:
    Z = drawn()
    Z[:, 4] = Z[:, 3] + 1e-9 * Z[:, 4]
    assert dependent_columns(qr(Z), 300) == []


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_the_columns_that_make_another_up_are_named(scale: float) -> None:
    Z = drawn()
    Z[:, 3] = scale * (2 * Z[:, 0] - 5 * Z[:, 2])
    assert dependent_columns(qr(Z), 300) == [(3, [0, 2])]


def test_every_dependent_column_is_named_with_columns_that_are_kept() -> None:
    Z = drawn(300, 8)
    Z[:, 2] = Z[:, 0]
    Z[:, 5] = Z[:, 1] + Z[:, 2]
    Z[:, 7] = 0.0
    assert dependent_columns(qr(Z), 300) == [(2, [0]), (5, [0, 1]), (7, [])]


@pytest.mark.parametrize("seed", range(10))
def test_the_number_of_kept_columns_is_the_rank(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rank = int(rng.integers(1, 12))
    Z = rng.standard_normal((60, rank)) @ rng.standard_normal((rank, 12)) * 10.0 ** rng.integers(-6, 6, 12)
    found = dependent_columns(qr(Z), 60)
    assert 12 - len(found) == rank


def test_many_columns_take_a_moment_only() -> None:
    Z = drawn(900, 400)
    Z[:, 399] = Z[:, :399].sum(axis=1)
    ((column, parts),) = dependent_columns(qr(Z), 900)
    assert column == 399
    assert len(parts) == 399
