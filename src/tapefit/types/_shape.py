"""TensorShape: the shape of a tensor, a tuple of its dimensions."""

from __future__ import annotations

import math
from typing import Any, SupportsIndex


class TensorShape(tuple[int, ...]):
    """A fully known shape: a tuple of ints with TensorFlow's methods beside it."""

    __slots__ = ()

    def __new__(cls, dims: Any = ()) -> TensorShape:
        if type(dims) is not tuple and isinstance(dims, SupportsIndex):
            dims = (dims,)
        return super().__new__(cls, (int(d) for d in dims))

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self)

    @property
    def ndims(self) -> int:
        """The number of dimensions; the older name of `rank`."""
        return len(self)

    @property
    def dims(self) -> list[int]:
        """The dimensions as a list."""
        return list(self)

    def as_list(self) -> list[int]:
        """The dimensions as a list."""
        return list(self)

    def num_elements(self) -> int:
        """The product of the dimensions."""
        return math.prod(self)

    def is_fully_defined(self) -> bool:
        """True: an eager tensor always knows its shape."""
        return True

    def is_compatible_with(self, other: Any) -> bool:
        """True if `other` has the same dimensions, where None in `other` fits any."""
        other = tuple(other)
        return len(other) == len(self) and all(b is None or a == b for a, b in zip(self, other, strict=True))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {tuple(self)} and {tuple(other)} are incompatible.")

    def __getitem__(self, key: Any) -> Any:
        got = super().__getitem__(key)
        return TensorShape(got) if isinstance(key, slice) else got

    def __add__(self, other: Any) -> TensorShape:
        return TensorShape((*self, *other))

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return tuple.__repr__(self)
