"""Sparse tensors, under TensorFlow's names in `tf.sparse`."""

from tapefit.tape._sparse_tensor import SparseTensor
from tapefit.tape.ops._sparse import (
    add,
    eye,
    from_dense,
    map_values,
    reduce_sum,
    reorder,
    retain,
    sparse_dense_matmul,
    to_dense,
)
from tapefit.tape.ops._sparse import transpose_of as transpose

__all__ = [
    "SparseTensor",
    "add",
    "eye",
    "from_dense",
    "map_values",
    "reduce_sum",
    "reorder",
    "retain",
    "sparse_dense_matmul",
    "to_dense",
    "transpose",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
