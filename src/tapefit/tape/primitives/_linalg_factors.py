"""Factorizations into triangles and orthogonal matrices: Cholesky, QR and LU.

The rules are written with adjoints, as in the literature, and brought to our convention by `adjoint_convention`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._primitive import primitive
from tapefit.tape.primitives._arrays import concat, getitem
from tapefit.tape.primitives._linalg import matmul
from tapefit.tape.primitives._linalg_parts import (
    adjoint,
    adjoint_convention,
    band_part,
    conjugate,
    diag_part,
    diagonal_matrix,
    in_single,
    lower_half,
    plus,
    regular,
)
from tapefit.tape.primitives._linalg_solve import triangular_solve
from tapefit.tape.primitives._select import array_in, known

_ALL = slice(None)


def _columns(x: Any, which: slice) -> Any:
    return getitem(x, key=(Ellipsis, _ALL, which))


def _cholesky(a: Any) -> Any:
    """Factors of the lower triangles; those that are not positive definite become NaN, as in TensorFlow."""
    try:
        return np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
            raise
        if a.ndim == 2:
            return np.tril(np.full_like(a, np.nan))
        stack = [_cholesky(m) for m in a.reshape(-1, *a.shape[-2:])]
        return np.stack(stack).reshape(a.shape)


@adjoint_convention
def _cholesky_rule(g: Any, ans: Any, a: Any) -> Any:
    """L^-H P(L^H g) L^-1, symmetrised, where P takes the lower half."""
    middle = lower_half(matmul(adjoint(ans), g))
    left = triangular_solve(conjugate(ans), middle, lower=True, transposed=True)
    whole = adjoint(triangular_solve(conjugate(ans), adjoint(left), lower=True, transposed=True))
    return 0.5 * (whole + adjoint(whole))


def _qr(a: Any, *, full_matrices: bool) -> tuple[Any, Any]:
    q, r = np.linalg.qr(a, "complete" if full_matrices else "reduced")
    return q, r


@adjoint_convention
def _qr_rule(g: Any, ans: Any, a: Any, *, full_matrices: bool) -> Any:
    """With M = R g_R^H - g_Q^H Q, its lower triangle mirrored to C: (g_Q + Q C) R^-H.

    A wide matrix is [X, Y] with X = Q U square and Y = Q V.
    """
    (gq, gr), (q, r) = g, ans
    rows, columns = a.shape[-2:]
    if full_matrices and rows > columns:
        raise NotImplementedError(
            f"The gradient of qr with full_matrices=True is not defined for more rows than columns, got {rows} and "
            f"{columns}: the last columns of q are arbitrary; use full_matrices=False."
        )
    if rows >= columns:
        return _qr_square(gq, gr, q, r)
    gv = None if gr is None else _columns(gr, slice(rows, None))
    gu = None if gr is None else _columns(gr, slice(rows))
    from_v = None if gv is None else matmul(_columns(a, slice(rows, None)), adjoint(gv))
    gx = _qr_square(plus(gq, from_v), gu, q, _columns(r, slice(rows)))
    zeros = np.zeros((*gx.shape[:-1], columns - rows), array_in(gx).dtype)
    return concat(gx, zeros if gv is None else matmul(q, gv), axis=len(gx.shape) - 1)


def _qr_square(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    m = plus(
        None if gr is None else matmul(r, adjoint(gr)),
        None if gq is None else -matmul(adjoint(gq), q),
    )
    half = lower_half(m)
    mirrored = half + adjoint(half)
    left = plus(gq, matmul(q, mirrored))
    return adjoint(triangular_solve(r, adjoint(left), lower=False, transposed=False))


def _lu(a: Any, *, dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Both triangles in one matrix, and the order of the rows."""
    from scipy.linalg import get_lapack_funcs

    (getrf,) = get_lapack_funcs(("getrf",), (a,))
    lu, order = np.empty_like(a), np.empty(a.shape[:-1], dtype)
    for i in np.ndindex(a.shape[:-2]):
        lu[i], swaps, zero = getrf(a[i])
        if zero:
            raise np.linalg.LinAlgError("Singular matrix")
        rows = list(range(a.shape[-1]))
        for k, other in enumerate(swaps):
            rows[k], rows[other] = rows[other], rows[k]
        order[i] = rows
    return lu, order


@adjoint_convention
def _lu_rule(g: Any, ans: Any, a: Any, *, dtype: np.dtype[Any]) -> Any:
    """P L^-H (lower(L^H g_L) + upper(g_U U^H)) U^-H, the lower triangle without its diagonal."""
    (g_lu, _), (lu, order) = g, ans
    if g_lu is None:
        return None
    one = np.eye(a.shape[-1], dtype=array_in(a).dtype)
    left, right = band_part(lu, lower=-1, upper=0), band_part(lu, lower=0, upper=-1)
    unit = left - diagonal_matrix(diag_part(lu, k=0)) + one
    g_lower = matmul(adjoint(unit), band_part(g_lu, lower=-1, upper=0) - diagonal_matrix(diag_part(g_lu, k=0)))
    g_upper = matmul(band_part(g_lu, lower=0, upper=-1), adjoint(right))
    strict = band_part(g_lower, lower=-1, upper=0) - diagonal_matrix(diag_part(g_lower, k=0))
    middle = strict + band_part(g_upper, lower=0, upper=-1)
    half = triangular_solve(conjugate(unit), middle, lower=True, transposed=True)
    permuted = adjoint(triangular_solve(right, adjoint(half), lower=False, transposed=False))
    rows = known(lambda places: np.swapaxes(one[places], -1, -2), order)
    return matmul(rows, permuted)


cholesky = primitive("cholesky", in_single(_cholesky), _cholesky_rule, quiet=True)
qr = primitive("qr", in_single(_qr), _qr_rule, outputs=True)
lu = primitive("lu", in_single(regular("lu", _lu)), _lu_rule, outputs=True)
