"""Factorizations, and functions of matrices that rest on them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._math import cast
from tapefit.tape.ops._matrices import matrices, stacked
from tapefit.tape.ops._reduce import reduce_max, reduce_sum
from tapefit.tape.primitives import _linalg_factors, _linalg_functions, _linalg_spectra
from tapefit.types import as_dtype, float32, int32


class Qr(NamedTuple):
    """The result of `qr`."""

    q: Tensor
    r: Tensor


class Lu(NamedTuple):
    """The result of `lu`: both factors in one matrix, and the order of the rows."""

    lu: Tensor
    p: Tensor


def _of_square(primitive: Primitive, x: Any) -> Tensor:
    return primitive.record((matrices(x, primitive.name, square=True),), {})


def cholesky(input: Any, name: str | None = None) -> Tensor:
    """The lower triangular L with ``L @ L^H = input``, for a symmetric or Hermitian positive definite matrix.

    Only the lower triangle is read. The gradient is that of the symmetric matrix: it is itself symmetric.

    Parameters
    ----------
    input
        Of shape (..., n, n).

    Returns
    -------
    Tensor
        Of the shape of `input`; the factor of a matrix that is not positive definite is NaN.
    """
    return _of_square(_linalg_factors.cholesky, input)


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Qr:
    """Q with orthonormal columns and R upper triangular, with ``Q @ R = input``.

    Parameters
    ----------
    input
        Of shape (..., m, n).
    full_matrices
        Q with m columns, also if m > n; the gradient is then not defined.

    Returns
    -------
    Qr
        q of shape (..., m, k) and r of shape (..., k, n), with k = min(m, n), or m for full matrices.

    Raises
    ------
    NotImplementedError
        From `gradient`, for full matrices with m > n.
    """
    q, r = _linalg_factors.qr.record_all((matrices(input, "qr"),), {"full_matrices": bool(full_matrices)})
    return Qr(q, r)


def lu(input: Any, output_idx_type: Any = int32, name: str | None = None) -> Lu:
    """The factors of a square matrix with its rows in another order; they have a gradient.

    Parameters
    ----------
    input
        Of shape (..., n, n).
    output_idx_type
        The dtype of the order: int32 or int64.

    Returns
    -------
    Lu
        lu of shape (..., n, n): the upper factor, and below its diagonal the lower one, whose diagonal is 1. p of
        shape (..., n): row i of the product of the factors is row p[i] of `input`.

    Raises
    ------
    InvalidArgumentError
        If a matrix is singular or not square.
    """
    x = matrices(input, "lu", square=True)
    factors, order = _linalg_factors.lu.record_all((x,), {"dtype": as_dtype(output_idx_type).numpy_dtype})
    return Lu(factors, order)


def eigh(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues, smallest first, and eigenvectors of symmetric or Hermitian matrices.

    Only the lower triangle is read, and receives the gradient. Equal eigenvalues have arbitrary vectors, whose
    gradients are finite and no more than that; sums over the values keep the right gradient.

    Parameters
    ----------
    tensor
        Of shape (..., n, n).

    Returns
    -------
    tuple of Tensor
        Values of shape (..., n) and, in columns, vectors of shape (..., n, n), in the dtype of `tensor`.
    """
    x = matrices(tensor, "eigh", square=True)
    e, v = _linalg_spectra.eigh.record_all((x,), {})
    return cast(e, x.dtype), v


def eigvalsh(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of symmetric or Hermitian matrices, smallest first, in the dtype of `tensor`."""
    x = matrices(tensor, "eigvalsh", square=True)
    return cast(_linalg_spectra.eigvalsh.record((x,), {}), x.dtype)


def eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues, in no particular order, and eigenvectors of length 1 of any square matrices.

    Returns
    -------
    tuple of Tensor
        Complex: values of shape (..., n) and, in columns, vectors of shape (..., n, n).
    """
    e, v = _linalg_spectra.eig.record_all((matrices(tensor, "eig", square=True),), {})
    return e, v


def eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of square matrices, complex, in no particular order."""
    return _of_square(_linalg_spectra.eigvals, tensor)


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Singular values s, largest first, and vectors with ``tensor = u @ diag(s) @ adjoint(v)``.

    Parameters
    ----------
    tensor
        Of shape (..., m, n).
    full_matrices
        u and v square. Their gradient is defined where m and n differ by 1 at most.
    compute_uv
        False for the singular values alone.

    Returns
    -------
    tuple of Tensor, or Tensor
        s, real, of shape (..., k) with k = min(m, n), u of shape (..., m, k) and v (not its adjoint) of shape
        (..., n, k); or s alone.

    Raises
    ------
    NotImplementedError
        From `gradient`, for vectors of full matrices whose m and n differ by more than 1.
    """
    x = matrices(tensor, "svd")
    if not compute_uv:
        return _linalg_spectra.singular_values.record((x,), {})
    s, u, v = _linalg_spectra.svd.record_all((x,), {"full_matrices": bool(full_matrices)})
    return s, u, v


def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """How many singular values exceed a tolerance; not differentiable.

    Parameters
    ----------
    a
        Of shape (..., m, n).
    tol
        The tolerance; by default eps max(m, n) times the largest singular value.

    Returns
    -------
    Tensor
        int32, of shape (...).
    """
    x = stacked(a, "matrix_rank")
    if x._array.dtype.kind not in "fc":
        x = cast(x, float32)
    s = svd(x, compute_uv=False)
    if tol is None:
        scale = max(x._array.shape[-2:]) * float(np.finfo(s._array.dtype).eps)
        tol = o.multiply(reduce_max(s, -1, keepdims=True), scale)
    return reduce_sum(cast(o.greater(s, tol), int32), -1)


def expm(input: Any, name: str | None = None) -> Tensor:
    """The exponential of square matrices."""
    return _of_square(_linalg_functions.expm, input)


def sqrtm(input: Any, name: str | None = None) -> Tensor:
    """The principal square root R of square matrices, ``R @ R = input``; NaN where a real matrix has no real one."""
    return _of_square(_linalg_functions.sqrtm, input)


def logm(input: Any, name: str | None = None) -> Tensor:
    """The principal logarithm of square matrices, the inverse of `expm`; NaN where a real matrix has no real one."""
    return _of_square(_linalg_functions.logm, input)
