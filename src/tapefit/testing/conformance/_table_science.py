"""Linear algebra, special functions and signals, each called as a user calls it, under either package."""

from __future__ import annotations

from typing import Any

from tapefit.tape.testing._domains import between, positive
from tapefit.tape.testing._matrices import bands, near_identity, separate
from tapefit.testing.conformance._row import Row, binary, row, unary

_M = (near_identity(), (3, 3))
_STACK = (near_identity(), (2, 2, 2))
_B = (3, 2)
_TALL, _WIDE = (separate(), (4, 2)), (separate(), (2, 4))
_BANDS = (bands, (3, 4))
_unit = between(0.1, 0.9)


def _hermitian(tf: Any, a: Any) -> Any:
    """A positive definite matrix with eigenvalues apart."""
    return tf.matmul(a, a, adjoint_b=True) + tf.linalg.diag(tf.cast([0.5, 1.0, 3.0], a.dtype))


def _size(tf: Any, v: Any) -> Any:
    """What does not change with signs and phases."""
    return tf.math.real(v * tf.math.conj(v))


def _eigh(tf: Any, a: Any) -> Any:
    e, v = tf.linalg.eigh(_hermitian(tf, a))
    return e, _size(tf, v)


def _svd(tf: Any, a: Any) -> Any:
    s, u, v = tf.linalg.svd(a)
    return s, tf.matmul(u, v, adjoint_b=True)


def _eig(tf: Any, a: Any) -> Any:
    e, v = tf.linalg.eig(a)
    return tf.reduce_sum(e**3), tf.reduce_sum(tf.cast(_size(tf, v), e.dtype) * e[None, :] ** 2)


_SYSTEMS = [
    row("linalg.solve", lambda tf, a, b: tf.linalg.solve(a, b), _M, _B, complex=True),
    row("linalg.solve adjoint", lambda tf, a, b: tf.linalg.solve(a, b, adjoint=True), _M, _B, complex=True),
    row("linalg.inv", lambda tf, a: tf.linalg.inv(a), _STACK, complex=True),
    row("linalg.det", lambda tf, a: tf.linalg.det(a), _STACK),
    row("linalg.slogdet", lambda tf, a: list(tf.linalg.slogdet(a)), _M),
    row("linalg.logdet", lambda tf, a: tf.linalg.logdet(_hermitian(tf, a)), _M, complex=True),
    row("linalg.triangular_solve", lambda tf, a, b: tf.linalg.triangular_solve(a, b), _M, _B, complex=True),
    row(
        "linalg.triangular_solve upper",
        lambda tf, a, b: tf.linalg.triangular_solve(a, b, lower=False, adjoint=True),
        *(_M, _B),
        complex=True,
    ),
    row("linalg.cholesky_solve", lambda tf, a, b: tf.linalg.cholesky_solve(a, b), _M, _B, complex=True),
    row("linalg.lstsq", lambda tf, a, b: tf.linalg.lstsq(a, b), _TALL, (4, 2)),
    row("linalg.lstsq wide", lambda tf, a, b: tf.linalg.lstsq(a, b, l2_regularizer=0.5), _WIDE, (2, 3)),
    row("linalg.pinv", lambda tf, a: tf.linalg.pinv(a), _TALL),
    row("linalg.lu_solve", lambda tf, a, b: tf.linalg.lu_solve(a, tf.constant([2, 0, 1]), b), _M, _B),
    row("linalg.lu_reconstruct", lambda tf, a: tf.linalg.lu_reconstruct(a, tf.constant([2, 0, 1])), _M),
    row("linalg.lu_matrix_inverse", lambda tf, a: tf.linalg.lu_matrix_inverse(a, tf.constant([2, 0, 1])), _M),
    row("linalg.tridiagonal_solve", lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b), _BANDS, (4, 2)),
    row("linalg.tridiagonal_matmul", lambda tf, d, b: tf.linalg.tridiagonal_matmul(d, b), _BANDS, (4, 2)),
    row(
        "linalg.banded_triangular_solve",
        lambda tf, d, b: tf.linalg.banded_triangular_solve(d, b),
        *((positive, (2, 4)), (4, 2)),
    ),
]
_FACTORS = [
    row("linalg.cholesky", lambda tf, a: tf.linalg.cholesky(_hermitian(tf, a)), _M, complex=True),
    row("linalg.qr", lambda tf, a: list(tf.linalg.qr(a)), _TALL, complex=True),
    row("linalg.qr wide", lambda tf, a: list(tf.linalg.qr(a)), _WIDE),
    row("linalg.eigh", _eigh, _M, complex=True),
    row("linalg.eigvalsh", lambda tf, a: tf.linalg.eigvalsh(_hermitian(tf, a)), _M, complex=True),
    row("linalg.svd", _svd, (separate(), (3, 3))),
    row("linalg.svd tall", _svd, _TALL),
    row("linalg.svd values", lambda tf, a: tf.linalg.svd(a, compute_uv=False), _WIDE),
    row("linalg.eig", _eig, _M),
    row("linalg.eigvals", lambda tf, a: tf.reduce_sum(tf.linalg.eigvals(a) ** 3), _M),
    row("linalg.expm", lambda tf, a: tf.linalg.expm(a), _STACK, complex=True),
    row("linalg.sqrtm", lambda tf, a: tf.linalg.sqrtm(a), _M),
    row("linalg.logm", lambda tf, a: tf.linalg.logm(tf.cast(a, tf.complex128)), _M),
    row("linalg.lu", lambda tf, a: tf.linalg.lu(a)[0], (separate(), (3, 3))),
]
_PARTS = [
    row("linalg.trace", lambda tf, a: tf.linalg.trace(a), (2, 3, 3), complex=True),
    row("linalg.adjoint", lambda tf, a: tf.linalg.adjoint(a), (2, 3), complex=True),
    row("linalg.diag", lambda tf, d: tf.linalg.diag(d, k=1), (2, 3), complex=True),
    row("linalg.diag bands", lambda tf, d: tf.linalg.diag(d, k=(-1, 1), padding_value=2.0), (3, 3)),
    row("linalg.diag_part", lambda tf, a: tf.linalg.diag_part(a), (2, 3, 4), complex=True),
    row("linalg.diag_part bands", lambda tf, a: tf.linalg.diag_part(a, k=(-1, 2)), (3, 4)),
    row("linalg.set_diag", lambda tf, a, d: tf.linalg.set_diag(a, d), (2, 3, 3), (2, 3), complex=True),
    row("linalg.band_part", lambda tf, a: tf.linalg.band_part(a, 1, 0), (3, 4), complex=True),
    row("linalg.tensor_diag", lambda tf, a: tf.linalg.tensor_diag(a), (2, 3)),
    row("linalg.tensor_diag_part", lambda tf, a: tf.linalg.tensor_diag_part(a), (2, 3, 2, 3)),
    row("linalg.cross", lambda tf, a, b: tf.linalg.cross(a, b), (2, 3), (2, 3)),
    row("linalg.normalize", lambda tf, a: list(tf.linalg.normalize(a, axis=1)), (2, 3)),
    row("linalg.global_norm", lambda tf, a, b: tf.linalg.global_norm([a, b]), (2, 3), (4,)),
    row("linalg.norm 1 of matrices", lambda tf, a: tf.linalg.norm(a, ord=1, axis=[0, 1]), (3, 3)),
    row("linalg.norm 2 of matrices", lambda tf, a: tf.linalg.norm(a, ord=2, axis=[0, 1]), (3, 4)),
    row("linalg.norm 3 of vectors", lambda tf, a: tf.linalg.norm(a, ord=3, axis=1), (3, 4)),
    row("einsum", lambda tf, a, b: tf.einsum("bij,jk->bki", a, b), (2, 3, 2), (2, 3), complex=True),
    row("einsum ellipsis", lambda tf, a, b: tf.einsum("...i,...i->...", a, b), (2, 3), (1, 3), complex=True),
    row("einsum trace", lambda tf, a: tf.einsum("bii->b", a), (2, 3, 3)),
]
_SPECIAL = [
    *unary("math.lgamma math.digamma math.special.expint math.special.spence", positive),
    *unary("math.erf math.erfc math.special.dawsn math.special.fresnel_cos math.special.fresnel_sin"),
    *unary("math.erfcinv math.ndtri", _unit),
    *unary("math.erfinv", between(-0.9, 0.9)),
    *unary(" ".join(f"math.special.bessel_{n}" for n in ("i0", "i0e", "i1", "i1e", "j0", "j1")), positive),
    *unary(" ".join(f"math.special.bessel_{n}" for n in ("k0", "k0e", "k1", "k1e", "y0", "y1")), positive),
    *unary(" ".join(f"math.bessel_{n}" for n in ("i0", "i0e", "i1", "i1e")), positive),
    *binary("math.nextafter"),
    row("math.igamma", lambda tf, x: tf.math.igamma(tf.constant(1.5, x.dtype), x), (positive, (2, 3))),
    row("math.igammac", lambda tf, x: tf.math.igammac(tf.constant(1.5, x.dtype), x), (positive, (2, 3))),
    row(
        "math.betainc",
        lambda tf, x: tf.math.betainc(tf.constant(1.5, x.dtype), tf.constant(0.5, x.dtype), x),
        (_unit, (3,)),
    ),
    row("math.zeta", lambda tf, q: tf.math.zeta(tf.constant(2.5, q.dtype), q), (positive, (3,))),
    row("math.polygamma", lambda tf, x: tf.math.polygamma(tf.constant(2.0, x.dtype), x), (positive, (3,))),
    row("math.lbeta", lambda tf, x: tf.math.lbeta(x), (positive, (2, 3))),
]


def _complex_only(name: str, shape: tuple[int, ...], **options: Any) -> Row:
    """Of complex numbers, made of real ones where those are tried."""

    def call(tf: Any, x: Any) -> Any:
        found = getattr(tf.signal, name)
        return found(x if x.dtype.is_complex else tf.complex(x, 0.5 * x), **options)

    return row(f"signal.{name}", call, shape, complex=True)


_SIGNAL = [
    *(_complex_only(f"{way}fft{n}", (2, 3, 4)) for way in ("", "i") for n in ("", "2d", "3d")),
    *(_complex_only(f"irfft{n}", (2, 3, 4)) for n in ("", "2d", "3d")),
    row("signal.rfft", lambda tf, x: tf.signal.rfft(x), (2, 5)),
    row("signal.rfft2d", lambda tf, x: tf.signal.rfft2d(x), (3, 4)),
    row("signal.rfft3d", lambda tf, x: tf.signal.rfft3d(x), (2, 3, 4)),
    row("signal.fftshift", lambda tf, x: tf.signal.fftshift(x), (3, 4)),
    row("signal.ifftshift", lambda tf, x: tf.signal.ifftshift(x), (3, 4)),
    row("signal.dct", lambda tf, x: tf.signal.dct(x), (2, 5)),
    row("signal.dct ortho", lambda tf, x: tf.signal.dct(x, norm="ortho"), (2, 5)),
    row("signal.dct of type 3", lambda tf, x: tf.signal.dct(x, type=3), (2, 5)),
    row("signal.idct", lambda tf, x: tf.signal.idct(x), (2, 5)),
    row("signal.frame", lambda tf, x: tf.signal.frame(x, 3, 2, pad_end=True), (2, 8)),
    row("signal.overlap_and_add", lambda tf, x: tf.signal.overlap_and_add(x, 2), (2, 3, 4)),
    row("signal.stft", lambda tf, x: tf.signal.stft(x, 4, 2), (2, 8)),
]

SCIENCE: tuple[Row, ...] = (*_SYSTEMS, *_FACTORS, *_PARTS, *_SPECIAL, *_SIGNAL)
