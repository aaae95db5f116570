"""Casts that stop at the ends of a dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._math import cast, clip_by_value
from tapefit.types import as_dtype


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """`value` in another dtype; what that cannot hold becomes its largest or smallest number."""
    x, to = tensor_of(value), as_dtype(dtype)
    have = x.dtype
    if to.is_complex or have.is_complex or to.is_bool or have.is_bool:
        return cast(x, to)
    kind = have.numpy_dtype.type
    low, high = (end(*map(_number, ends)) for end, ends in ((max, (have.min, to.min)), (min, (have.max, to.max))))
    top = kind(high)
    if top.item() > high:  # rounded up: the largest number of the dtype that is not beyond
        top = np.nextafter(top, kind(0))
    return cast(clip_by_value(x, np.asarray(low, kind), np.asarray(top)), to)


def _number(limit: Any) -> Any:
    """An end of a dtype as a Python number, which compares exactly."""
    return limit.item() if isinstance(limit, np.generic) else limit
