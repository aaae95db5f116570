"""Ops of sparse tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._operators import add as dense_add
from tapefit.tape._operators import multiply
from tapefit.tape._sparse_tensor import SparseTensor
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape.ops._array import concat, expand_dims, reshape, transpose
from tapefit.tape.ops._axes import one_axis, several_axes
from tapefit.tape.ops._math import conj, where
from tapefit.tape.ops._reduce import reduce_sum as dense_sum
from tapefit.tape.primitives import _indices


def _sparse(x: Any, op: str) -> SparseTensor:
    if not isinstance(x, SparseTensor):
        raise TypeError(f"{op} expects a SparseTensor, got {type(x).__name__}; make one with tf.sparse.from_dense(x).")
    return x


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements that are not 0, with their places; differentiable.

    Parameters
    ----------
    tensor
        Of any shape.
    """
    x = tensor_of(tensor)
    places = np.argwhere(values_of(x, "tf.sparse.from_dense"))
    return SparseTensor(places, _indices.gather_nd.record((x, Tensor(places)), {"lead": 0}), x._array.shape)


def to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """The whole tensor, with `default_value` (0) where no element is kept; differentiable.

    Raises
    ------
    InvalidArgumentError
        If a place is outside, or, unless `validate_indices` is False, comes twice or out of order.
    """
    x = _sparse(sp_input, "to_dense")
    _must_be_inside(x)
    if validate_indices:
        _must_be_in_order(x)
    dense = _indices.scatter_nd.record((x.values, x.indices), {"shape": tuple(x.shape), "lead": 0})
    if default_value is None:
        return dense
    kept = np.zeros(x.shape, bool)
    kept[tuple(x._indices.T)] = True
    return where(Tensor(kept), dense, default_value)


def _must_be_inside(x: SparseTensor) -> None:
    wrong = np.flatnonzero(((x._indices < 0) | (x._indices >= np.array(x._dense_shape, int))).any(axis=1))
    if len(wrong):
        raise InvalidArgumentError(
            f"indices[{wrong[0]}] = {x._indices[wrong[0]].tolist()} is out of bounds for the shape {list(x.shape)}."
        )


def _must_be_in_order(x: SparseTensor) -> None:
    flat = np.asarray(np.ravel_multi_index(tuple(x._indices.T), x._dense_shape) if x._indices.size else [])
    wrong = np.flatnonzero(np.diff(flat) <= 0)
    if len(wrong):
        k = int(wrong[0]) + 1
        how = "repeated" if flat[k] == flat[k - 1] else "out of order; sort them with tf.sparse.reorder(x)"
        raise InvalidArgumentError(f"indices[{k}] = {x._indices[k].tolist()} is {how}.")


def reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The same elements with their places in row-major order."""
    x = _sparse(sp_input, "reorder")
    order = np.lexsort(x._indices.T[::-1]) if x._indices.size else np.zeros(0, int)
    return SparseTensor(x._indices[order], p.take.record((x.values, Tensor(order)), {"axis": 0}), x._dense_shape)


def transpose_of(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """The axes in another order, by default reversed."""
    x = _sparse(sp_input, "transpose")
    n = len(x._dense_shape)
    axes = [one_axis(i, n, "transpose") for i in (range(n - 1, -1, -1) if perm is None else perm)]
    return reorder(SparseTensor(x._indices[:, axes], x.values, [x._dense_shape[i] for i in axes]))


def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The matrix product of a sparse matrix and a dense one, or the other way round; differentiable in both.

    Parameters
    ----------
    sp_a
        A sparse matrix (n, m), or a dense one if `b` is sparse.
    b
        A dense matrix (m, k).
    adjoint_a, adjoint_b
        Whether to take the conjugate transpose first.

    Returns
    -------
    Tensor
        Of shape (n, k).

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit.
    """
    if isinstance(b, SparseTensor):
        return _adjoint(sparse_dense_matmul(b, sp_a, not adjoint_b, not adjoint_a))
    a = _sparse(sp_a, "sparse_dense_matmul")
    dense = convert(b, None if hasattr(b, "_array") or hasattr(b, "_value_for_op") else a.dtype)
    dense = _adjoint(dense) if adjoint_b else dense
    values, (n, m), (rows, columns) = a.values, a._dense_shape, a._indices.T
    if adjoint_a:
        values, n, m, rows, columns = conj(values), m, n, columns, rows
    if dense.ndim != 2 or dense._array.shape[0] != m:
        raise InvalidArgumentError(
            f"Cannot multiply A ({n} x {m}) by B of shape {list(dense.shape)}: the inner dimension does not match; "
            "transpose one of them."
        )
    _must_be_inside(a)
    taken = p.take.record((dense, Tensor(columns)), {"axis": 0})  # (kept, k)
    parts = multiply(expand_dims(values, 1), taken)
    return p.add_at.record((parts, Tensor(rows)), {"axis": 0, "shape": (n, dense._array.shape[1])})


def _adjoint(x: Any) -> Tensor:
    return transpose(tensor_of(x), conjugate=True)


def add(a: Any, b: Any, threshold: Any = 0) -> Any:
    """The sum of two sparse tensors, sparse; of a sparse and a dense one, dense."""
    if isinstance(a, SparseTensor) and isinstance(b, SparseTensor):
        return _summed(a, b)
    dense, sparse = (a, b) if isinstance(b, SparseTensor) else (b, a)
    return dense_add(dense, to_dense(reorder(sparse), validate_indices=False))


def _summed(a: SparseTensor, b: SparseTensor) -> SparseTensor:
    if a._dense_shape != b._dense_shape:
        raise InvalidArgumentError(f"add expects sparse tensors of one shape, got {list(a.shape)} and {list(b.shape)}.")
    places, number = np.unique(np.concatenate([a._indices, b._indices]), axis=0, return_inverse=True)
    values = concat([a.values, b.values], 0)
    number = number.reshape(-1)
    return SparseTensor(
        places, p.add_at.record((values, Tensor(number)), {"axis": 0, "shape": (len(places),)}), a._dense_shape
    )


def reduce_sum(sp_input: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The sum over axes, by default all, as a dense tensor."""
    x = _sparse(sp_input, "reduce_sum")
    n = len(x._dense_shape)
    gone = range(n) if axis is None else several_axes(axis, n, "reduce_sum") or ()
    left = [i for i in range(n) if i not in gone]
    shape = tuple(x._dense_shape[i] for i in left)
    if left:
        total = _indices.scatter_nd.record((x.values, Tensor(x._indices[:, left])), {"shape": shape, "lead": 0})
    else:
        total = dense_sum(x.values)
    return reshape(total, [1 if i in gone else d for i, d in enumerate(x._dense_shape)]) if keepdims else total


def map_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> SparseTensor:
    """`op` of the kept elements; what is 0 stays 0.

    Raises
    ------
    ValueError
        If no argument is a SparseTensor.
    """
    given = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    if not given:
        raise ValueError("map_values expects a SparseTensor among its arguments, got none; call the function itself.")
    own = [a.values if isinstance(a, SparseTensor) else a for a in args]
    named = {k: a.values if isinstance(a, SparseTensor) else a for k, a in kwargs.items()}
    return given[0].with_values(op(*own, **named))


def eye(num_rows: Any, num_columns: Any = None, dtype: Any = "float32", name: str | None = None) -> SparseTensor:
    """The identity matrix."""
    n = int(num_rows)
    m = n if num_columns is None else int(num_columns)
    k = np.arange(min(n, m))
    return SparseTensor(np.stack([k, k], axis=1), convert(np.ones(len(k)), dtype), [n, m])


def retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """The elements at the places where `to_retain` (one an element) is true."""
    x, kept = _sparse(sp_input, "retain"), np.flatnonzero(np.asarray(to_retain))
    return SparseTensor(x._indices[kept], p.take.record((x.values, Tensor(kept)), {"axis": 0}), x._dense_shape)
