"""Systems and products with matrices of few diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_check
from tapefit.tape.ops._array import concat, expand_dims, squeeze, stack
from tapefit.tape.ops._linalg import matrix_transpose
from tapefit.tape.ops._linalg_diag import diag_part
from tapefit.tape.ops._matrices import matrices
from tapefit.tape.primitives import _linalg_solve

_FORMATS = ("compact", "matrix", "sequence")


def _zeros(x: Tensor, n: int) -> Tensor:
    return Tensor(np.zeros((*x._array.shape[:-1], n), x._array.dtype))


def _shifted(x: Tensor, k: int) -> Tensor:
    """`x` moved by k places along its last axis, zeros at the end that is left."""
    n = x._array.shape[-1]
    size = min(abs(k), n)
    if not size:
        return x
    kept = p.getitem.record((x,), {"key": (Ellipsis, slice(0, n - size) if k > 0 else slice(size, n))})
    return concat([_zeros(x, size), kept] if k > 0 else [kept, _zeros(x, size)], axis=-1)


def _row(x: Tensor, i: int) -> Tensor:
    return p.getitem.record((x,), {"key": (Ellipsis, i, slice(None))})


def _three_diagonals(diagonals: Any, form: str, op: str) -> tuple[Tensor, Tensor, Tensor]:
    """Above, on and below the main diagonal: element i of each stands in row i of the matrix."""
    if form not in _FORMATS:
        raise ValueError(f"Unrecognized diagonals_format: {form}; choose one of {', '.join(_FORMATS)}.")
    if form == "sequence":
        above, main, below = (tensor_of(d) for d in diagonals)
        n = main._array.shape[-1]
        if above._array.shape[-1] == n - 1:
            above = concat([above, _zeros(above, 1)], axis=-1)
        if below._array.shape[-1] == n - 1:
            below = concat([_zeros(below, 1), below], axis=-1)
        return above, main, below
    x = matrices(diagonals, op, square=form == "matrix")
    if form == "matrix":
        parts = [diag_part(x, k=k) if x._array.shape[-1] > abs(k) else None for k in (1, 0, -1)]
        main = diag_part(x)
        above, below = (_zeros(main, 0) if d is None else d for d in (parts[0], parts[2]))
        return concat([above, _zeros(main, 1)], axis=-1), main, concat([_zeros(main, 1), below], axis=-1)
    if x._array.shape[-2] != 3:
        raise InvalidArgumentError(f"{op}: Expected diagonals of shape (..., 3, n), got {x._array.shape}.")
    return _row(x, 0), _row(x, 1), _row(x, 2)


def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Tensor:
    """The X with ``A @ X = rhs``, for A with three diagonals.

    Parameters
    ----------
    diagonals
        ``"compact"``: of shape (..., 3, n), above (the last element is not read), on and below (the first is not
        read) the main diagonal. ``"sequence"``: the three, of n elements, or of n - 1 beside the main one.
        ``"matrix"``: A itself, of shape (..., n, n).
    rhs
        Of shape (..., n), or (..., n, k), in the same dtype.
    diagonals_format
        One of these three.
    transpose_rhs, conjugate_rhs
        Use the transpose of `rhs`, or its conjugate.
    partial_pivoting, perturb_singular
        Accepted for TensorFlow's sake; rows are always exchanged where that is needed.

    Returns
    -------
    Tensor
        Of the shape of `rhs`, after the transpose.

    Raises
    ------
    InvalidArgumentError
        If A is singular, or the shapes do not fit.
    """
    above, main, below = _three_diagonals(diagonals, diagonals_format, "tridiagonal_solve")
    main, b = pair(main, rhs, "tridiagonal_solve")
    vector = b._array.ndim < main._array.ndim + 1
    b = expand_dims(b, -1) if vector else b
    b = matrix_transpose(b) if transpose_rhs and not vector else b
    b = p.conj.record((b,), {}) if conjugate_rhs and p.is_complex(b) else b
    n = main._array.shape[-1]
    if b._array.shape[-2] != n:
        raise InvalidArgumentError(
            f"tridiagonal_solve: a matrix of {n} rows needs a rhs of {n} rows, got {b._array.shape[-2]}."
        )
    bands = stack([_shifted(above, 1), main, _shifted(below, -1)], axis=-2)
    x = _linalg_solve.banded_solve.record((bands, b), {"lower": 1, "upper": 1, "transposed": False})
    return squeeze(x, -1) if vector else x


def tridiagonal_matmul(diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None) -> Tensor:
    """The product of a matrix with three diagonals and `rhs`.

    Parameters
    ----------
    diagonals, diagonals_format
        As for `tridiagonal_solve`.
    rhs
        Of shape (..., n, k), in the same dtype.

    Returns
    -------
    Tensor
        Of the shape of `rhs`.
    """
    above, main, below = _three_diagonals(diagonals, diagonals_format, "tridiagonal_matmul")
    main, b = pair(main, rhs, "tridiagonal_matmul")
    b = matrix_transpose(matrices(b, "tridiagonal_matmul"))
    terms = ((above, _shifted(b, -1)), (main, b), (below, _shifted(b, 1)))
    first, second, third = (o.multiply(expand_dims(d, -2), x) for d, x in terms)
    return matrix_transpose(o.add(o.add(first, second), third))


@as_check
def _must_be_invertible(bands: Tensor, main: int) -> None:
    if not np.all(bands._array[..., main, :]):
        raise InvalidArgumentError(
            "banded_triangular_solve: Input matrix is not invertible. An element of its main diagonal is 0."
        )


def banded_triangular_solve(
    bands: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The X with ``T @ X = rhs``, for T triangular with few diagonals.

    Parameters
    ----------
    bands
        Of shape (..., k, n). Lower triangular: the main diagonal first, then those below it, right-aligned. Upper
        triangular: the highest first, left-aligned, the main one last.
    rhs
        Of shape (..., n, m), in the same dtype.
    lower
        Whether T is lower triangular.
    adjoint
        Solve with the conjugate transpose of T.

    Raises
    ------
    InvalidArgumentError
        If an element of the main diagonal is 0, or the shapes do not fit.
    """
    d, b = pair(bands, rhs, "banded_triangular_solve")
    d, b = matrices(d, "banded_triangular_solve"), matrices(b, "banded_triangular_solve")
    others = d._array.shape[-2] - 1
    _must_be_invertible(d, 0 if lower else others)
    shifts = range(0, -others - 1, -1) if lower else range(others, -1, -1)
    turned = stack([_shifted(_row(d, i), k) for i, k in enumerate(shifts)], axis=-2)
    turned = p.conj.record((turned,), {}) if adjoint and p.is_complex(turned) else turned
    sides = {"lower": others if lower else 0, "upper": 0 if lower else others}
    return _linalg_solve.banded_solve.record((turned, b), {**sides, "transposed": bool(adjoint)})
