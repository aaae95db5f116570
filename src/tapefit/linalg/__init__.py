"""Linear algebra, under TensorFlow's names in `tf.linalg`."""

from tapefit.tape.ops._create import eye
from tapefit.tape.ops._linalg import matmul, matrix_transpose, matvec, norm, tensordot
from tapefit.tape.ops._linalg_banded import banded_triangular_solve, tridiagonal_matmul, tridiagonal_solve
from tapefit.tape.ops._linalg_diag import (
    adjoint,
    band_part,
    diag,
    diag_part,
    set_diag,
    tensor_diag,
    tensor_diag_part,
    trace,
)
from tapefit.tape.ops._linalg_einsum import cross, einsum
from tapefit.tape.ops._linalg_factors import (
    cholesky,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    expm,
    logm,
    lu,
    matrix_rank,
    qr,
    sqrtm,
    svd,
)
from tapefit.tape.ops._linalg_norms import global_norm, normalize
from tapefit.tape.ops._linalg_solve import (
    cholesky_solve,
    det,
    inv,
    logdet,
    lstsq,
    lu_matrix_inverse,
    lu_reconstruct,
    lu_solve,
    pinv,
    slogdet,
    solve,
    triangular_solve,
)
from tapefit.tape.ops._normalization import l2_normalize

__all__ = [
    "adjoint",
    "band_part",
    "banded_triangular_solve",
    "cholesky",
    "cholesky_solve",
    "cross",
    "det",
    "diag",
    "diag_part",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "einsum",
    "expm",
    "eye",
    "global_norm",
    "inv",
    "l2_normalize",
    "logdet",
    "logm",
    "lstsq",
    "lu",
    "lu_matrix_inverse",
    "lu_reconstruct",
    "lu_solve",
    "matmul",
    "matrix_rank",
    "matrix_transpose",
    "matvec",
    "norm",
    "normalize",
    "pinv",
    "qr",
    "set_diag",
    "slogdet",
    "solve",
    "sqrtm",
    "svd",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "trace",
    "triangular_solve",
    "tridiagonal_matmul",
    "tridiagonal_solve",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
