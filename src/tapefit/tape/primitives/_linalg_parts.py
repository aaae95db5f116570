"""What the rules of matrices are made of: adjoints, triangles and diagonals."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._primitive import Primitive, Rule, primitive
from tapefit.tape.primitives._arrays import getitem, swap_last
from tapefit.tape.primitives._elementwise import cast, conj, is_complex
from tapefit.tape.primitives._select import array_in, constant_like, known, where

# The last axis of a vector as rows, or as columns, of a matrix.
_ROW = (Ellipsis, None, slice(None))
_COLUMN = (Ellipsis, slice(None), None)


def conjugate(x: Any) -> Any:
    """The complex conjugate; a real x as it is, without a step on the tape."""
    return conj(x) if is_complex(x) else x


def adjoint(x: Any) -> Any:
    """The conjugate transpose of the last two axes."""
    return conjugate(swap_last(x))


def real_part(x: Any) -> Any:
    """The real part, in the dtype of `x`."""
    return 0.5 * (x + conj(x)) if is_complex(x) else x


def in_dtype_of(x: Any, other: Any) -> Any:
    """`x` cast to the dtype of `other`; real numbers beside complex ones."""
    dtype = array_in(other).dtype
    return x if array_in(x).dtype == dtype else cast(x, dtype=dtype)


def plus(*parts: Any) -> Any:
    """The sum of the parts that are not None; None if all are."""
    there = [p for p in parts if p is not None]
    return sum(there[1:], there[0]) if there else None


def as_row(x: Any) -> Any:
    """Vectors (..., n) as matrices (..., 1, n)."""
    return getitem(x, key=_ROW)


def as_column(x: Any) -> Any:
    """Vectors (..., n) as matrices (..., n, 1)."""
    return getitem(x, key=_COLUMN)


def adjoint_convention(rule: Rule) -> Rule:
    """A rule written with adjoints for TensorFlow's complex gradients, as one of ours, which are their conjugates."""

    @functools.wraps(rule)
    def ours(g: Any, ans: Any, *args: Any, **params: Any) -> Any:
        bars = tuple(None if p is None else conjugate(p) for p in g) if isinstance(g, tuple) else conjugate(g)
        return conjugate(rule(bars, ans, *args, **params))

    return ours


def in_single(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn`, computed in float32 for the float16 arrays that LAPACK and SciPy do not take, and rounded back."""

    @functools.wraps(fn)
    def wide(*arrays: Any, **params: Any) -> Any:
        if arrays[0].dtype != np.float16:
            return fn(*arrays, **params)
        out = fn(*(a.astype(np.float32) for a in arrays), **params)
        return tuple(map(_rounded, out)) if isinstance(out, tuple) else _rounded(out)

    return wide


def _rounded(x: Any) -> Any:
    return x.astype(np.float16) if x.dtype == np.float32 else x


def regular(name: str, fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn`, with LAPACK's complaint about a singular matrix in TensorFlow's words."""

    def checked(*arrays: Any, **params: Any) -> Any:
        try:
            return fn(*arrays, **params)
        except np.linalg.LinAlgError as error:
            if "ingular" not in str(error):
                raise
            raise InvalidArgumentError(
                f"{name}: Input is not invertible. Use tf.linalg.pinv or tf.linalg.lstsq, or add a multiple of the "
                "identity."
            ) from None

    return checked


def each(fn: Callable[..., Any], *stacks: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """`fn` applied to matrix after matrix of stacks that broadcast; `shape` and `dtype` are those of one result."""
    batch = np.broadcast_shapes(*(s.shape[:-2] for s in stacks))
    spread = [np.broadcast_to(s, (*batch, *s.shape[-2:])) for s in stacks]
    out = np.empty((*batch, *shape), dtype)
    for i in np.ndindex(batch):
        out[i] = fn(*(s[i] for s in spread))
    return out


def _places(shape: tuple[int, ...], k: int) -> tuple[Any, Any]:
    """Rows and columns of the k-th diagonal of a matrix of this shape."""
    n, m = shape
    along = np.arange(max(min(n + min(k, 0), m - max(k, 0)), 0))
    return along + max(-k, 0), along + max(k, 0)


def _diag(x: Any, *, k: int, shape: tuple[int, int]) -> Any:
    out = np.zeros((*x.shape[:-1], *shape), x.dtype)
    out[(Ellipsis, *_places(shape, k))] = x
    return out


def _band(x: Any, *, lower: int, upper: int) -> Any:
    n, m = x.shape[-2:]
    below = np.arange(n)[:, None] - np.arange(m)  # how far below the diagonal each element lies
    inside = (below <= (n if lower < 0 else lower)) & (-below <= (m if upper < 0 else upper))
    return np.where(inside, x, np.zeros((), x.dtype))


diag_part: Primitive = primitive(
    "diag_part",
    lambda x, *, k: np.diagonal(x, k, -2, -1),
    lambda g, ans, x, *, k: diag(g, k=k, shape=tuple(x.shape[-2:])),
    reads="shapes",
)
diag: Primitive = primitive("diag", _diag, lambda g, ans, x, *, k, shape: diag_part(g, k=k), reads="shapes")
band_part: Primitive = primitive(
    "band_part",
    _band,
    lambda g, ans, x, *, lower, upper: band_part(g, lower=lower, upper=upper),
    reads="shapes",
)


def diagonal_matrix(x: Any) -> Any:
    """Square matrices with the vectors `x` on their diagonals."""
    return diag(x, k=0, shape=(x.shape[-1],) * 2)


def lower_half(x: Any) -> Any:
    """The lower triangle, with half of the diagonal."""
    return band_part(x, lower=-1, upper=0) - 0.5 * diagonal_matrix(diag_part(x, k=0))


def reciprocal_unless(near: Any, x: Any) -> Any:
    """1 / x, and 0 where `near` says so, with no derivative there."""
    one = constant_like(1, x)
    return where(near, constant_like(0, x), one / where(near, one, x))


def reciprocal_gaps(e: Any) -> Any:
    """1 / (e_j - e_i), and 0 where the two differ by no more than rounding: equal values give finite gradients."""
    gaps = as_row(e) - as_column(e)
    return reciprocal_unless(known(_within_rounding, e, gaps), gaps)


def _within_rounding(e: Any, gaps: Any) -> Any:
    sizes = np.abs(e)
    rounding = sizes.shape[-1] * np.finfo(sizes.dtype).eps * sizes.max(-1, keepdims=True, initial=0)
    return np.abs(gaps) <= rounding[..., None]
