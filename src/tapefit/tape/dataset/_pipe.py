"""Pipe: a stream of keys, and the functions that make elements of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tapefit.tape.dataset._element import stacked

INFINITE = -1
UNKNOWN = -2


def _itself(key: Any) -> Any:
    return key


@dataclass(frozen=True)
class Pipe:
    """What a dataset is made of.

    Steps that choose or reorder move keys only (row numbers of arrays, say), and a batch of rows is one indexing of
    the arrays.

    Attributes
    ----------
    start
        Starts a pass: gives an iterator of keys.
    count
        How many keys there are; -1 for no end, -2 for an unknown number.
    sample
        Gives an element like the others, without starting a pass.
    decode
        The element of a key.
    collate
        The elements of a list of keys, stacked.
    varying
        The length of the sample's first axis, where the last element may be shorter.
    """

    start: Callable[[], Iterator[Any]]
    count: int
    sample: Callable[[], Any]
    decode: Callable[[Any], Any] = _itself
    collate: Callable[[list[Any]], Any] = stacked
    varying: int | None = None

    def elements(self) -> Iterator[Any]:
        """The elements of one pass."""
        return map(self.decode, self.start())

    def moved(self, start: Callable[[], Iterator[Any]], count: int) -> Pipe:
        """The same elements, chosen or ordered in another way."""
        return replace(self, start=start, count=count)


def least(counts: list[int]) -> int:
    """The number of elements of what ends with the first of several to end."""
    finite = [c for c in counts if c != INFINITE]
    return min(finite) if finite else INFINITE
