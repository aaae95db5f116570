"""Shapes checked, joined and counted through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_step
from tapefit.tape.ops._array import identity
from tapefit.tape.ops._axes import ints
from tapefit.tape.ops._create import shape
from tapefit.types import TensorShape, int32


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """`x` as it is, if it has the shape; None in the shape stands for any length.

    Raises
    ------
    InvalidArgumentError
        If it has another shape.
    """
    t = tensor_of(x)
    wanted, have = tuple(shape), tuple(t.shape)
    if len(wanted) != len(have) or any(w is not None and int(w) != h for w, h in zip(wanted, have, strict=True)):
        raise InvalidArgumentError(
            f"Shape of tensor {list(have)} is not compatible with expected shape {list(wanted)}."
        )
    return identity(t)


def _joined(shape_x: Any, shape_y: Any) -> tuple[int, ...]:
    a, b = (ints(s, "broadcast") if len(s) else () for s in (shape_x, shape_y))
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise InvalidArgumentError(
            f"Incompatible shapes for broadcasting: {list(a)} and {list(b)}; each pair of lengths must be equal or 1."
        ) from None


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that two shapes have together.

    Raises
    ------
    InvalidArgumentError
        If they do not broadcast.
    """
    return TensorShape(_joined(shape_x, shape_y))


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape that two shapes have together, as a tensor.

    Raises
    ------
    InvalidArgumentError
        If they do not broadcast.
    """
    return Tensor(np.array(_joined(shape_x, shape_y), np.int32))


def shape_n(input: Iterable[Any], out_type: Any = int32, name: str | None = None) -> list[Tensor]:
    """The shape of each tensor."""
    return [shape(x, out_type) for x in input]


@as_step
def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """The coordinates of places in a row-major array: (axes, places).

    Raises
    ------
    InvalidArgumentError
        If a place is outside of the array.
    """
    flat, sizes = np.asarray(tensor_of(indices)), ints(dims, "unravel_index")
    size = int(np.prod(sizes))
    if np.any((flat < 0) | (flat >= size)):
        raise InvalidArgumentError(f"index is out of bound as with dims: it must be in [0, {size}) for {list(sizes)}.")
    return Tensor(np.array(np.unravel_index(flat, sizes)).astype(flat.dtype))
