"""Linear systems, inverses and determinants."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape.ops._array import expand_dims
from tapefit.tape.ops._linalg import matmul, matrix_transpose
from tapefit.tape.ops._linalg_diag import band_part, diag_part, set_diag
from tapefit.tape.ops._linalg_factors import cholesky, svd
from tapefit.tape.ops._math import cast, log, where
from tapefit.tape.ops._matrices import matrices, unit
from tapefit.tape.ops._reduce import reduce_sum
from tapefit.tape.primitives import _linalg_functions, _linalg_solve, _linalg_spectra
from tapefit.types import dtype_of


class LogMatrixDeterminant(NamedTuple):
    """The result of `slogdet`: the determinant is ``sign * exp(log_abs_determinant)``."""

    sign: Tensor
    log_abs_determinant: Tensor


def _system(matrix: Any, rhs: Any, op: str, *, square: bool = True) -> tuple[Tensor, Tensor]:
    a, b = pair(matrix, rhs, op)
    return matrices(a, op, square=square), matrices(b, op)


def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The X with ``matrix @ X = rhs``.

    Parameters
    ----------
    matrix
        Square, of shape (..., n, n).
    rhs
        Of shape (..., n, k) and the same dtype; leading axes broadcast.
    adjoint
        Solve with the conjugate transpose of `matrix`.

    Returns
    -------
    Tensor
        Of shape (..., n, k).

    Raises
    ------
    InvalidArgumentError
        If a matrix is singular, or the shapes do not fit.
    """
    a, b = _system(matrix, rhs, "solve")
    return _linalg_solve.solve.record((matrix_transpose(a, conjugate=True) if adjoint else a, b), {})


def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverse, or with `adjoint` the inverse of the conjugate transpose.

    Raises
    ------
    InvalidArgumentError
        If a matrix is singular or not square.
    """
    inverse = _linalg_solve.inv.record((matrices(input, "inv", square=True),), {})
    return matrix_transpose(inverse, conjugate=True) if adjoint else inverse


def det(input: Any, name: str | None = None) -> Tensor:
    """The determinant; its gradient, the matrix of cofactors, is also right for singular matrices.

    Parameters
    ----------
    input
        Of shape (..., n, n).

    Returns
    -------
    Tensor
        Of shape (...).
    """
    return _linalg_solve.det.record((matrices(input, "det", square=True),), {})


def slogdet(input: Any, name: str | None = None) -> LogMatrixDeterminant:
    """The sign of the determinant (for complex matrices its phase) and the logarithm of its size.

    Parameters
    ----------
    input
        Of shape (..., n, n).

    Returns
    -------
    LogMatrixDeterminant
        Two tensors of shape (...), in the dtype of `input`; for a singular matrix 0 and -inf.
    """
    x = matrices(input, "slogdet", square=True)
    sign, size = _linalg_solve.slogdet.record_all((x,), {})
    return LogMatrixDeterminant(sign, cast(size, x.dtype))


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of a symmetric, or Hermitian, positive definite matrix.

    It is computed by a Cholesky factorization: NaN if the matrix is not positive definite, and with the symmetric
    gradient of `cholesky`.

    Returns
    -------
    Tensor
        Real, of shape (...).
    """
    diagonal = diag_part(cholesky(matrix))
    return o.multiply(reduce_sum(log(cast(diagonal, _real(diagonal))), -1), 2.0)


def _real(x: Tensor) -> Any:
    """The dtype of the real parts."""
    return dtype_of(np.empty((), x._array.real.dtype))


def triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The X with ``T @ X = rhs``, for T the lower or upper triangle of `matrix`; the rest of it is not read.

    Parameters
    ----------
    matrix
        Of shape (..., n, n).
    rhs
        Of shape (..., n, k) and the same dtype; leading axes broadcast.
    lower
        Whether the lower triangle is meant.
    adjoint
        Solve with the conjugate transpose of T.

    Returns
    -------
    Tensor
        Of shape (..., n, k); infinite or NaN where a diagonal element is 0.
    """
    a, b = _system(matrix, rhs, "triangular_solve")
    a = p.conj.record((a,), {}) if adjoint and p.is_complex(a) else a
    return _linalg_solve.triangular_solve.record((a, b), {"lower": bool(lower), "transposed": bool(adjoint)})


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """The X with ``A @ X = rhs``, from the Cholesky factor `chol` of A.

    Parameters
    ----------
    chol
        Lower triangular, of shape (..., n, n), as `cholesky` gives it.
    rhs
        Of shape (..., n, k) and the same dtype; leading axes broadcast.
    """
    chol, rhs = _system(chol, rhs, "cholesky_solve")
    return triangular_solve(chol, triangular_solve(chol, rhs), adjoint=True)


def lstsq(matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None) -> Tensor:
    """The X for which ``norm(matrix @ X - rhs)**2 + l2_regularizer * norm(X)**2`` is smallest.

    Parameters
    ----------
    matrix
        Of shape (..., m, n).
    rhs
        Of shape (..., m, k) and the same dtype.
    l2_regularizer
        A number, 0 or more; ignored unless `fast`.
    fast
        True: by a Cholesky factorization of the normal equations, which squares the condition number; NaN if the
        matrix has dependent columns. False: by the pseudo-inverse, the shortest solution if there are several.

    Returns
    -------
    Tensor
        Of shape (..., n, k). With m < n and no regularizer, the shortest of the exact solutions.
    """
    a, b = _system(matrix, rhs, "lstsq", square=False)
    if not fast:
        return matmul(pinv(a), b)
    m, n = a._array.shape[-2:]
    if m >= n:
        return cholesky_solve(_gram(a, l2_regularizer, n, first=True), matmul(a, b, adjoint_a=True))
    return matmul(a, cholesky_solve(_gram(a, l2_regularizer, m, first=False), b), adjoint_a=True)


def _gram(a: Tensor, l2: Any, n: int, *, first: bool) -> Tensor:
    """The Cholesky factor of A^H A or A A^H, with the regularizer on the diagonal."""
    gram = matmul(a, a, adjoint_a=first, adjoint_b=not first)
    if isinstance(l2, Tensor) or hasattr(l2, "_value_for_op") or l2:
        l2 = cast(tensor_of(l2), a.dtype) if p.is_complex(a) and isinstance(l2, Tensor) else l2
        gram = o.add(gram, o.multiply(unit(n, a._array.dtype), l2))
    return cholesky(gram)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The pseudo-inverse of Moore and Penrose; its gradient holds at constant rank.

    Parameters
    ----------
    a
        Of shape (..., m, n).
    rcond
        Singular values up to `rcond` times the largest count as 0; by default 10 max(m, n) eps.

    Returns
    -------
    Tensor
        Of shape (..., n, m).
    """
    x = matrices(a, "pinv")
    real = x._array.real.dtype
    rounding = np.asarray(10.0 * max(x._array.shape[-2:]) * np.finfo(real).eps, real)
    cutoff = rounding if rcond is None else values_of(tensor_of(rcond), "rcond of pinv").astype(real)
    if np.any(cutoff > rounding) and _drops(x, cutoff, rounding):
        return _pinv_of_rest(x, cutoff)
    return _linalg_functions.pinv.record((x, Tensor(cutoff)), {})


def _drops(x: Tensor, cutoff: Any, rounding: Any) -> bool:
    """Whether singular values count as 0 that differ from it by more than rounding."""
    s = np.asarray(_linalg_spectra.singular_values.compute([values_of(x, "pinv with a cutoff")], {}))
    relative = s / np.maximum(s.max(-1, keepdims=True, initial=0), np.finfo(s.dtype).tiny)
    return bool(np.any((relative <= cutoff[..., None]) & (relative > rounding)))


def _pinv_of_rest(x: Tensor, cutoff: Any) -> Tensor:
    """By singular vectors, whose derivatives know of the part that is left out."""
    s, u, v = svd(x)
    singular = values_of(s, "pinv with a cutoff")
    kept = singular > cutoff[..., None] * singular.max(-1, keepdims=True)
    one = np.ones((), s._array.dtype)
    inverse = where(kept, o.divide(one, where(kept, s, one)), 0 * one)
    return matmul(o.multiply(v, cast(expand_dims(inverse, -2), v.dtype)), u, adjoint_b=True)


def lu_solve(lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The X with ``A @ X = rhs``, from the factors and the order of rows that `lu` gives for A."""
    factors, rhs = _system(lower_upper, rhs, "lu_solve")
    n, dtype = factors._array.shape[-1], factors._array.dtype
    order = values_of(tensor_of(perm), "perm of lu_solve")
    ordered = matmul(Tensor(np.eye(n, dtype=dtype)[order]), rhs)
    return triangular_solve(factors, triangular_solve(_unit_lower(factors), ordered), lower=False)


def lu_matrix_inverse(lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The inverse of A, from the factors and the order of rows that `lu` gives for A."""
    factors = matrices(lower_upper, "lu_matrix_inverse", square=True)
    return lu_solve(factors, perm, unit(factors._array.shape[-1], factors._array.dtype))


def lu_reconstruct(lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None) -> Tensor:
    """A itself, from the factors and the order of rows that `lu` gives for it."""

    factors = matrices(lower_upper, "lu_reconstruct", square=True)
    rows = np.eye(factors._array.shape[-1], dtype=factors._array.dtype)[
        values_of(tensor_of(perm), "perm of lu_reconstruct")
    ]
    return matmul(Tensor(rows), matmul(_unit_lower(factors), band_part(factors, 0, -1)), transpose_a=True)


def _unit_lower(factors: Tensor) -> Tensor:
    """The lower triangle with ones on the diagonal."""

    lower = band_part(factors, -1, 0)
    ones = Tensor(np.ones(factors._array.shape[:-1], factors._array.dtype))
    return set_diag(lower, ones)
