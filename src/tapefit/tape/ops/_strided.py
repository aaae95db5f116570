"""Slices by numbers."""

from __future__ import annotations

from typing import Any

from tapefit.tape._slicing import item
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._axes import ints


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """``input_[begin:end:strides]`` along the first axes; bit i of a mask says what place i of the key is."""
    first, last = ints(begin, "strided_slice"), ints(end, "strided_slice")
    steps = (1,) * len(first) if strides is None else ints(strides, "strided_slice")

    def part(i: int) -> Any:
        if ellipsis_mask >> i & 1:
            return Ellipsis
        if new_axis_mask >> i & 1:
            return None
        if shrink_axis_mask >> i & 1:
            return first[i]
        start = None if begin_mask >> i & 1 else first[i]
        return slice(start, None if end_mask >> i & 1 else last[i], steps[i])

    return item(input_, tuple(part(i) for i in range(len(first))))
