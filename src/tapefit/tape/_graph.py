"""What the records of a tape connect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tapefit.tape._backward import Record
from tapefit.tape._tensor import Tensor


def outputs_of(record: Record) -> tuple[Tensor, ...]:
    """The answers of a record, one or several."""
    return (record[2],) if type(record[2]) is Tensor else tuple(record[2])


class Graph:
    """The records by the numbers of their answers.

    Parameters
    ----------
    records
        In order of execution.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.made = {y._uid: record for record in records for y in outputs_of(record)}

    def behind(self, uid: int, *, across_cuts: bool) -> dict[int, Record | None]:
        """What a tensor was computed from, itself included.

        Parameters
        ----------
        uid
            The tensor's number.
        across_cuts
            Whether to go on behind ops that have no derivative.

        Returns
        -------
        dict
            By number the record nearest to it at which the path is cut, or None if it is not cut.
        """
        seen: dict[int, Record | None] = {uid: None}
        todo = [uid]
        while todo:
            at = todo.pop()
            for a, cut in self._arguments(at):
                if a not in seen and (across_cuts or cut is None):
                    seen[a] = cut or seen[at]
                    todo.append(a)
        return seen

    def _arguments(self, uid: int) -> Iterator[tuple[int, Record | None]]:
        record = self.made.get(uid)
        if record is None:
            return
        primitive, args, _, _ = record
        answer_floats = any(_floats(y) for y in outputs_of(record))
        for a, rule in zip(args, primitive.rules or primitive.repeated(len(args)), strict=True):
            if a._uid:
                yield a._uid, None if rule is not None and answer_floats and _floats(a) else record


def _floats(x: Any) -> bool:
    return x._array.dtype.kind in "fc"
