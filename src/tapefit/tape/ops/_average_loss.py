"""Losses of examples brought to one number."""

from __future__ import annotations

from typing import Any

from tapefit.tape._convert import tensor_of
from tapefit.tape._operators import divide, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._reduce import reduce_sum


def compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None) -> Tensor:
    """The sum of weighted losses over the size of the batch, by default the number of losses."""
    losses = tensor_of(per_example_loss)
    if sample_weight is not None:
        losses = multiply(losses, sample_weight)
    size = losses._array.shape[0] if global_batch_size is None and losses.ndim else global_batch_size
    return divide(reduce_sum(losses), float(1 if size is None else size))


def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of a penalty, as it stands: there is one replica."""
    return reduce_sum(tensor_of(regularization_loss))
