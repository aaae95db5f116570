"""Linear algebra: what the recorded numbers do not show. Values against NumPy, gradients against differences."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import InvalidArgumentError
from tapefit.testing import check_grads

rng = np.random.default_rng(11)
A = rng.normal(size=(3, 3)) + 3 * np.eye(3)
B, TALL, WIDE = rng.normal(size=(3, 2)), rng.normal(size=(5, 3)), rng.normal(size=(2, 4))
STACK = rng.normal(size=(2, 3, 3)) + 3 * np.eye(3)
Z = A + 1j * rng.normal(size=(3, 3))
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
BANDS = np.abs(rng.normal(size=(3, 4))) + [[0.0], [3.0], [0.0]]


def hermitian(a):
    return tf.matmul(a, a, adjoint_b=True) + tf.eye(3, dtype=a.dtype)


def gradient(f, *xs):
    xs = [tf.constant(x) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    found = [None if g is None else g.numpy() for g in tape.gradient(y, xs)]
    return found if len(found) > 1 else found[0]


@pytest.mark.parametrize(
    "f",
    [
        lambda a: tf.linalg.cholesky(hermitian(a)),
        lambda a: tf.linalg.logdet(hermitian(a)),
        lambda a: tf.linalg.slogdet(a),
        lambda a: tf.linalg.inv(a, adjoint=True),
        lambda a: tf.linalg.solve(a, a, adjoint=True),
        lambda a: tf.linalg.triangular_solve(a, a, lower=False, adjoint=True),
        lambda a: tf.linalg.cholesky_solve(a, a),
        lambda a: tf.linalg.lstsq(a[:, :2], a, l2_regularizer=0.3),
        lambda a: tf.linalg.lstsq(a[:2], a[:2], l2_regularizer=0.3),
        lambda a: tf.linalg.lstsq(a[:, :2], a, fast=False),
        lambda a: tf.linalg.lstsq(a[:2], a[:2], fast=False),
        lambda a: tf.linalg.pinv(a[:, :2]),
        lambda a: tf.linalg.lu(a).lu,
        lambda a: tf.linalg.lu_reconstruct(*tf.linalg.lu(a)),
        lambda a: tf.linalg.lu_solve(*tf.linalg.lu(a), a),
        lambda a: tf.linalg.lu_matrix_inverse(*tf.linalg.lu(a)),
        lambda a: tf.linalg.eigvalsh(a),
        lambda a: tf.linalg.eigvals(a),
        lambda a: tf.linalg.svd(a, compute_uv=False),
        lambda a: tf.linalg.qr(a),
        lambda a: tf.linalg.expm(a),
        lambda a: tf.linalg.sqrtm(a),
        lambda a: tf.linalg.logm(a),
        lambda a: tf.linalg.normalize(a, axis=1)[0],
        lambda a: tf.linalg.global_norm([a, a[:2]]),
        lambda a: tf.norm(a, ord=2, axis=[0, 1]),
        lambda a: tf.linalg.tensor_diag(a[:2]),
        lambda a: tf.linalg.trace(a),
        lambda a: tf.einsum("ij,jk,ik->", a, a, a),
    ],
)
@pytest.mark.parametrize("a", [A, Z], ids=["real", "complex"])
def test_gradients_agree_with_differences(f, a):
    check_grads(f, [a])


@pytest.mark.parametrize(
    ("f", "arrays"),
    [
        (lambda d, b: tf.linalg.tridiagonal_solve(d, b), (BANDS, B.repeat(2, 0)[:4])),
        (lambda d, b: tf.linalg.tridiagonal_solve(d, b), (np.stack([BANDS, BANDS + 1]), rng.normal(size=(2, 4)))),
        (lambda d, b: tf.linalg.tridiagonal_solve(d, b, transpose_rhs=True), (BANDS, WIDE)),
        (lambda d, b: tf.linalg.tridiagonal_solve(d, b, conjugate_rhs=True), (BANDS + 0j, WIDE.T + 1j)),
        (lambda d, b: tf.linalg.tridiagonal_solve(d, b, diagonals_format="matrix"), (A, B)),
        (lambda d, b: tf.linalg.tridiagonal_solve(d, b, diagonals_format="matrix"), (A[:1, :1], B[:1])),
        (lambda d, b: tf.linalg.tridiagonal_matmul(d, b), (BANDS, WIDE.T)),
        (lambda d, b: tf.linalg.banded_triangular_solve(d, b, adjoint=True), (BANDS + 1, WIDE.T)),
        (lambda d, b: tf.linalg.banded_triangular_solve(d, b, lower=False), (BANDS + 1j, WIDE.T + 0j)),
    ],
)
def test_gradients_of_few_diagonals_agree_with_differences(f, arrays):
    check_grads(f, arrays)


def test_tridiagonal_formats_mean_the_same_matrix():
    above, main, below = BANDS
    dense = np.diag(above[:3], 1) + np.diag(main) + np.diag(below[1:], -1)
    wanted = np.linalg.solve(dense, WIDE.T)
    for diagonals, form in (
        (BANDS, "compact"),
        ([above, main, below], "sequence"),
        ([above[:3], main, below[1:]], "sequence"),
        (dense, "matrix"),
    ):
        got = tf.linalg.tridiagonal_solve(diagonals, WIDE.T, diagonals_format=form)
        np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-12)
        product = tf.linalg.tridiagonal_matmul(diagonals, wanted, diagonals_format=form)
        np.testing.assert_allclose(product.numpy(), WIDE.T, rtol=1e-12)


def test_rows_are_exchanged_where_a_diagonal_is_zero():
    x = tf.linalg.tridiagonal_solve(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]), np.array([3.0, 5.0]))
    np.testing.assert_allclose(x.numpy(), [5.0, 3.0])


def test_the_gradient_of_cholesky_is_symmetric():
    g = gradient(tf.linalg.cholesky, A @ A.T)
    np.testing.assert_allclose(g, g.T, rtol=1e-12)


def test_eigh_reads_the_lower_triangle_and_gives_it_the_gradient():
    a = A + A.T
    changed = a + np.triu(np.ones((3, 3)), 1)
    np.testing.assert_array_equal(tf.linalg.eigvalsh(changed).numpy(), tf.linalg.eigvalsh(a).numpy())
    assert np.all(np.triu(gradient(tf.linalg.eigvalsh, a), 1) == 0)


@pytest.mark.parametrize("a", [np.eye(3), 2 * np.eye(3), np.diag([1.0, 1.0, 2.0]), np.zeros((3, 3)), np.ones((3, 3))])
def test_equal_values_give_finite_gradients(a):
    def of_vectors(x):
        return tf.reduce_sum(tf.linalg.eigh(x)[1] * tf.constant(A)) + tf.reduce_sum(tf.linalg.svd(x)[1])

    assert np.all(np.isfinite(gradient(of_vectors, a)))
    for f in (tf.linalg.eigvalsh, lambda x: tf.linalg.svd(x, compute_uv=False)):
        assert np.all(np.isfinite(gradient(lambda x, f=f: tf.reduce_sum(f(x) ** 3), a)))


def test_equal_eigenvalues_do_not_spoil_sums_over_the_values():
    for a in (np.eye(3), np.diag([1.0, 1.0, 2.0])):
        check_grads(lambda x: tf.reduce_sum(tf.linalg.eigvalsh(0.5 * (x + tf.transpose(x))) ** 3), [a], order=1)
        check_grads(lambda x: tf.reduce_sum(tf.linalg.svd(x, compute_uv=False) ** 2), [a], order=1)


def test_det_has_a_gradient_where_it_is_zero():
    np.testing.assert_allclose(gradient(tf.linalg.det, SINGULAR), [[4.0, -2.0], [-2.0, 1.0]], atol=1e-12)
    check_grads(tf.linalg.det, [SINGULAR], order=1)
    stack = np.stack([SINGULAR, A[:2, :2]])
    check_grads(tf.linalg.det, [stack], order=1)
    assert np.all(gradient(tf.linalg.det, np.zeros((3, 3))) == 0)


@pytest.mark.parametrize(
    "f",
    [
        tf.linalg.inv,
        lambda a: tf.linalg.solve(a, a),
        lambda a: tf.linalg.lu(a).lu,
        lambda a: tf.linalg.slogdet(a)[1],
    ],
)
def test_a_singular_matrix_is_refused_in_words(f):
    with pytest.raises(InvalidArgumentError, match="Input is not invertible"):
        gradient(f, SINGULAR)


def test_pinv_of_equal_singular_values_has_the_right_gradient():
    for a in (np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0]]), 3 * np.eye(2)[:, ::-1]):
        check_grads(tf.linalg.pinv, [a])


def test_pinv_that_leaves_out_a_part_knows_of_it():
    a = np.diag([3.0, 2.0, 0.5]) + 0.1 * A
    check_grads(lambda x: tf.linalg.pinv(x, rcond=0.3), [a], order=1)
    assert np.linalg.matrix_rank(tf.linalg.pinv(a, rcond=0.3).numpy(), tol=1e-8) == 2


@pytest.mark.parametrize("ord", ["euclidean", 1, 2, 3, 1.5])
def test_the_gradient_of_a_vector_norm_at_zero_is_zero(ord):
    g = gradient(lambda x: tf.norm(x, ord=ord, axis=1), np.array([[0.0, 0.0], [3.0, 4.0]]))
    assert g[0].tolist() == [0.0, 0.0]
    assert np.all(g[1] > 0)


def test_lstsq_has_a_gradient_either_way():
    fast, slow = (gradient(lambda a, b, k=k: tf.linalg.lstsq(a, b, fast=k), TALL, TALL[:, :1]) for k in (True, False))
    for got, wanted in zip(fast, slow, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)


def test_the_regularizer_of_lstsq_has_a_gradient():
    check_grads(lambda a, b, l2: tf.linalg.lstsq(a, b, l2_regularizer=l2), [TALL, TALL[:, :1], 0.5])
    got = tf.linalg.lstsq(TALL, TALL[:, :1], l2_regularizer=tf.Variable(0.5, dtype=tf.float64))
    wanted = np.linalg.solve(TALL.T @ TALL + 0.5 * np.eye(3), TALL.T @ TALL[:, :1])
    np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-10)


def test_solve_broadcasts_leading_axes():
    got = tf.linalg.solve(STACK, B)
    np.testing.assert_allclose(got.numpy(), np.linalg.solve(STACK, B), rtol=1e-12)
    check_grads(tf.linalg.solve, [STACK, B])


def test_half_precision_is_computed_in_single():
    half = A.astype(np.float16)
    for f in (
        tf.linalg.inv,
        tf.linalg.det,
        tf.linalg.expm,
        lambda a: tf.linalg.cholesky(tf.matmul(a, a, transpose_b=True)),
    ):
        got = f(tf.constant(half))
        assert got.dtype is tf.float16
        np.testing.assert_allclose(got.numpy(), f(tf.constant(half.astype(np.float64))).numpy(), rtol=2e-2, atol=1e-2)
    assert tf.linalg.qr(tf.constant(half)).q.dtype is tf.float16


@pytest.mark.parametrize("f", [tf.linalg.sqrtm, tf.linalg.logm])
def test_real_matrices_without_a_real_answer_give_nan(f):
    assert np.all(np.isnan(f(-np.eye(2)).numpy()))
    assert np.all(np.isnan(f(np.full((2, 2), np.inf)).numpy()))
    assert np.all(np.isfinite(f(-np.eye(2) + 0j).numpy()))


def test_functions_of_matrices_undo_each_other():
    root, log = tf.linalg.sqrtm(A), tf.linalg.logm(A)
    np.testing.assert_allclose((root @ root).numpy(), A, rtol=1e-12)
    np.testing.assert_allclose(tf.linalg.expm(log).numpy(), A, rtol=1e-12)
    jordan = np.array([[2.0, 1.0], [0.0, 2.0]])
    np.testing.assert_allclose(tf.linalg.logm(jordan).numpy(), [[np.log(2), 0.5], [0, np.log(2)]], rtol=1e-12)
    check_grads(tf.linalg.logm, [jordan])


@pytest.mark.parametrize("equation", ["ij,ji", "ii->i", "ii", "iij->j", "i,j,k->kji", "...i->...", "i...,i...->..."])
def test_einsum_equals_numpys(equation):
    left = equation.split("->")[0].split(",")
    arrays = [rng.normal(size=(3,) * max(len(names.replace("...", "")) + ("..." in names), 1)) for names in left]
    np.testing.assert_allclose(tf.einsum(equation, *arrays).numpy(), np.einsum(equation, *arrays), rtol=1e-12)
    check_grads(lambda *xs: tf.einsum(equation, *xs), arrays)


def test_a_factor_taken_twice_gets_both_gradients():
    g = gradient(lambda a: tf.einsum("i,i->", a, a), np.array([1.0, 2.0]))
    np.testing.assert_array_equal(g, [2.0, 4.0])


def test_forward_mode_goes_through_factorizations():
    x, direction = tf.constant(A), tf.constant(B @ B.T)
    for f in (
        tf.linalg.inv,
        tf.linalg.expm,
        tf.linalg.eigvals,
        lambda a: tf.linalg.svd(a)[0],
        lambda a: tf.linalg.lu(a)[0],
    ):
        with tf.autodiff.ForwardAccumulator(x, direction) as forward:
            y = f(x)
        h = 1e-6
        difference = (f(x + h * direction) - f(x - h * direction)).numpy() / (2 * h)
        np.testing.assert_allclose(forward.jvp(y).numpy(), difference, rtol=1e-6, atol=1e-8)


def test_a_third_derivative_of_the_log_determinant():
    x = tf.Variable(np.diag([2.0, 3.0]))

    def derivative(n):
        if n == 0:
            return tf.linalg.slogdet(x)[1]
        with tf.GradientTape() as tape:
            y = derivative(n - 1)
            y = y if n == 1 else y[0, 0]
        return tape.gradient(y, x)

    np.testing.assert_allclose(derivative(3).numpy(), [[2 / 8, 0], [0, 0]], atol=1e-14)
