"""Linear algebra, under TensorFlow's names in `tf.linalg`."""

from tapefit.tape.ops._create import eye
from tapefit.tape.ops._linalg import matmul, matrix_transpose, matvec, norm, tensordot

__all__ = [
    "eye",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "tensordot",
]
