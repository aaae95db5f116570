"""Eigenvalues and singular values, with their vectors.

The rules are written with adjoints, as in the literature, and brought to our convention by `adjoint_convention`.
The vectors of equal values are arbitrary: where a gap vanishes its reciprocal is taken as 0. That gives finite
gradients, and right ones where equal values count alike and no vectors enter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._arrays import getitem
from tapefit.tape.primitives._elementwise import is_complex
from tapefit.tape.primitives._linalg import matmul
from tapefit.tape.primitives._linalg_parts import (
    adjoint,
    adjoint_convention,
    as_column,
    as_row,
    conjugate,
    diag_part,
    diagonal_matrix,
    in_dtype_of,
    in_single,
    lower_half,
    plus,
    real_part,
    reciprocal_gaps,
    reciprocal_unless,
)
from tapefit.tape.primitives._linalg_solve import solve
from tapefit.tape.primitives._select import known


def _eigh(a: Any) -> tuple[Any, Any]:
    e, v = np.linalg.eigh(a)
    return e, v


@adjoint_convention
def _eigh_rule(g: Any, ans: Any, a: Any) -> Any:
    """V (diag(g_e) + F * V^H g_V) V^H with F_ij = 1 / (e_j - e_i), brought to the lower triangle, the one read."""
    (ge, gv), (e, v) = g, ans
    return _lower(
        v,
        plus(
            None if ge is None else in_dtype_of(diagonal_matrix(ge), v),
            None if gv is None else in_dtype_of(reciprocal_gaps(e), v) * matmul(adjoint(v), gv),
        ),
    )


def _lower(v: Any, middle: Any) -> Any:
    whole = matmul(matmul(v, middle), adjoint(v))
    return lower_half(whole + adjoint(whole))


@adjoint_convention
def _eigvalsh_rule(g: Any, ans: Any, a: Any) -> Any:
    _, v = eigh(a)
    return _lower(v, in_dtype_of(diagonal_matrix(g), v))


def _eig(a: Any) -> tuple[Any, Any]:
    e, v = np.linalg.eig(a)
    dtype = np.result_type(a.dtype, np.complex64)
    return e.astype(dtype), v.astype(dtype)


@adjoint_convention
def _eig_rule(g: Any, ans: Any, a: Any) -> Any:
    """V^-H (diag(g_e) + conj(F) * (V^H g_V - V^H V diag(Re V^H g_V))) V^H with F_ij = 1 / (e_j - e_i).

    The columns of V have length 1.
    """
    (ge, gv), (e, v) = g, ans
    middle = None if ge is None else diagonal_matrix(ge)
    if gv is not None:
        vg = matmul(adjoint(v), gv)
        along = diagonal_matrix(real_part(diag_part(vg, k=0)))
        middle = plus(middle, conjugate(reciprocal_gaps(e)) * (vg - matmul(matmul(adjoint(v), v), along)))
    return in_dtype_of(solve(adjoint(v), matmul(middle, adjoint(v))), a)


@adjoint_convention
def _eigvals_rule(g: Any, ans: Any, a: Any) -> Any:
    _, v = eig(a)
    return in_dtype_of(solve(adjoint(v), matmul(diagonal_matrix(g), adjoint(v))), a)


def _svd(a: Any, *, full_matrices: bool) -> tuple[Any, Any, Any]:
    u, s, vh = np.linalg.svd(a, full_matrices)
    return s, u, np.conj(np.swapaxes(vh, -1, -2))


@adjoint_convention
def _svd_rule(g: Any, ans: Any, a: Any, *, full_matrices: bool) -> Any:
    """U (diag(g_s) + (J + J^H) S + S (K + K^H)) V^H and what the complements of U and V add.

    J = F * U^H g_U and K = F * V^H g_V with F_ij = 1 / (s_j**2 - s_i**2). For complex matrices the phases of U and V
    go together, which adds i Im(diag(g_V^H V)) / S to the middle.
    """
    (gs, gu, gv), (s, u, v) = g, ans
    k = s.shape[-1]
    _refuse_free_vectors(a, full_matrices, gu, gv)
    u, gu = _thin(u, gu, k)
    v, gv = _thin(v, gv, k)
    sizes, inverse = in_dtype_of(s, a), in_dtype_of(_inverse(s), a)
    f = in_dtype_of(reciprocal_gaps(s) * _inverse(as_row(s) + as_column(s)), a)
    uu = None if gu is None else matmul(adjoint(u), gu)
    vv = None if gv is None else matmul(adjoint(v), gv)
    middle = plus(
        None if gs is None else in_dtype_of(diagonal_matrix(gs), a),
        None if uu is None else _hermitian(f * uu) * as_row(sizes),
        None if vv is None else as_column(sizes) * _hermitian(f * vv),
        _phases(vv, inverse) if vv is not None and is_complex(a) else None,
    )
    return plus(
        matmul(matmul(u, middle), adjoint(v)),
        None if uu is None else matmul((gu - matmul(u, uu)) * as_row(inverse), adjoint(v)),
        None if vv is None else matmul(u * as_row(inverse), adjoint(gv - matmul(v, vv))),
    )


def _hermitian(x: Any) -> Any:
    return x + adjoint(x)


def _inverse(s: Any) -> Any:
    """1 / s, and 0 where s is 0."""
    return reciprocal_unless(known(lambda sizes: sizes == 0, s), s)


def _phases(vv: Any, inverse: Any) -> Any:
    turns = diag_part(vv, k=0)
    return diagonal_matrix(0.5 * (conjugate(turns) - turns) * inverse)


def _refuse_free_vectors(a: Any, full_matrices: bool, gu: Any, gv: Any) -> None:
    m, n = a.shape[-2:]
    if full_matrices and abs(m - n) > 1 and not (gu is None and gv is None):
        raise NotImplementedError(
            f"The gradient of svd with full_matrices=True is not defined for shapes that differ by more than 1, got "
            f"{m} and {n}: the additional vectors are arbitrary; use full_matrices=False."
        )


def _thin(u: Any, gu: Any, k: int) -> tuple[Any, Any]:
    """The first k columns, and a cotangent for them that includes what comes through the complement."""
    if u.shape[-1] == k:
        return u, gu
    first, others = (Ellipsis, slice(k)), (Ellipsis, slice(k, None))
    thin, rest = getitem(u, key=first), getitem(u, key=others)
    if gu is None:
        return thin, None
    through = matmul(rest, matmul(adjoint(getitem(gu, key=others)), thin))
    return thin, getitem(gu, key=first) - through


@adjoint_convention
def _singular_values_rule(g: Any, ans: Any, a: Any) -> Any:
    _, u, v = svd(a, full_matrices=False)
    return matmul(u * as_row(in_dtype_of(g, a)), adjoint(v))


eigh: Primitive = primitive("eigh", in_single(_eigh), _eigh_rule, outputs=True)
eigvalsh = primitive("eigvalsh", in_single(np.linalg.eigvalsh), _eigvalsh_rule)
eig: Primitive = primitive("eig", in_single(_eig), _eig_rule, outputs=True)
eigvals = primitive("eigvals", in_single(lambda a: _eig(a)[0]), _eigvals_rule)
svd: Primitive = primitive("svd", in_single(_svd), _svd_rule, outputs=True)
singular_values = primitive(
    "singular_values", in_single(lambda a: np.linalg.svd(a, compute_uv=False)), _singular_values_rule
)
