"""Matrix products and norms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import convert, like, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import expand_dims, reshape, squeeze, transpose
from tapefit.tape.ops._axes import ints, one_axis, several_axes
from tapefit.tape.ops._reduce import reduce_max, reduce_sum


def _same_dtype(a: Any, b: Any, op: str) -> tuple[Tensor, Tensor]:
    """Both as tensors; a number or array on the right, or on the left of a tensor's operator, follows the tensor."""
    a = like(a, b) if isinstance(b, Tensor) and not isinstance(a, Tensor) else a
    b = like(b, a) if not isinstance(b, Tensor) else b
    if a._array.dtype != b._array.dtype:
        raise InvalidArgumentError(
            f"cannot compute {op}: its first operand is a {a.dtype.name} tensor and its second a {b.dtype.name} "
            f"tensor; cast one of them, as in tf.cast(b, tf.{a.dtype.name})."
        )
    return a, b


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices, or of stacks of matrices.

    Parameters
    ----------
    a, b
        Tensors of one dtype, of shapes (..., n, k) and (..., k, m); leading axes broadcast.
    transpose_a, transpose_b, adjoint_a, adjoint_b
        Use the transpose or the conjugate transpose of that operand.
    a_is_sparse, b_is_sparse
        Accepted for TensorFlow's sake: a hint about zeros, which changes nothing.

    Returns
    -------
    Tensor
        Of shape (..., n, m).

    Raises
    ------
    InvalidArgumentError
        If an operand has fewer than two dimensions, or the inner dimensions differ.
    """
    a, b = (tensor_of(v) if isinstance(v, Tensor) or hasattr(v, "_value_for_op") else v for v in (a, b))
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        a = convert(a)
    a, b = _same_dtype(a, b, "matmul")
    for place, v in enumerate((a, b)):
        if v._array.ndim < 2:
            raise InvalidArgumentError(
                f"matmul expects operands of at least 2 dimensions, In[{place}] has shape {v._array.shape}; "
                "use tf.linalg.matvec or tf.tensordot for vectors."
            )
    a = _turned(a, transpose_a, adjoint_a)
    b = _turned(b, transpose_b, adjoint_b)
    if a._array.shape[-1] != b._array.shape[-2]:
        raise InvalidArgumentError(
            f"Matrix size-incompatible: In[0]: {list(a._array.shape)}, In[1]: {list(b._array.shape)}; the last "
            "dimension of the first must equal the last but one of the second."
        )
    return p.matmul.record((a, b), {})


def _turned(x: Tensor, transposed: bool, adjoint: bool) -> Tensor:
    if not transposed and not adjoint:
        return x
    turned = p.swap_last.record((x,), {})
    return p.conj.record((turned,), {}) if adjoint else turned


def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> Tensor:
    """The transpose of the last two axes."""
    return _turned(tensor_of(a), True, conjugate)


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of a matrix (..., n, k) and a vector (..., k), of shape (..., n); options as for `matmul`."""
    return squeeze(matmul(a, expand_dims(b, -1), transpose_a=transpose_a, adjoint_a=adjoint_a), -1)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The sum of products over the axes named, as NumPy's tensordot.

    Parameters
    ----------
    a, b
        Tensors of one dtype.
    axes
        A number n (the last n of `a` with the first n of `b`), or a pair of lists of axes.

    Returns
    -------
    Tensor
        The remaining axes of `a`, then those of `b`.
    """
    a = tensor_of(a)
    a, b = _same_dtype(a, tensor_of(b) if hasattr(b, "_value_for_op") else b, "tensordot")
    na, nb = a._array.ndim, b._array.ndim
    if np.ndim(axes) == 0:
        n = int(axes)
        over_a, over_b = tuple(range(na - n, na)), tuple(range(n))
    else:
        over_a, over_b = (
            tuple(i % max(k, 1) for i in ints(ax, "tensordot")) for ax, k in zip(axes, (na, nb), strict=True)
        )
    free_a = [i for i in range(na) if i not in over_a]
    free_b = [i for i in range(nb) if i not in over_b]
    shape = [a._array.shape[i] for i in free_a] + [b._array.shape[i] for i in free_b]
    inner_a, inner_b = ([v._array.shape[i] for i in ov] for v, ov in ((a, over_a), (b, over_b)))
    if inner_a != inner_b:
        raise InvalidArgumentError(
            f"tensordot expects equal lengths along the paired axes, got {inner_a} and {inner_b}; check `axes`."
        )
    k = math.prod(inner_a)
    left = reshape(transpose(a, [*free_a, *over_a]), [-1 if k else math.prod(shape[: len(free_a)]), k])
    right = reshape(transpose(b, [*over_b, *free_b]), [k, math.prod(shape[len(free_a) :])])
    return reshape(matmul(left, right), shape)


def norm(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = None, name: str | None = None
) -> Tensor:
    """The norm of vectors or of matrices; the gradient of a vector norm at 0 is 0.

    Parameters
    ----------
    tensor
        Floating or complex, of any shape.
    ord
        Of vectors: "euclidean" or 2, 1, infinity, or any positive number p for the p-norm. Of matrices: "fro" or
        "euclidean", 1 (the largest sum of a column), infinity (of a row), 2 (the largest singular value).
    axis
        An axis for vectors, a pair of axes (rows, columns) for matrices, or None for all elements as one vector.
    keepdims
        Keep the reduced axes with length 1.

    Returns
    -------
    Tensor
        Without these axes. Of complex tensors: complex for the Euclidean norm, real for the others, as in TensorFlow.

    Raises
    ------
    ValueError
        If `ord` or `axis` is not one of these.
    """
    x, keep = tensor_of(tensor), bool(keepdims)
    if x._array.dtype.kind not in "fc":
        raise InvalidArgumentError(
            f"norm cannot take a {x.dtype.name} tensor; cast it first, as in tf.cast(x, tf.float32)."
        )
    pair = isinstance(axis, (tuple, list)) and len(axis) == 2
    if not pair and axis is not None and np.ndim(axis) and len(axis) != 1:
        raise ValueError(
            f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}; flatten first."
        )
    if ord == "euclidean" or (ord == "fro" and pair) or (ord == 2 and not pair):
        axes = several_axes(axis, x._array.ndim, "norm")
        size = p.euclidean_norm.record((x,), {"axis": axes, "keepdims": keep})
        return size if x._array.dtype.kind == "f" else p.cast.record((size,), {"dtype": x._array.dtype})
    if pair:
        rows, columns = (one_axis(i, x._array.ndim, "norm") for i in axis)
        return _matrix_norm(x, ord, rows, columns, keep)
    return _vector_norm(x, ord, axis, keep)


def _vector_norm(x: Tensor, ord: Any, axis: Any, keepdims: bool) -> Tensor:
    if not isinstance(ord, (int, float)) or not ord > 0:
        raise ValueError(
            f"'ord' must be a supported vector norm, got {ord}; use 'euclidean', inf or a positive number."
        )
    size = o.absolute(x)
    if ord == math.inf:
        return reduce_max(size, axis, keepdims)
    if ord == 1:
        return reduce_sum(size, axis, keepdims)
    total = reduce_sum(o.power(size, float(ord)), axis, keepdims)
    # at 0 the root has an infinite derivative, and the norm the subgradient 0
    zero = p.equal.record((total, like(0, total)), {})
    none, one = like(0, total), like(1, total)
    root = o.power(p.where.record((zero, one, total), {}), 1 / float(ord))
    return p.where.record((zero, none, root), {})


def _matrix_norm(x: Tensor, ord: Any, rows: int, columns: int, keepdims: bool) -> Tensor:
    if ord == 2:
        from tapefit.tape.ops._linalg_factors import svd

        last = [i for i in range(x._array.ndim) if i not in (rows, columns)]
        largest = reduce_max(svd(transpose(x, [*last, rows, columns]), compute_uv=False), -1)
        for i in sorted((rows, columns)) if keepdims else ():
            largest = expand_dims(largest, i)
        return largest
    if ord not in (1, math.inf):
        raise ValueError(
            f"'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf], got {ord}; choose one."
        )
    sums = reduce_sum(o.absolute(x), rows if ord == 1 else columns, True)
    return reduce_max(sums, (rows, columns), keepdims)
