"""NumPy's functions made to give tensors, with NumPy's own rules for dtypes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape import Tensor, Variable
from tapefit.tape._convert import tensor_of
from tapefit.tape._indexed_slices import IndexedSlices
from tapefit.tape.ops._math import cast

# Of these the arrays meet each other, so that they need one dtype.
_MEETING = frozenset(
    """
    append column_stack concatenate cross dot dstack einsum hstack inner isclose kron linspace matmul meshgrid outer
    polyval stack tensordot vdot vstack where
    """.split()  # noqa: SIM905 - a table to be read
)
# These give fractions of whole numbers.
_OF_FLOATS = frozenset("average mean nanmean std var linspace sinc angle".split())  # noqa: SIM905


def is_tensor(x: Any) -> bool:
    """Whether a tape may follow it."""
    return isinstance(x, (Tensor, Variable, IndexedSlices))


def function(name: str) -> Callable[..., Any]:
    """NumPy's function of that name, of tensors and arrays, giving tensors."""
    numpys = getattr(np, name)

    @functools.wraps(numpys)
    def call(*args: Any, **kwargs: Any) -> Any:
        args = nest.map_structure(lambda x: tensor_of(x) if is_tensor(x) else x, args)
        if any(is_tensor(x) for x in nest.flatten((args, kwargs))):
            args = _of_one_dtype(numpys, name, args)
        return nest.map_structure(tensor, numpys(*args, **kwargs))

    call.__doc__ = f"NumPy's `{name}` of tensors; gives tensors, and tapes follow it."
    return call


def tensor(x: Any) -> Any:
    """Arrays and NumPy's numbers as tensors; anything else as it is."""
    return Tensor(np.asarray(x)) if isinstance(x, (np.ndarray, np.generic)) else x


def _of_one_dtype(numpys: Any, name: str, args: Any) -> Any:
    """The arguments with their tensors in the dtype that NumPy would compute in."""
    if isinstance(numpys, np.ufunc):
        return _as_ufunc_wants(numpys, args)
    leaves = nest.flatten(args)
    to = np.result_type(*(_dtype_of(x) for x in leaves if is_tensor(x) or isinstance(x, np.ndarray)))
    if name in _OF_FLOATS and to.kind in "iub":
        to = np.dtype(np.float64)
    elif name not in _MEETING:
        return args
    return nest.map_structure(lambda x: cast(x, to) if is_tensor(x) and x._array.dtype.kind != "b" else x, args)


def _as_ufunc_wants(ufunc: np.ufunc, args: Any) -> Any:
    kinds = tuple(type(x) if type(x) in (int, float, complex) else _dtype_of(x) for x in args)
    if len(kinds) != ufunc.nin:
        return args
    wanted = ufunc.resolve_dtypes((*kinds, *[None] * ufunc.nout))
    return tuple(
        cast(x, to) if is_tensor(x) and x._array.dtype != to and to.kind in "fciu" else x
        for x, to in zip(args, wanted, strict=False)
    )


def _dtype_of(x: Any) -> np.dtype[Any]:
    return x._array.dtype if is_tensor(x) else np.asarray(x).dtype
