"""Ops on the bits of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_step
from tapefit.tape.primitives import _bits as p
from tapefit.types import as_dtype


def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:
    """The same bits read as another dtype; not differentiable.

    Parameters
    ----------
    input
        Of any shape. For a wider `type` the last axis holds the parts of one number, and goes.
    type
        The dtype or its name. A narrower one adds an axis.

    Raises
    ------
    InvalidArgumentError
        If the last axis does not make up one number of `type`.
    """
    x, to = tensor_of(input), as_dtype(type).numpy_dtype
    have, want = x._array.dtype.itemsize, to.itemsize
    if want > have and (not x.ndim or x._array.shape[-1] * have != want):
        raise InvalidArgumentError(
            f"Cannot bitcast {x.dtype.name} of shape {list(x.shape)} to {to.name}: the last axis must have "
            f"{want // have} elements, the parts of one number; reshape the tensor."
        )
    return p.bitcast.record((x,), {"dtype": to})


def _binary(ufunc: Callable[..., Any], called: str, what: str) -> Callable[..., Tensor]:
    """A public op of two tensors of whole numbers."""

    def op(x: Any, y: Any, name: str | None = None) -> Tensor:
        a, b = pair(x, y, called)
        for t in (a, b):
            _must_be_whole(t, called)
        return Tensor(ufunc(np.asarray(a), np.asarray(b)))

    op.__name__ = op.__qualname__ = called
    op.__doc__ = f"{what} of whole numbers, element by element; not differentiable."
    return as_step(op)


def _must_be_whole(x: Tensor, op: str) -> None:
    if x._array.dtype.kind not in "iu":
        raise InvalidArgumentError(f"{op} expects whole numbers, got dtype {x.dtype.name}; cast to tf.int32.")


bitwise_and = _binary(np.bitwise_and, "bitwise_and", "The bits that both have,")
bitwise_or = _binary(np.bitwise_or, "bitwise_or", "The bits that either has,")
bitwise_xor = _binary(np.bitwise_xor, "bitwise_xor", "The bits that one of two has,")
left_shift = _binary(np.left_shift, "left_shift", "The bits of x moved up by y,")
right_shift = _binary(np.right_shift, "right_shift", "The bits of x moved down by y,")


@as_step
def invert(x: Any, name: str | None = None) -> Tensor:
    """Every bit of whole numbers turned; not differentiable."""
    t = tensor_of(x)
    _must_be_whole(t, "invert")
    return Tensor(np.invert(np.asarray(t)))
