"""Indexing: which keys a tensor takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError, OperatorNotAllowedInGraphError
from tapefit.tape import primitives as p
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor, values_of
from tapefit.tape._variable import Variable

_VALID = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar integer tensors are valid indices"
)


def item(x: Any, key: Any) -> Tensor:
    """``x[key]``, recorded.

    Raises
    ------
    TypeError
        For keys that TensorFlow does not take either, such as lists of ints; `tapefit.gather` takes those.
    InvalidArgumentError
        If an index is out of range, or there are too many.
    """
    x = tensor_of(x)
    parts = key if isinstance(key, tuple) else (key,)
    clean = tuple(key_part(k) for k in parts)
    places = sum(1 for k in clean if isinstance(k, (int, slice)))
    if places > x._array.ndim:
        raise InvalidArgumentError(
            f"Index out of range: {places} indices for a tensor of {x._array.ndim} dimensions; drop some."
        )
    try:
        return p.getitem.record((x,), {"key": clean})
    except InvalidArgumentError as error:
        if isinstance(error.__cause__, IndexError):
            raise InvalidArgumentError(f"slice index out of bounds: {error.__cause__}.") from None
        raise


def key_part(k: Any) -> Any:
    """One part of a key, as NumPy takes it."""
    if k is None or k is Ellipsis:
        return k
    if isinstance(k, slice):
        return slice(*(None if v is None else _whole(v) for v in (k.start, k.stop, k.step)))
    array = k._array if isinstance(k, Tensor) else k._value._array if isinstance(k, Variable) else np.asarray(k)
    if array.dtype.kind == "b" and isinstance(k, (Tensor, np.ndarray)) and array.ndim:
        return values_of(k, "a mask as index") if isinstance(k, Tensor) else array
    return _whole(k)


def _whole(v: Any) -> int:
    """A scalar index as an int."""
    if isinstance(v, (bool, np.bool_)):
        raise TypeError(f"{_VALID}, got {v!r}; use tf.boolean_mask to select by truth.")
    try:
        return int(v.__index__())
    except OperatorNotAllowedInGraphError:
        raise
    except (AttributeError, TypeError):
        raise TypeError(f"{_VALID}, got {v!r}; use tf.gather for lists of indices.") from None
