"""Sequences of their own lengths in one tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._axes import one_axis
from tapefit.tape.primitives import _indices as p


def reverse_sequence(
    input: Any, seq_lengths: Any, seq_axis: Any = None, batch_axis: Any = None, name: str | None = None
) -> Tensor:
    """The first elements of each sequence in reverse order, the others as they are.

    Parameters
    ----------
    input
        Of any shape with both axes.
    seq_lengths
        How many elements to reverse, one number a batch.
    seq_axis, batch_axis
        The axis of the elements, which must be named, and that of the batches, by default the first.

    Raises
    ------
    InvalidArgumentError
        If there is not one length a batch, or one is beyond the axis.
    """
    if seq_axis is None:
        raise ValueError("reverse_sequence expects seq_axis, the axis of the elements, got None; pass it.")
    x, lengths = tensor_of(input), np.asarray(seq_lengths)
    along = one_axis(seq_axis, x.ndim, "reverse_sequence")
    batch = one_axis(0 if batch_axis is None else batch_axis, x.ndim, "reverse_sequence")
    n, longest = x._array.shape[batch], x._array.shape[along]
    if along == batch or lengths.shape != (n,):
        raise InvalidArgumentError(
            f"reverse_sequence expects one length for each of {n} batches and two different axes, got lengths of "
            f"shape {list(lengths.shape)} and axes {along} and {batch}."
        )
    if np.any((lengths < 0) | (lengths > longest)):
        raise InvalidArgumentError(
            f"reverse_sequence expects lengths from 0 to {longest}, the length of axis {along}, got {lengths.tolist()}."
        )
    shape = [1] * x.ndim
    shape[along] = longest
    steps = np.arange(longest).reshape(shape)
    shape[along], shape[batch] = 1, n
    ends = lengths.reshape(shape)
    places = np.broadcast_to(np.where(steps < ends, ends - 1 - steps, steps), x._array.shape)
    return p.take_along.record((x, Tensor(places)), {"axis": along - x.ndim})
