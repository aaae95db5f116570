"""NumPy's linear algebra and transforms, and SciPy's special functions, applied to tensors.

They keep NumPy's arguments, results and `LinAlgError`. The table is read when the first of them is called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, pair, tensor_of
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape._whole import as_check
from tapefit.tape.ops import _linalg as products
from tapefit.tape.ops import _linalg_diag as diagonals
from tapefit.tape.ops import _linalg_einsum as labels
from tapefit.tape.ops import _linalg_factors as factors
from tapefit.tape.ops import _linalg_solve as systems
from tapefit.tape.ops import _signal, _special
from tapefit.tape.ops._array import expand_dims, reshape, squeeze, transpose
from tapefit.tape.ops._math import where
from tapefit.tape.ops._reduce import reduce_sum
from tapefit.tape.primitives import _linalg_products


class EigResult(NamedTuple):
    """Of np.linalg.eig and np.linalg.eigh."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class SVDResult(NamedTuple):
    """Of np.linalg.svd."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class SlogdetResult(NamedTuple):
    """Of np.linalg.slogdet."""

    sign: Tensor
    logabsdet: Tensor


class QRResult(NamedTuple):
    """Of np.linalg.qr."""

    Q: Tensor
    R: Tensor


def _ndim(x: Any) -> int:
    return len(x.shape) if hasattr(x, "shape") else np.ndim(x)


def _real(x: Tensor) -> Tensor:
    """Real numbers that an op of TensorFlow gives as complex ones."""
    return p.cast.record((x,), {"dtype": x._array.real.dtype}) if p.is_complex(x) else x


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    if ord is None:
        return _real(products.norm(x, "euclidean", axis, keepdims))
    if axis is None:
        n = _ndim(x)
        if n not in (1, 2):
            raise ValueError("Improper number of dimensions to norm.")
        axis = 0 if n == 1 else (0, 1)
    return _real(products.norm(x, ord, axis, keepdims))


def _solve(a: Any, b: Any) -> Tensor:
    if _ndim(b) > 1:
        return systems.solve(a, b)
    a, b = pair(a, b, "solve")
    return squeeze(systems.solve(a, expand_dims(b, -1)), -1)


def _cholesky(a: Any, *, upper: bool = False) -> Tensor:
    a = tensor_of(a)
    factor = factors.cholesky(diagonals.adjoint(a) if upper else a)
    _must_be_definite(factor, a)
    return diagonals.adjoint(factor) if upper else factor


@as_check
def _must_be_definite(factor: Tensor, a: Tensor) -> None:
    if np.isnan(factor._array).any() and not np.isnan(a._array).any():
        raise np.linalg.LinAlgError("Matrix is not positive definite")


def _eigh(a: Any, UPLO: str = "L") -> EigResult:
    e, v = factors.eigh(_lower(a, UPLO))
    return EigResult(_real(e), v)


def _lower(a: Any, UPLO: str) -> Any:
    if UPLO.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return a if UPLO.upper() == "L" else diagonals.adjoint(a)


def _eig(a: Any) -> EigResult:
    e, v = factors.eig(a)
    may_be_real = tensor_of(a)._array.dtype.kind == "f" and _numpy_gives_real_eigenvalues()
    real = may_be_real and not values_of(e, "np.linalg.eig").imag.any()
    return EigResult(*map(_real, (e, v))) if real else EigResult(e, v)


@functools.cache
def _numpy_gives_real_eigenvalues() -> bool:
    """Whether np.linalg.eig drops imaginary parts that are all zero: until NumPy 2.4."""
    return np.linalg.eig(np.eye(1)).eigenvalues.dtype.kind == "f"


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    if not compute_uv:
        return factors.svd(a, compute_uv=False)
    s, u, v = factors.svd(a, full_matrices)
    return SVDResult(u, s, diagonals.adjoint(v))


def _qr(a: Any, mode: str = "reduced") -> Any:
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"np.linalg.qr of a tensor takes mode 'reduced', 'complete' or 'r', got {mode!r}; choose one.")
    q, r = factors.qr(a, mode == "complete")
    return r if mode == "r" else QRResult(q, r)


def _slogdet(a: Any) -> SlogdetResult:
    sign, size = systems.slogdet(a)
    return SlogdetResult(sign, _real(size))


def _pinv(a: Any, rcond: Any = None) -> Tensor:
    a = tensor_of(a)
    return systems.pinv(a, _rounding(a) if rcond is None else rcond)


def _rounding(a: Tensor) -> float:
    return float(max(a._array.shape[-2:]) * np.finfo(a._array.dtype).eps)


def _lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Tensor, Tensor, int, Tensor]:
    a, b = pair(a, b, "lstsq")
    rcond = _rounding(a) if rcond is None else rcond
    column = b if _ndim(b) == 2 else expand_dims(b, -1)
    x = products.matmul(systems.pinv(a, rcond), column)
    s = factors.svd(a, compute_uv=False)
    sizes = values_of(s, "the rank in np.linalg.lstsq")
    rank = int(np.sum(sizes > rcond * sizes.max(initial=0)))
    m, n = a._array.shape
    rest = o.absolute(o.subtract(column, products.matmul(a, x)))
    squares = reduce_sum(o.square(rest), 0) if rank == n < m else Tensor(np.zeros(0, s._array.dtype))
    return (x if _ndim(b) == 2 else squeeze(x, -1)), squares, rank, s


def _matrix_power(a: Any, n: int) -> Tensor:
    a = tensor_of(a)
    if n < 0:
        return _matrix_power(systems.inv(a), -n)
    if n == 0:
        return Tensor(np.broadcast_to(np.eye(a._array.shape[-1], dtype=a._array.dtype), a._array.shape))
    half = _matrix_power(a, n // 2) if n > 1 else None
    whole = a if half is None else products.matmul(half, half)
    return whole if half is None or n % 2 == 0 else products.matmul(whole, a)


def _multi_dot(arrays: Sequence[Any]) -> Tensor:
    total = arrays[0]
    for other in arrays[1:]:
        total = products.tensordot(tensor_of(total), other, 1)
    return total  # type: ignore[no-any-return]


def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    a = tensor_of(a)
    n = _ndim(a)
    axis1, axis2 = axis1 % n, axis2 % n
    rest = [i for i in range(n) if i not in (axis1, axis2)]
    turned = a if (axis1, axis2) == (n - 2, n - 1) else transpose(a, [*rest, axis1, axis2])
    return diagonals.diag_part(turned, k=offset)


def _diag(v: Any, k: int = 0) -> Tensor:
    if _ndim(v) not in (1, 2):
        raise ValueError("Input must be 1- or 2-d.")
    return diagonals.diag(v, k=k) if _ndim(v) == 1 else diagonals.diag_part(v, k=k)


def _triangle(m: Any, k: int, upper: bool) -> Tensor:
    m = tensor_of(m)
    rows, columns = m._array.shape[-2:]
    below = np.tri(rows, columns, k - upper, dtype=bool)
    return where(~below if upper else below, m, like(0, m))


def _inner(a: Any, b: Any) -> Tensor:
    a, b = pair(a, b, "inner")
    if not _ndim(a) or not _ndim(b):
        return o.multiply(a, b)
    return products.tensordot(a, b, [[_ndim(a) - 1], [_ndim(b) - 1]])


def _flat(a: Any) -> Tensor:
    return reshape(a, [-1])


def _outer(a: Any, b: Any) -> Tensor:
    a, b = pair(a, b, "outer")
    return o.multiply(expand_dims(_flat(a), 1), expand_dims(_flat(b), 0))


def _vdot(a: Any, b: Any) -> Tensor:
    a, b = pair(a, b, "vdot")
    return products.tensordot(p.conj.record((_flat(a),), {}) if p.is_complex(a) else _flat(a), _flat(b), 1)


def _kron(a: Any, b: Any) -> Tensor:
    a, b = pair(a, b, "kron")
    n = max(_ndim(a), _ndim(b))
    shapes = [(1,) * (n - _ndim(x)) + tuple(x._array.shape) for x in (a, b)]
    left = reshape(a, [d for k in shapes[0] for d in (k, 1)])
    right = reshape(b, [d for k in shapes[1] for d in (1, k)])
    return reshape(o.multiply(left, right), [i * j for i, j in zip(*shapes, strict=True)])


def _cross(a: Any, b: Any) -> Tensor:
    a, b = pair(a, b, "cross")
    return _linalg_products.cross.record((a, b), {})


def _vecdot(a: Any, b: Any) -> Tensor:
    a, b = pair(a, b, "vecdot")
    return reduce_sum(o.multiply(p.conj.record((a,), {}) if p.is_complex(a) else a, b), -1)


def _complex(value: Any) -> Tensor:
    x = tensor_of(value)
    if p.is_complex(x):
        return x
    return p.cast.record((x,), {"dtype": np.result_type(x._array.dtype, np.complex64)})


def _rank(A: Any) -> Tensor:
    return factors.matrix_rank(A)


def _linear(op: Callable[..., Any]) -> Callable[..., Any]:
    """`op`, whose refusals are NumPy's: a LinAlgError."""

    def numpys(*args: Any, **options: Any) -> Any:
        try:
            return op(*args, **options)
        except InvalidArgumentError as error:
            raise np.linalg.LinAlgError(str(error)) from error

    return numpys


_LINALG: dict[Any, Callable[..., Any]] = {
    np.linalg.cholesky: _cholesky,
    np.linalg.det: lambda a: systems.det(a),
    np.linalg.diagonal: lambda x, *, offset=0: diagonals.diag_part(x, k=offset),
    np.linalg.eig: _eig,
    np.linalg.eigh: _eigh,
    np.linalg.eigvals: lambda a: _eig(a).eigenvalues,
    np.linalg.eigvalsh: lambda a, UPLO="L": _real(factors.eigvalsh(_lower(a, UPLO))),
    np.linalg.inv: lambda a: systems.inv(a),
    np.linalg.lstsq: _lstsq,
    np.linalg.matrix_power: _matrix_power,
    np.linalg.matrix_rank: _rank,
    np.linalg.matrix_transpose: lambda x: products.matrix_transpose(x),
    np.linalg.multi_dot: _multi_dot,
    np.linalg.norm: _norm,
    np.linalg.pinv: _pinv,
    np.linalg.qr: _qr,
    np.linalg.slogdet: _slogdet,
    np.linalg.solve: _solve,
    np.linalg.svd: _svd,
    np.linalg.svdvals: lambda x: factors.svd(x, compute_uv=False),
    np.linalg.trace: lambda x: diagonals.trace(x),
}

FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{f: _linear(op) for f, op in _LINALG.items()},
    np.cross: _cross,
    np.diag: _diag,
    np.diagonal: _diagonal,
    np.einsum: lambda subscripts, *operands, optimize=False: labels.einsum(subscripts, *operands),
    np.fft.fft: lambda a: _signal.fft(_complex(a)),
    np.fft.fft2: lambda a: _signal.fft2d(_complex(a)),
    np.fft.fftshift: lambda x, axes=None: _signal.fftshift(x, axes),
    np.fft.ifft: lambda a: _signal.ifft(_complex(a)),
    np.fft.ifft2: lambda a: _signal.ifft2d(_complex(a)),
    np.fft.ifftshift: lambda x, axes=None: _signal.ifftshift(x, axes),
    np.fft.irfft: lambda a, n=None: _signal.irfft(_complex(a), None if n is None else [n]),
    np.fft.rfft: lambda a, n=None: _signal.rfft(a, None if n is None else [n]),
    np.inner: _inner,
    np.kron: _kron,
    np.linalg.cross: _cross,
    np.linalg.matmul: lambda x1, x2: products.matmul(x1, x2),
    np.linalg.outer: _outer,
    np.linalg.vector_norm: lambda x, *, axis=None, keepdims=False, ord=2: _real(products.norm(x, ord, axis, keepdims)),
    np.matrix_transpose: lambda x: products.matrix_transpose(x),
    np.outer: _outer,
    np.trace: lambda a, offset=0, axis1=0, axis2=1: reduce_sum(_diagonal(a, offset, axis1, axis2), -1),
    np.tril: lambda m, k=0: _triangle(m, k, False),
    np.triu: lambda m, k=0: _triangle(m, k, True),
    np.vdot: _vdot,
}

# Of SciPy's special functions, by name; and NumPy's own products that are ufuncs since version 2.2.
UFUNCS: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(_special, name)
        for name in ("betainc", "dawsn", "digamma", "erf", "erfc", "erfcinv", "erfinv", "ndtri", "spence")
    },
    **{
        f"{kind}{end}": getattr(_special, f"bessel_{kind}{end}")
        for kind in ("i0", "i1", "k0", "k1", "j0", "j1", "y0", "y1")
        for end in (("", "e") if kind[0] in "ik" else ("",))
    },
    "expi": _special.expint,
    "gammainc": _special.igamma,
    "gammaincc": _special.igammac,
    "gammaln": _special.lgamma,
    "matvec": lambda a, b: products.matvec(*pair(a, b, "matvec")),
    "nextafter": _special.nextafter,
    "psi": _special.digamma,
    "vecdot": _vecdot,
}
