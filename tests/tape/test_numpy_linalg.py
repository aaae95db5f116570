"""np.linalg, np.einsum, np.fft and scipy.special applied to tensors: NumPy's results, on the tape."""

import numpy as np
import pytest
from scipy import special

import tapefit as tf
from tapefit.tape import _numpy_linalg as tables
from tapefit.testing import check_grads

rng = np.random.default_rng(7)
A = rng.normal(size=(3, 3)) + 3 * np.eye(3)
S = A @ A.T
B, V, TALL = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=(5, 3))
Z = A + 1j * rng.normal(size=(3, 3))
STACK = rng.normal(size=(2, 3, 3)) + 2 * np.eye(3)

CALLS = {
    "cholesky": lambda: (np.linalg.cholesky, S),
    "cholesky upper": lambda: (lambda a: np.linalg.cholesky(a, upper=True), S),
    "det": lambda: (np.linalg.det, A),
    "diagonal of the last axes": lambda: (np.linalg.diagonal, STACK),
    "eig": lambda: (lambda a: np.linalg.eig(a).eigenvalues, A),
    "eig real": lambda: (lambda a: np.linalg.eig(a)[1], S),
    "eigh": lambda: (lambda a: np.linalg.eigh(a).eigenvalues, S),
    "eigh vectors": lambda: (lambda a: np.linalg.eigh(a).eigenvectors ** 2, S),
    "eigh upper": lambda: (lambda a: np.linalg.eigh(a, "U")[0], np.triu(S)),
    "eigvals": lambda: (np.linalg.eigvals, A),
    "eigvalsh": lambda: (np.linalg.eigvalsh, S),
    "eigvalsh upper": lambda: (lambda a: np.linalg.eigvalsh(a, UPLO="U"), np.triu(S)),
    "inv": lambda: (np.linalg.inv, STACK),
    "lstsq": lambda: (lambda a: np.linalg.lstsq(a, np.arange(5.0))[0], TALL),
    "lstsq residuals": lambda: (lambda a: np.linalg.lstsq(a, np.ones((5, 2)))[1], TALL),
    "lstsq values": lambda: (lambda a: np.linalg.lstsq(a, np.ones((5, 2)))[3], TALL),
    "matrix_power": lambda: (lambda a: np.linalg.matrix_power(a, 5), A),
    "matrix_power 1": lambda: (lambda a: np.linalg.matrix_power(a, 1), A),
    "matrix_power negative": lambda: (lambda a: np.linalg.matrix_power(a, -2), A),
    "matrix_transpose": lambda: (np.linalg.matrix_transpose, STACK),
    "multi_dot": lambda: (lambda a: np.linalg.multi_dot([a, A, B]), TALL),
    "norm": lambda: (np.linalg.norm, STACK),
    "norm 2 of a matrix": lambda: (lambda a: np.linalg.norm(a, 2), A),
    "norm 1 of a matrix": lambda: (lambda a: np.linalg.norm(a, 1), A),
    "norm fro": lambda: (lambda a: np.linalg.norm(a, "fro"), A),
    "norm 3 of a vector": lambda: (lambda a: np.linalg.norm(a, 3), V),
    "norm inf of rows": lambda: (lambda a: np.linalg.norm(a, np.inf, axis=1), A),
    "norm complex": lambda: (np.linalg.norm, Z),
    "pinv": lambda: (np.linalg.pinv, TALL),
    "pinv rcond": lambda: (lambda a: np.linalg.pinv(a, 0.5), TALL),
    "qr": lambda: (lambda a: np.linalg.qr(a).R, TALL),
    "qr q": lambda: (lambda a: np.linalg.qr(a)[0], TALL),
    "qr r": lambda: (lambda a: np.linalg.qr(a, mode="r"), TALL),
    "slogdet": lambda: (lambda a: np.linalg.slogdet(a).logabsdet, STACK),
    "solve": lambda: (lambda a: np.linalg.solve(a, B), A),
    "solve a vector": lambda: (lambda b: np.linalg.solve(A, b), V),
    "solve a stack": lambda: (lambda a: np.linalg.solve(a, B), STACK),
    "svd": lambda: (lambda a: np.linalg.svd(a).S, TALL),
    "svd pairs": lambda: (lambda a: (lambda r: r.U[:, :1] @ r.Vh[:1])(np.linalg.svd(a, False)), TALL),
    "svd values": lambda: (lambda a: np.linalg.svd(a, compute_uv=False), TALL),
    "svdvals": lambda: (np.linalg.svdvals, STACK),
    "trace of the last axes": lambda: (np.linalg.trace, STACK),
    "linalg.cross": lambda: (lambda a: np.linalg.cross(a, S), A),
    "linalg.matmul": lambda: (lambda a: np.linalg.matmul(a, B), A),
    "linalg.outer": lambda: (lambda a: np.linalg.outer(a, V), V),
    "vector_norm": lambda: (lambda a: np.linalg.vector_norm(a, axis=1), A),
    "cross": lambda: (lambda a: np.cross(a, V), A),
    "diag of a vector": lambda: (lambda a: np.diag(a, 1), V),
    "diag of a matrix": lambda: (lambda a: np.diag(a, -1), A),
    "diagonal": lambda: (lambda a: np.diagonal(a, 1), STACK),
    "diagonal of other axes": lambda: (lambda a: np.diagonal(a, 0, 2, 1), STACK),
    "einsum": lambda: (lambda a: np.einsum("ij,jk->k", a, B), A),
    "einsum optimize": lambda: (lambda a: np.einsum("ij,jk,k->i", a, B, B[0], optimize=True), A),
    "fft": lambda: (np.fft.fft, A),
    "ifft": lambda: (np.fft.ifft, Z),
    "fft2": lambda: (np.fft.fft2, A),
    "ifft2": lambda: (np.fft.ifft2, Z),
    "fftshift": lambda: (np.fft.fftshift, A),
    "ifftshift": lambda: (lambda a: np.fft.ifftshift(a, axes=(0,)), A),
    "rfft": lambda: (np.fft.rfft, A),
    "irfft": lambda: (lambda a: np.fft.irfft(a, 5), Z),
    "inner": lambda: (lambda a: np.inner(a, A), STACK),
    "inner with a number": lambda: (lambda a: np.inner(a, 2.0), V),
    "kron": lambda: (lambda a: np.kron(a, A), B),
    "kron of vectors and matrices": lambda: (lambda a: np.kron(a, A), V),
    "matrix_transpose of stacks": lambda: (np.matrix_transpose, STACK),
    "outer": lambda: (lambda a: np.outer(a, V), A),
    "trace": lambda: (np.trace, STACK),
    "trace offset": lambda: (lambda a: np.trace(a, 1), A),
    "tril": lambda: (lambda a: np.tril(a, -1), STACK),
    "triu": lambda: (lambda a: np.triu(a, 1), STACK),
    "vdot": lambda: (lambda a: np.vdot(a, Z), Z),
    "matmul with a vector": lambda: (lambda a: np.matmul(A, a), V),
    "matmul of a vector": lambda: (lambda a: np.matmul(a, STACK), V),
    "at with a vector": lambda: (lambda a: TALL @ a, V),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_gives_what_numpy_gives(name):
    f, x = CALLS[name]()
    wanted = f(x)
    for make in (tf.constant, tf.Variable):
        got = f(make(x))
        assert type(got) is tf.Tensor
        assert got.dtype.numpy_dtype == np.asarray(wanted).dtype
        np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in CALLS if n not in ("cholesky", "cholesky upper")])
def test_it_is_recorded(name):
    f, x = CALLS[name]()
    check_grads(f, [x], order=1)


@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_is_recorded(upper):
    check_grads(lambda a: np.linalg.cholesky(a @ tf.transpose(a), upper=upper), [A], order=1)


def test_ranks_and_signs_are_values():
    a = tf.constant(TALL)
    assert int(np.linalg.matrix_rank(a)) == 3
    assert np.linalg.lstsq(a, np.ones(5))[2] == 3
    assert float(np.linalg.slogdet(tf.constant(-A))[0]) == -1.0
    np.testing.assert_array_equal(np.linalg.matrix_power(tf.constant(A), 0).numpy(), np.eye(3))


@pytest.mark.parametrize("f", [np.linalg.inv, lambda a: np.linalg.solve(a, a), lambda a: np.linalg.cholesky(-a)])
def test_refusals_are_numpys(f):
    singular = tf.constant([[1.0, 2.0], [2.0, 4.0]])
    with pytest.raises(np.linalg.LinAlgError):
        f(singular)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda a: np.linalg.qr(a, mode="raw"), "reduced"),
        (lambda a: np.linalg.eigh(a, "X"), "UPLO"),
        (lambda a: np.linalg.norm(np.stack([a, a]), 2), "Improper"),
        (lambda a: np.diag(np.stack([a, a])), "1- or 2-d"),
    ],
)
def test_options_that_numpy_refuses(f, message):
    with pytest.raises(ValueError, match=message):
        f(tf.constant(A))


SPECIAL = {
    "psi": (special.psi, [0.7, 2.0]),
    "digamma": (special.digamma, [0.7, 2.0]),
    "gammaln": (special.gammaln, [0.7, 2.0]),
    "erfinv": (special.erfinv, [-0.5, 0.2]),
    "erfcinv": (special.erfcinv, [0.5, 1.2]),
    "ndtri": (special.ndtri, [0.1, 0.8]),
    **{n: (getattr(special, n), [0.7, 2.0]) for n in ("erf", "erfc", "dawsn", "expi", "spence")},
    **{n: (getattr(special, n), [0.7, 2.0]) for n in ("i0", "i1", "i0e", "i1e", "k0", "k1", "k0e", "k1e")},
    **{n: (getattr(special, n), [0.7, 2.0]) for n in ("j0", "j1", "y0", "y1")},
}


@pytest.mark.parametrize("name", SPECIAL)
def test_scipys_special_functions_are_recorded(name):
    f, x = SPECIAL[name]
    np.testing.assert_allclose(f(tf.constant(np.array(x))).numpy(), f(np.array(x)), rtol=1e-14)
    check_grads(f, [x], order=1)


@pytest.mark.parametrize("f", [special.gammainc, special.gammaincc])
def test_scipys_incomplete_gamma_functions_are_recorded(f):
    check_grads(f, [[0.7, 2.0], [1.1, 0.4]], order=1)


def test_every_name_in_the_table_is_a_ufunc():
    for name in tables.UFUNCS:
        assert isinstance(getattr(special, name, None) or getattr(np, name, None), np.ufunc) or name == "matvec"


def test_products_that_are_ufuncs():
    if hasattr(np, "vecdot"):
        np.testing.assert_allclose(np.vecdot(tf.constant(A), A).numpy(), np.sum(A * A, -1), rtol=1e-14)
    if hasattr(np, "matvec"):
        np.testing.assert_allclose(np.matvec(tf.constant(A), V).numpy(), A @ V, rtol=1e-14)
