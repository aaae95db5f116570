"""Functions applied along the first axis: map, fold and scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.errors import InvalidArgumentError, OutOfRangeError
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.ops._array import stack, unstack
from tapefit.types import DType, as_dtype

Function = Callable[..., Any]


def map_fn(
    fn: Function,
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """`fn` of every slice along the first axis, the results stacked.

    Parameters
    ----------
    fn
        A function of one slice: of a tensor, or of a structure of them if `elems` is one.
    elems
        A tensor with at least one axis, or a structure of them, of one length.
    dtype, fn_output_signature
        The dtype of the result, or a structure of dtypes; by default as `fn` returns it.
    parallel_iterations, back_prop, swap_memory, infer_shape
        Accepted for TensorFlow's sake; they change nothing.

    Raises
    ------
    ValueError
        If a tensor has no axis, or the lengths differ.
    InvalidArgumentError
        If a result has another dtype than asked for, or another shape than the first result.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.map_fn(lambda x: x * x, tf.constant([1.0, 2.0, 3.0]))
    <tf.Tensor: shape=(3,), dtype=float32, numpy=array([1., 4., 9.], dtype=float32)>
    """
    _must_be_callable(fn)
    signature = dtype if fn_output_signature is None else fn_output_signature
    rows, leaves = _rows(elems)
    if not rows:
        form = nest.pack_sequence_as(elems, leaves) if signature is None else signature
        return nest.map_structure(_nothing, form)
    dtypes = None if signature is None else [_dtype(s) for s in nest.flatten(signature)]
    hints = [x.dtype for x in leaves] if dtypes is None else dtypes
    return _stacked([fn(row) for row in rows], hints, strict=dtypes is not None)


def vectorized_map(fn: Function, elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """`fn` of every slice along the first axis, the results stacked; a tensor of length 1 meets every other slice.

    Parameters
    ----------
    fn
        A function of one slice: of a tensor, or of a structure of them if `elems` is one.
    elems
        A tensor with at least one axis, or a structure of them, of one length or of length 1.
    fallback_to_while_loop, warn
        Accepted for TensorFlow's sake; slices are always taken one by one.
    """
    _must_be_callable(fn)
    rows, leaves = _rows(elems, repeats=True)
    if rows:
        return _stacked([fn(row) for row in rows], [x.dtype for x in leaves], strict=False)
    one = nest.pack_sequence_as(elems, [Tensor(np.zeros(x.shape[1:], x.dtype.numpy_dtype)) for x in leaves])
    return nest.map_structure(_none_of, fn(one))


def foldl(
    fn: Function,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """``fn(... fn(fn(initializer, elems[0]), elems[1]) ..., elems[-1])``.

    Parameters
    ----------
    fn
        ``fn(accumulated, slice)`` gives what is accumulated next.
    elems
        A tensor with at least one axis, or a structure of them, of one length.
    initializer
        What is accumulated at first; by default the first slice.
    parallel_iterations, back_prop, swap_memory
        Accepted for TensorFlow's sake; they change nothing.

    Raises
    ------
    OutOfRangeError
        If there are neither slices nor an initializer.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.foldl(lambda a, x: 10 * a + x, tf.constant([1, 2, 3]))
    <tf.Tensor: shape=(), dtype=int32, numpy=123>
    """
    _must_be_callable(fn)
    return _path(fn, _rows(elems)[0], initializer)[-1]


def foldr(
    fn: Function,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """`foldl` from the last slice to the first.

    Parameters
    ----------
    fn, elems, initializer, parallel_iterations, back_prop, swap_memory
        As for `foldl`.
    """
    _must_be_callable(fn)
    return _path(fn, _rows(elems)[0][::-1], initializer)[-1]


def scan(
    fn: Function,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """All that `foldl` accumulates on its way, stacked.

    Parameters
    ----------
    fn, elems, initializer, parallel_iterations, back_prop, swap_memory
        As for `foldl`; `fn` returns the structure of the initializer.
    reverse
        From the last slice to the first; the results stand where their slices stand.
    infer_shape
        Accepted for TensorFlow's sake; it changes nothing.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3]))
    <tf.Tensor: shape=(3,), dtype=int32, numpy=array([1, 3, 6], dtype=int32)>
    """
    _must_be_callable(fn)
    rows, _ = _rows(elems)
    path = _path(fn, rows[::-1] if reverse else rows, initializer)
    if initializer is not None:
        if not rows:
            return nest.map_structure(_none_of, path[0])
        path = path[1:]
    first = path[0]
    for later in path:
        nest.assert_same_structure(first, later)
    return _stacked(path[::-1] if reverse else path, [x.dtype for x in nest.flatten(first)], strict=True)


def _must_be_callable(fn: Any) -> None:
    if not callable(fn):
        raise TypeError(f"'fn' must be callable, got {fn!r}; pass a function.")


def _rows(elems: Any, *, repeats: bool = False) -> tuple[list[Any], list[Tensor]]:
    """The slices along the first axis, each in the structure of `elems`; and the tensors of `elems`."""
    leaves = [tensor_of(e) for e in nest.flatten(elems)]
    if not leaves:
        raise ValueError("Expected a tensor to take slices of, got an empty structure; pass one.")
    if any(not x.ndim for x in leaves):
        raise ValueError("Elements in elems must have at least one axis, got a scalar; pass tensors, not numbers.")
    lengths = {len(x) for x in leaves}
    if repeats and len(lengths) > 1:
        lengths.discard(1)
    if len(lengths) > 1:
        raise InvalidArgumentError(
            f"Expected tensors of one length along the first axis, got {sorted(lengths)}; slice or pad them."
        )
    (n,) = lengths
    slices = [unstack(x) if len(x) == n else unstack(x) * n for x in leaves]
    return [nest.pack_sequence_as(elems, list(row)) for row in zip(*slices, strict=True)], leaves


def _path(fn: Function, rows: list[Any], initializer: Any) -> list[Any]:
    """What is accumulated: at first, and after every slice."""
    if initializer is not None:
        path = [nest.map_structure(convert, initializer)]
    elif rows:
        path, rows = [rows[0]], rows[1:]
    else:
        raise OutOfRangeError("Tried to read from index 0 but array size is: 0; pass an initializer.")
    for row in rows:
        after = fn(path[-1], row)
        nest.assert_same_structure(path[0], after)
        path.append(nest.map_structure(convert, after))
    return path


def _stacked(results: list[Any], dtypes: Sequence[DType | None], *, strict: bool) -> Any:
    """The results' leaves stacked, in their structure; bare numbers take the dtypes given."""
    for later in results[1:]:
        nest.assert_same_structure(results[0], later)
    columns = list(zip(*(nest.flatten(r) for r in results), strict=True))
    if strict and len(columns) != len(dtypes):
        raise ValueError(
            f"The function returned {len(columns)} tensors but its signature names {len(dtypes)}; make them match."
        )
    hints = dtypes if len(columns) == len(dtypes) else [None] * len(columns)
    stacks = [_stack(column, hint, strict) for column, hint in zip(columns, hints, strict=True)]
    return nest.pack_sequence_as(results[0], stacks)


def _stack(values: tuple[Any, ...], dtype: DType | None, strict: bool) -> Tensor:
    parts = [v if isinstance(v, (Tensor, Variable)) else convert(v, dtype) for v in values]
    for part in parts:
        if strict and dtype is not None and part.dtype is not dtype:
            raise InvalidArgumentError(
                f"Expected results of dtype {dtype.name}, got {part.dtype.name}; cast them, or name the dtype in "
                "fn_output_signature."
            )
    return stack(parts)


def _dtype(signature: Any) -> DType:
    """The dtype of a dtype or of a TensorSpec."""
    return as_dtype(getattr(signature, "dtype", signature))


def _none_of(x: Any) -> Tensor:
    """No slices, of the shape and dtype of `x`."""
    one = convert(x)
    return Tensor(np.zeros((0, *one.shape), one.dtype.numpy_dtype))


def _nothing(leaf: Any) -> Tensor:
    """What `map_fn` gives for no slices; their shape is known from a TensorSpec only."""
    shape = () if isinstance(leaf, (Tensor, type)) else getattr(leaf, "shape", ())
    return Tensor(np.zeros((0, *shape), _dtype(leaf).numpy_dtype))
