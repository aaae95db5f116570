"""Linear systems, inverses and determinants."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._arrays import concat, getitem, put, swap_last
from tapefit.tape.primitives._elementwise import is_complex
from tapefit.tape.primitives._linalg import matmul
from tapefit.tape.primitives._linalg_parts import (
    as_row,
    band_part,
    conjugate,
    each,
    in_dtype_of,
    in_single,
    plus,
    regular,
)
from tapefit.tape.primitives._reductions import reduce_sum
from tapefit.tape.primitives._select import zeros_for

_LAST_TWO = (-2, -1)


def _column(x: Any) -> Any:
    """Numbers (...) as matrices (..., 1, 1)."""
    return getitem(x, key=(Ellipsis, None, None))


def _triangular_solve(a: Any, b: Any, *, lower: bool, transposed: bool) -> Any:
    from scipy.linalg import get_blas_funcs

    if a.shape[-1] != a.shape[-2] or b.ndim < 2 or b.shape[-2] != a.shape[-1]:
        raise ValueError("the first must be square, and the second must have as many rows.")
    (trsm,) = get_blas_funcs(("trsm",), (a, b))
    solve = lambda a, b: trsm(1.0, a, b, lower=lower, trans_a=int(transposed))
    return each(solve, a, b, shape=b.shape[-2:], dtype=b.dtype)


def _triangle_rule(g: Any, ans: Any, a: Any, b: Any, *, lower: bool, transposed: bool) -> Any:
    gb = triangular_solve(a, g, lower=lower, transposed=not transposed)
    full = matmul(ans, swap_last(gb)) if transposed else matmul(gb, swap_last(ans))
    return -band_part(full, lower=-1 if lower else 0, upper=0 if lower else -1)


def _turned_bands(ab: Any, lower: int, upper: int) -> Any:
    """The bands of the transpose: row `lower + i - j` holds its elements (i, j) in column j."""
    n = ab.shape[-1]
    out = np.zeros_like(ab)
    for d in range(-lower, upper + 1):
        from_, to = slice(max(d, 0), n + min(d, 0)), slice(max(-d, 0), n + min(-d, 0))
        out[..., lower + d, to] = ab[..., upper - d, from_]
    return out


def _banded_solve(ab: Any, b: Any, *, lower: int, upper: int, transposed: bool) -> Any:
    from scipy.linalg import solve_banded

    if transposed:
        ab, lower, upper = _turned_bands(ab, lower, upper), upper, lower
    solve = lambda ab, b: solve_banded((lower, upper), ab, b, check_finite=False)
    return each(solve, ab, b, shape=b.shape[-2:], dtype=b.dtype)


def _bands_rule(g: Any, ans: Any, ab: Any, b: Any, *, lower: int, upper: int, transposed: bool) -> Any:
    p, q = banded_solve(ab, g, lower=lower, upper=upper, transposed=not transposed), ans
    if transposed:
        p, q = q, p
    rows = [_band_of_product(p, q, r - upper) for r in range(lower + upper + 1)]
    return -concat(*rows, axis=len(rows[0].shape) - 2)


def _band_of_product(p: Any, q: Any, d: int) -> Any:
    """The elements (j + d, j) of ``p @ q.T`` as one row, in column j."""
    n = p.shape[-2]
    i, j = slice(max(d, 0), n + min(d, 0)), slice(max(-d, 0), n + min(-d, 0))
    product = getitem(p, key=(Ellipsis, i, slice(None))) * getitem(q, key=(Ellipsis, j, slice(None)))
    sums = reduce_sum(product, axis=(len(product.shape) - 1,), keepdims=False)
    return as_row(put(sums, key=(Ellipsis, j), shape=(*sums.shape[:-1], n)))


def _cofactor(a: Any) -> Any:
    """The derivative of the determinant, also where it is 0."""
    det = np.asarray(np.linalg.det(a))
    if np.all(det != 0):
        return det[..., None, None] * np.swapaxes(np.linalg.inv(a), -1, -2)
    u, s, vh = np.linalg.svd(a)
    others = np.where(np.eye(s.shape[-1], dtype=bool), np.ones((), s.dtype), s[..., None, :]).prod(-1)
    sign = np.asarray(np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return np.asarray(sign * np.conj(u * others[..., None, :] @ vh), a.dtype)


def _cofactor_rule(g: Any, ans: Any, a: Any) -> Any:
    inverse = inv(a)
    trace = _column(reduce_sum(g * swap_last(inverse), axis=_tail(g), keepdims=False))
    return trace * ans - matmul(matmul(ans, swap_last(g)), swap_last(inverse))


def _tail(x: Any) -> tuple[int, int]:
    """The last two axes."""
    return len(x.shape) - 2, len(x.shape) - 1


def _slogdet(a: Any) -> tuple[Any, Any]:
    sign, size = np.linalg.slogdet(a)
    return np.asarray(sign, a.dtype), np.asarray(size)


def _slogdet_rule(g: Any, ans: Any, a: Any) -> Any:
    (g_sign, g_size), sign = g, ans[0]
    whole = None if g_size is None else in_dtype_of(g_size, a)  # cotangent of the complex log of the determinant
    if g_sign is not None:
        turn = g_sign * sign if is_complex(a) else zeros_for(g_sign) * g_sign
        whole = plus(whole, 0.5 * (turn - conjugate(turn)))
    return _column(whole) * swap_last(inv(a))


solve: Primitive = primitive(
    "solve",
    in_single(regular("solve", np.linalg.solve)),
    lambda g, ans, a, b: -matmul(solve(swap_last(a), g), swap_last(ans)),
    lambda g, ans, a, b: solve(swap_last(a), g),
    broadcasts=True,
)
triangular_solve: Primitive = primitive(
    "triangular_solve",
    in_single(_triangular_solve),
    _triangle_rule,
    lambda g, ans, a, b, *, lower, transposed: triangular_solve(a, g, lower=lower, transposed=not transposed),
    broadcasts=True,
    quiet=True,
)
banded_solve: Primitive = primitive(
    "banded_solve",
    in_single(regular("banded_solve", _banded_solve)),
    _bands_rule,
    lambda g, ans, ab, b, *, lower, upper, transposed: banded_solve(
        ab, g, lower=lower, upper=upper, transposed=not transposed
    ),
    broadcasts=True,
)
inv: Primitive = primitive(
    "inv",
    in_single(regular("inv", np.linalg.inv)),
    lambda g, ans, a: -matmul(matmul(swap_last(ans), g), swap_last(ans)),
)
det = primitive("det", in_single(np.linalg.det), lambda g, ans, a: _column(g) * cofactor(a))
cofactor: Primitive = primitive("cofactor", in_single(_cofactor), _cofactor_rule)
slogdet = primitive("slogdet", in_single(_slogdet), _slogdet_rule, outputs=True, quiet=True)
