"""Python functions called as ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapefit import nest
from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape._whole import as_effect
from tapefit.types import as_dtype


def py_function(func: Callable[..., Any], inp: Sequence[Any], Tout: Any, name: str | None = None) -> Any:
    """`func` of tensors; tapes record what it does.

    Parameters
    ----------
    func
        A function of as many tensors as `inp` has.
    inp
        Its arguments.
    Tout
        The dtype of what it returns, or a list of dtypes; an empty list for nothing.

    Returns
    -------
    Tensor or list
        One tensor for one dtype, else a list.

    Raises
    ------
    InvalidArgumentError
        If it returns another dtype, or another number of tensors.
    """
    result = func(*[tensor_of(x) for x in inp])
    if not isinstance(Tout, (list, tuple)):
        return _of_dtype(result, Tout)
    results = [] if result is None else list(result) if isinstance(result, (list, tuple)) else [result]
    if len(results) != len(Tout):
        raise InvalidArgumentError(f"py_function: Tout names {len(Tout)} tensors but func returned {len(results)}.")
    return [_of_dtype(r, dtype) for r, dtype in zip(results, Tout, strict=True)]


def _of_dtype(value: Any, dtype: Any) -> Tensor:
    wanted = as_dtype(dtype)
    if not isinstance(value, (Tensor, Variable)):
        return convert(value, wanted)
    x = tensor_of(value)
    if x.dtype is not wanted:
        raise InvalidArgumentError(
            f"py_function: Tout says {wanted.name} but func returned a {x.dtype.name} tensor; cast it."
        )
    return x


@as_effect
def numpy_function(
    func: Callable[..., Any], inp: Sequence[Any], Tout: Any, stateful: bool = True, name: str | None = None
) -> Any:
    """`func` of NumPy arrays, its results as tensors; no gradient flows through it.

    Parameters
    ----------
    func
        A function of as many NumPy arrays as `inp` has.
    inp
        Its arguments, converted to arrays.
    Tout, stateful
        Accepted for TensorFlow's sake; results have the dtypes that `func` gives them.

    Returns
    -------
    Tensor or list
        One tensor if `func` returns one array, else a list.
    """
    arrays = [tensor_of(x).numpy() for x in inp]
    results = [None if r is None else convert(r) for r in nest.flatten(func(*arrays))]
    return results[0] if len(results) == 1 else results
