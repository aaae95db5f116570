"""What the ops of linear algebra ask of their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor


def stacked(value: Any, op: str) -> Tensor:
    """`value` as a tensor of at least two dimensions.

    Raises
    ------
    InvalidArgumentError
        If it has fewer.
    """
    x = tensor_of(value)
    if x._array.ndim < 2:
        raise InvalidArgumentError(
            f"{op} expects a matrix or a stack of matrices: its input must have rank >= 2, got {x._array.ndim}, shape "
            f"{tuple(x._array.shape)}; add an axis with tf.expand_dims."
        )
    return x


def matrices(value: Any, op: str, *, square: bool = False) -> Tensor:
    """`value` as a tensor of floating or complex matrices.

    Raises
    ------
    InvalidArgumentError
        If it has another dtype, fewer than two dimensions or, where that is asked, matrices that are not square.
    """
    x = stacked(value, op)
    if x._array.dtype.kind not in "fc":
        raise InvalidArgumentError(
            f"{op} cannot take a {x.dtype.name} tensor; cast it first, as in tf.cast(x, tf.float32)."
        )
    n, m = x._array.shape[-2:]
    if square and n != m:
        raise InvalidArgumentError(f"{op}: Input matrix must be square, got {n} rows and {m} columns; slice or pad it.")
    return x


def unit(n: int, dtype: np.dtype[Any]) -> Tensor:
    """The identity matrix."""
    return Tensor(np.eye(n, dtype=dtype))
