"""Linear algebra: values, gradients for given cotangents, and refusals."""

import numpy as np

rng = np.random.default_rng(20)
A = rng.normal(size=(3, 3)) + 2 * np.eye(3)
B = rng.normal(size=(3, 2))
STACK = rng.normal(size=(2, 3, 3)) + 2 * np.eye(3)
S = A @ A.T + np.eye(3)
WIDE, TALL = rng.normal(size=(2, 4)), rng.normal(size=(4, 2))
Z = A + 1j * rng.normal(size=(3, 3))
H = Z @ Z.conj().T + np.eye(3)
ZB = B + 1j * rng.normal(size=(3, 2))
DIAGONALS = np.abs(rng.normal(size=(3, 4))) + [[0], [2], [0]]
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
EQUAL = np.diag([2.0, 2.0, 3.0])
LOOSE = {"float32": 300.0, "float64": 1e4, "complex64": 300.0, "complex128": 1e3}


def _weights(shape, dtype):
    w = np.cos(1.0 + np.arange(int(np.prod(shape)))).reshape(shape)
    return (w + 0.5j * np.sin(w) if dtype.startswith("complex") else w).astype(dtype)


def of(f, *arrays, dtype=None):
    """Value and gradients of a function of tensors."""

    def program(tf):
        xs = [tf.constant(a if dtype is None else a.astype(dtype)) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(tf, *xs)
        ys = [t for t in tf.nest.flatten(y) if t.dtype.name[:5] in ("float", "compl")]
        weights = [tf.constant(_weights(tuple(t.shape), t.dtype.name)) for t in ys]
        return list(tf.nest.flatten(y)), tape.gradient(ys, xs, output_gradients=weights)

    program.loose = LOOSE[dtype or arrays[0].dtype.name]
    return program


def second(f, a):
    """The gradient of the sum of squares of a gradient."""

    def program(tf):
        x = tf.constant(a)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.reduce_sum(f(tf, x))
            g = inner.gradient(y, x)
            z = tf.reduce_sum(g * g)
        return g, outer.gradient(z, x)

    program.loose = 1e5
    return program


def jacobian(f, a):
    def program(tf):
        x = tf.constant(a)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(tf, x)
        return tape.jacobian(y, x)

    program.loose = 1e4
    return program


def plain(f):
    f.loose = 1e4
    return f


def _squares(tf, v):
    """What does not change with the signs and phases of vectors."""
    return tf.abs(v) ** 2


def _eigh(tf, a):
    e, v = tf.linalg.eigh(a)
    return e, _squares(tf, v)


def _svd(tf, a, **options):
    s, u, v = tf.linalg.svd(a, **options)
    return s, tf.matmul(u[..., :2], v[..., :2], adjoint_b=True)


def _eig_sums(tf, a):
    e, v = tf.linalg.eig(a)
    return tf.reduce_sum(e), tf.reduce_sum(e * e), tf.reduce_sum(tf.abs(v) ** 2 * tf.abs(e)[None, :])


def _lu(tf, a):
    lu, p = tf.linalg.lu(a)
    return tf.stop_gradient(lu), p


GRADIENTS = {
    "cholesky": of(lambda tf, a: tf.linalg.cholesky(a), S),
    "cholesky float32": of(lambda tf, a: tf.linalg.cholesky(a), S, dtype="float32"),
    "cholesky complex": of(lambda tf, a: tf.linalg.cholesky(a), H),
    "det": of(lambda tf, a: tf.linalg.det(a), A),
    "det stack": of(lambda tf, a: tf.linalg.det(a), STACK),
    "det 1 x 1": of(lambda tf, a: tf.linalg.det(a), A[:1, :1]),
    "logdet": of(lambda tf, a: tf.linalg.logdet(a), S),
    "logdet complex": of(lambda tf, a: tf.linalg.logdet(a), H),
    "slogdet": of(lambda tf, a: list(tf.linalg.slogdet(a)), A),
    "slogdet complex": of(lambda tf, a: tf.math.real(tf.linalg.slogdet(a).log_abs_determinant), Z),
    "inv": of(lambda tf, a: tf.linalg.inv(a), A),
    "inv adjoint": of(lambda tf, a: tf.linalg.inv(a, adjoint=True), Z),
    "inv float32": of(lambda tf, a: tf.linalg.inv(a), STACK, dtype="float32"),
    "trace": of(lambda tf, a: tf.linalg.trace(a), STACK),
    "trace wide": of(lambda tf, a: tf.linalg.trace(a), WIDE),
    "matrix_transpose": of(lambda tf, a: tf.linalg.matrix_transpose(a), Z),
    "adjoint": of(lambda tf, a: tf.linalg.adjoint(a), Z),
    "diag_part": of(lambda tf, a: tf.linalg.diag_part(a), STACK),
    "diag_part k": of(lambda tf, a: tf.linalg.diag_part(a, k=2), WIDE),
    "diag": of(lambda tf, a: tf.linalg.diag(a), B),
    "diag k": of(lambda tf, a: tf.linalg.diag(a, k=-1, num_rows=4, num_cols=5), A[:, :3]),
    "diag rows": of(lambda tf, a: tf.linalg.diag(a, num_rows=4, padding_value=9.0), B),
    "diag columns": of(lambda tf, a: tf.linalg.diag(a, num_cols=4), B),
    "set_diag": of(lambda tf, a, d: tf.linalg.set_diag(a, d), STACK, np.ones((2, 3))),
    "set_diag k": of(lambda tf, a, d: tf.linalg.set_diag(a, d, k=1), A, np.ones(2)),
    "band_part": of(lambda tf, a: tf.linalg.band_part(a, 1, 0), STACK),
    "band_part all": of(lambda tf, a: tf.linalg.band_part(a, -1, 1), WIDE),
    "eigh": of(_eigh, S),
    "eigh float32": of(_eigh, S, dtype="float32"),
    "eigh complex": of(_eigh, H),
    "eigh reads the lower triangle": of(_eigh, np.tril(S)),
    "eigvalsh": of(lambda tf, a: tf.linalg.eigvalsh(a), np.stack([S, S[::-1, ::-1] + np.eye(3)])),
    "eigvalsh complex": of(lambda tf, a: tf.linalg.eigvalsh(a), H),
    "eigvalsh equal": of(lambda tf, a: tf.linalg.eigvalsh(a), EQUAL),
    "svd values": of(lambda tf, a: tf.linalg.svd(a, compute_uv=False), WIDE),
    "svd values equal": of(lambda tf, a: tf.linalg.svd(a, compute_uv=False), EQUAL),
    "svd square": of(_svd, A),
    "svd tall": of(_svd, TALL),
    "svd wide": of(_svd, WIDE),
    "svd wide complex": of(_svd, Z[:2]),
    "svd stack": of(_svd, STACK),
    "svd full": of(lambda tf, a: _svd(tf, a, full_matrices=True), A[:2]),
    "qr": of(lambda tf, a: list(tf.linalg.qr(a)), A),
    "qr tall": of(lambda tf, a: list(tf.linalg.qr(a)), TALL),
    "qr wide": of(lambda tf, a: list(tf.linalg.qr(a)), WIDE),
    "qr complex": of(lambda tf, a: list(tf.linalg.qr(a)), Z),
    "qr full square": of(lambda tf, a: list(tf.linalg.qr(a, full_matrices=True)), STACK),
    "solve": of(lambda tf, a, b: tf.linalg.solve(a, b), A, B),
    "solve stack": of(lambda tf, a, b: tf.linalg.solve(a, b), STACK, STACK[:, :, :1]),
    "solve adjoint": of(lambda tf, a, b: tf.linalg.solve(a, b, adjoint=True), Z, ZB),
    "solve float32": of(lambda tf, a, b: tf.linalg.solve(a, b), A, B, dtype="float32"),
    "triangular_solve": of(lambda tf, a, b: tf.linalg.triangular_solve(a, b), A, B),
    "triangular_solve upper": of(lambda tf, a, b: tf.linalg.triangular_solve(a, b, lower=False), STACK, B),
    "triangular_solve adjoint": of(lambda tf, a, b: tf.linalg.triangular_solve(a, b, adjoint=True), Z, ZB),
    "cholesky_solve": of(lambda tf, a, b: tf.linalg.cholesky_solve(a, b), A, B),
    "cholesky_solve stack": of(lambda tf, a, b: tf.linalg.cholesky_solve(a, b), STACK, B),
    "lstsq": of(lambda tf, a, b: tf.linalg.lstsq(a, b), TALL, A[:1].repeat(4, 0) * DIAGONALS.T),
    "lstsq wide": of(lambda tf, a, b: tf.linalg.lstsq(a, b), WIDE, B[:2]),
    "lstsq l2": of(lambda tf, a, b: tf.linalg.lstsq(a, b, l2_regularizer=0.5), TALL, DIAGONALS.T),
    "lstsq l2 wide": of(lambda tf, a, b: tf.linalg.lstsq(a, b, l2_regularizer=0.5), WIDE, B[:2]),
    "pinv": of(lambda tf, a: tf.linalg.pinv(a), TALL),
    "pinv wide": of(lambda tf, a: tf.linalg.pinv(a), WIDE),
    "pinv rcond": of(lambda tf, a: tf.linalg.pinv(a, rcond=0.4), A),
    "expm": of(lambda tf, a: tf.linalg.expm(a), A),
    "expm stack": of(lambda tf, a: tf.linalg.expm(a), STACK, dtype="float32"),
    "sqrtm": of(lambda tf, a: tf.linalg.sqrtm(a), S),
    "eig": of(_eig_sums, A),
    "eigvals": of(lambda tf, a: tf.reduce_sum(tf.linalg.eigvals(a) ** 3), A),
    "cross": of(lambda tf, a, b: tf.linalg.cross(a, b), A, S),
    "einsum": of(lambda tf, a, b: tf.einsum("ij,jk->ki", a, b), A, B),
    "einsum implicit": of(lambda tf, a, b: tf.einsum("kj,ji", a, b), A, B),
    "einsum ellipsis": of(lambda tf, a, b: tf.einsum("...ij,jk->...k", a, b), STACK, B),
    "einsum broadcast": of(lambda tf, a, b: tf.einsum("...i,...i->...", a, b), STACK, STACK[:1, :1]),
    "einsum diagonal": of(lambda tf, a: tf.einsum("ii->i", a), A),
    "einsum trace": of(lambda tf, a: tf.einsum("bii->b", a), STACK),
    "einsum one summed": of(lambda tf, a, b: tf.einsum("ij,k->k", a, b), A, B[:, 0]),
    "einsum three": of(lambda tf, a, b, c: tf.einsum("ij,jk,kl->il", a, b, c), A, S, B),
    "einsum batch": of(lambda tf, a, b: tf.einsum("bij,bkj->bik", a, b), STACK, STACK),
    "einsum complex": of(lambda tf, a, b: tf.einsum("ij,jk->ik", a, b), Z, ZB),
    "einsum one": of(lambda tf, a: tf.einsum("ij->ji", a), WIDE),
    "normalize": of(lambda tf, a: list(tf.linalg.normalize(a, axis=1)), A),
    "normalize 1": of(lambda tf, a: list(tf.linalg.normalize(a, ord=1)), A),
    "normalize inf": of(lambda tf, a: list(tf.linalg.normalize(a, ord=np.inf, axis=0)), A),
    "norm 1": of(lambda tf, a: tf.norm(a, ord=1, axis=[0, 1]), A),
    "norm inf": of(lambda tf, a: tf.norm(a, ord=np.inf, axis=[-2, -1]), STACK),
    "norm 2": of(lambda tf, a: tf.norm(a, ord=2, axis=[-2, -1]), STACK),
    "norm 2 kept": of(lambda tf, a: tf.norm(a, ord=2, axis=[0, 2], keepdims=True), STACK),
    "norm fro": of(lambda tf, a: tf.norm(a, ord="fro", axis=[0, 1]), A),
    "norm 3": of(lambda tf, a: tf.norm(a, ord=3, axis=1), A),
    "norm complex": of(lambda tf, a: tf.norm(a), Z),
    "norm 1 complex": of(lambda tf, a: tf.norm(a, ord=1), Z),
    "tensor_diag": of(lambda tf, a: tf.linalg.tensor_diag(a), B),
    "tensor_diag_part": of(lambda tf, a: tf.linalg.tensor_diag_part(a), np.arange(16.0).reshape(2, 2, 2, 2)),
    "global_norm": of(lambda tf, a, b: tf.linalg.global_norm([a, None, b]), A, B),
    "tridiagonal_matmul": of(lambda tf, d, b: tf.linalg.tridiagonal_matmul(d, b), DIAGONALS, TALL),
    "tridiagonal_matmul matrix": of(
        lambda tf, d, b: tf.linalg.tridiagonal_matmul(d, b, diagonals_format="matrix"), A, B
    ),
    "banded_triangular_solve": of(lambda tf, d, b: tf.linalg.banded_triangular_solve(d, b), DIAGONALS[:2] + 1, TALL),
    "banded_triangular_solve upper": of(
        lambda tf, d, b: tf.linalg.banded_triangular_solve(d, b, lower=False), DIAGONALS + 1, TALL
    ),
    "banded_triangular_solve adjoint": of(
        lambda tf, d, b: tf.linalg.banded_triangular_solve(d, b, lower=False, adjoint=True), DIAGONALS[:2] + 1, TALL
    ),
    "matvec": of(lambda tf, a, b: tf.linalg.matvec(a, b), STACK, B[:, 0]),
    "matvec adjoint": of(lambda tf, a, b: tf.linalg.matvec(a, b, adjoint_a=True), Z, ZB[:, 0]),
    "lu": of(_lu, A),
    "lu_solve": of(lambda tf, b: tf.linalg.lu_solve(*tf.linalg.lu(A), b), B),
}


def _tridiagonal(rhs, diagonals=DIAGONALS, **options):
    """Of tensors: in 2.21 arrays fail there."""

    def f(tf, d, b):
        if options.get("diagonals_format") == "sequence":
            d = tf.unstack(d)
        return tf.linalg.tridiagonal_solve(d, b, **options)

    return of(f, diagonals, rhs)


TRIDIAGONAL = {
    "tridiagonal_solve": _tridiagonal(TALL),
    "tridiagonal_solve vector": _tridiagonal(TALL[:, 0]),
    "tridiagonal_solve transposed": _tridiagonal(WIDE, transpose_rhs=True),
    "tridiagonal_solve sequence": _tridiagonal(TALL, diagonals_format="sequence"),
    "tridiagonal_solve matrix": _tridiagonal(B, A, diagonals_format="matrix"),
}

SECOND = {
    "second inv": second(lambda tf, a: tf.linalg.inv(a), A),
    "second det": second(lambda tf, a: tf.linalg.det(a), A),
    "second logdet": second(lambda tf, a: tf.linalg.logdet(a), S),
    "second eigvalsh": second(lambda tf, a: tf.linalg.eigvalsh(a)[..., 0], S),
    "second solve": second(lambda tf, a: tf.linalg.solve(a, tf.constant(B)), A),
    "second expm": second(lambda tf, a: tf.linalg.expm(a), A),
    "jacobian inv": jacobian(lambda tf, a: tf.linalg.inv(a), A),
    "jacobian cholesky": jacobian(lambda tf, a: tf.linalg.cholesky(a), S),
    "jacobian solve": jacobian(lambda tf, a: tf.linalg.solve(a, tf.constant(B)), A),
}

_ALIGN = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")
BANDS = {
    **{
        f"diag_part band {align}": of(
            lambda tf, a, align=align: tf.linalg.diag_part(a, k=(-1, 2), align=align, padding_value=-1.0),
            np.arange(12.0).reshape(3, 4),
        )
        for align in _ALIGN
    },
    **{
        f"diag band {align}": of(
            lambda tf, d, align=align: tf.linalg.diag(d, k=(-1, 1), align=align, padding_value=7.0), A
        )
        for align in _ALIGN
    },
    **{
        f"set_diag band {align}": of(
            lambda tf, a, d, align=align: tf.linalg.set_diag(a, d, k=(-1, 2), align=align),
            np.zeros((3, 4)),
            np.arange(1, 13.0).reshape(4, 3),
        )
        for align in _ALIGN
    },
}

VALUES = {
    "matrix_rank": lambda tf: tf.linalg.matrix_rank(np.stack([S[:2, :2], SINGULAR])),
    "matrix_rank tol": lambda tf: tf.linalg.matrix_rank(A, tol=10.0),
    "matrix_rank of integers": lambda tf: tf.linalg.matrix_rank(np.eye(2, dtype=np.int32)),
    "trace of integers": lambda tf: tf.linalg.trace(tf.constant([[1, 2], [3, 4]])),
    "lu float32": plain(lambda tf: list(tf.linalg.lu(tf.constant(STACK)))),
    "lu int64": lambda tf: tf.linalg.lu(A, output_idx_type=tf.int64)[1],
    "lu_reconstruct": plain(lambda tf: tf.linalg.lu_reconstruct(*tf.linalg.lu(STACK))),
    "lu_matrix_inverse": plain(lambda tf: tf.linalg.lu_matrix_inverse(*tf.linalg.lu(STACK))),
    "det complex": plain(lambda tf: tf.linalg.det(tf.constant(Z))),
    "sqrtm complex": plain(lambda tf: tf.linalg.sqrtm(tf.constant(H))),
    "logm": plain(lambda tf: tf.linalg.logm(tf.constant(H))),
    "det of singular": lambda tf: tf.linalg.det(SINGULAR),
    "slogdet of singular": lambda tf: list(tf.linalg.slogdet(SINGULAR)),
    "cholesky of indefinite": lambda tf: tf.linalg.cholesky(-np.eye(1)),
    "logdet of indefinite": lambda tf: tf.linalg.logdet(-np.eye(1)),
    "lstsq of dependent columns": lambda tf: tf.linalg.lstsq(np.ones((3, 2)), np.ones((3, 1))),
    "lstsq slow": plain(lambda tf: tf.linalg.lstsq(np.ones((3, 2)), np.ones((3, 1)), fast=False)),
    "triangular_solve of singular": lambda tf: tf.linalg.triangular_solve(np.zeros((1, 1)), np.ones((1, 1))),
    "sqrtm of a negative number": lambda tf: tf.linalg.sqrtm(-np.eye(2)),
    "sqrtm of a rotation": plain(lambda tf: tf.linalg.sqrtm(np.array([[0.0, 1.0], [-1.0, 0.0]]))),
    "det of nothing": lambda tf: tf.linalg.det(np.zeros((0, 0))),
    "empty stacks": lambda tf: [
        tf.linalg.det(np.zeros((0, 2, 2))),
        tf.linalg.inv(np.zeros((0, 2, 2))),
        tf.linalg.cholesky(np.zeros((0, 2, 2))),
        tf.linalg.eigvalsh(np.zeros((0, 2, 2))),
        tf.linalg.expm(np.zeros((0, 2, 2))),
    ],
    "global_norm of nothing": lambda tf: [tf.linalg.global_norm([]), tf.linalg.global_norm([None])],
    "tensor_diag_part of a number": lambda tf: tf.linalg.tensor_diag_part(tf.constant(2.0)),
    "cross of integers": lambda tf: tf.linalg.cross([1, 2, 3], [3, 4, 5]),
    "einsum spaces": plain(lambda tf: tf.einsum("i j, j k -> i k", A, B)),
    "arrays take the dtype of tensors": plain(
        lambda tf: [
            tf.linalg.solve(A, tf.constant(B, tf.float32)),
            tf.einsum("ij,jk->ik", tf.constant(A, tf.float32), B),
        ]
    ),
    "eye": lambda tf: tf.linalg.eye(2, 3, batch_shape=[2]),
}

REFUSALS = {
    "inv of singular": lambda tf: tf.linalg.inv(SINGULAR),
    "solve of singular": lambda tf: tf.linalg.solve(SINGULAR, SINGULAR),
    "lu of singular": lambda tf: tf.linalg.lu(SINGULAR),
    "slogdet gradient of singular": of(lambda tf, a: tf.linalg.slogdet(a)[1], SINGULAR),
    "svd full, wide": of(lambda tf, a: tf.linalg.svd(a, full_matrices=True)[2], WIDE),
    "qr full, tall": of(lambda tf, a: tf.linalg.qr(a, full_matrices=True)[0], TALL),
    "cholesky of a vector": lambda tf: tf.linalg.cholesky(A[0]),
    "cholesky of a rectangle": lambda tf: tf.linalg.cholesky(WIDE),
    "cholesky of integers": lambda tf: tf.linalg.cholesky(np.eye(2, dtype=np.int32)),
    "adjoint of a vector": lambda tf: tf.linalg.adjoint(A[0]),
    "solve of a vector": lambda tf: tf.linalg.solve(A, B[:, 0]),
    "solve, rows differ": lambda tf: tf.linalg.solve(A, B[:2]),
    "band_part too wide": lambda tf: tf.linalg.band_part(A, 5, 0),
    "diag of a number": lambda tf: tf.linalg.diag(3.0),
    "diag, few rows": lambda tf: tf.linalg.diag([1.0, 2.0], num_rows=1),
    "diag_part out of bound": lambda tf: tf.linalg.diag_part(A, k=5),
    "diag_part turned": lambda tf: tf.linalg.diag_part(A, k=(2, 1)),
    "diag_part align": lambda tf: tf.linalg.diag_part(A, k=(0, 1), align="foo"),
    "set_diag shape": lambda tf: tf.linalg.set_diag(A, [1.0, 2.0]),
    "set_diag broadcast": lambda tf: tf.linalg.set_diag(STACK, np.ones(3)),
    "cross shapes": lambda tf: tf.linalg.cross(STACK, A),
    "norm fro of a vector": lambda tf: tf.norm(A, ord="fro"),
    "norm 3 of a matrix": lambda tf: tf.norm(A, ord=3, axis=[0, 1]),
    "norm negative": lambda tf: tf.norm(A, ord=-1),
    "norm three axes": lambda tf: tf.norm(STACK, axis=[0, 1, 2]),
    "norm of integers": lambda tf: tf.norm([1, 2]),
    "global_norm of a tensor": lambda tf: tf.linalg.global_norm(tf.constant([1.0])),
    "tensor_diag of a number": lambda tf: tf.linalg.tensor_diag(2.0),
    "tensor_diag_part odd": lambda tf: tf.linalg.tensor_diag_part(STACK),
    "tridiagonal format": lambda tf: tf.linalg.tridiagonal_solve(DIAGONALS, TALL, diagonals_format="foo"),
    "banded singular": lambda tf: tf.linalg.banded_triangular_solve(np.zeros((2, 3)), np.ones((3, 1))),
    "einsum sizes": lambda tf: tf.einsum("ij,jk->ik", A, WIDE),
    "einsum output twice": lambda tf: tf.einsum("i->ii", A[0]),
    "einsum unknown output": lambda tf: tf.einsum("ij->k", A),
    "einsum inputs": lambda tf: tf.einsum("ij,jk->ik", A),
    "einsum option": lambda tf: tf.einsum("i->", A[0], foo=1),
    "matvec shapes": lambda tf: tf.linalg.matvec(A, B[:2, 0]),
    "expm of integers": lambda tf: tf.linalg.expm(np.eye(2, dtype=np.int32)),
}

PROGRAMS = {**GRADIENTS, **TRIDIAGONAL, **SECOND, **BANDS, **VALUES, **REFUSALS}
