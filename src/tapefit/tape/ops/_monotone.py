"""Whether numbers increase."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_step


@as_step
def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Whether no element, in row-major order, is smaller than the one before."""
    flat = np.asarray(tensor_of(x)).ravel()
    return Tensor(np.asarray(np.all(flat[1:] >= flat[:-1])))


@as_step
def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Whether each element, in row-major order, is larger than the one before."""
    flat = np.asarray(tensor_of(x)).ravel()
    return Tensor(np.asarray(np.all(flat[1:] > flat[:-1])))
