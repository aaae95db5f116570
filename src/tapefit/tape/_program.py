"""What a tape recorded, as the rows of a readable program."""

from __future__ import annotations

from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tapefit.tape._backward import Record, sweep
from tapefit.tape._graph import outputs_of
from tapefit.tape._primitive import is_outline
from tapefit.tape._reading import names_in
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape

_WIDE = 40


class Row(NamedTuple):
    """One value of the program.

    Attributes
    ----------
    name
        What the program calls it, or ``%1``, ``%2``, ... in order.
    op
        The primitive that made it; ``"variable"`` or ``"watched"`` for what the program starts from.
    inputs
        The names of the arguments; small constants by their values.
    options
        The parameters, such as ``axis=(0,)``.
    shape, dtype, value
        Of the value, shortened.
    gradient
        The cotangent of the last gradient that was asked for, shortened; empty if there is none.
    place
        The file and line, of a tape made with ``trace=True``; else empty.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    options: str
    shape: tuple[int, ...]
    dtype: str
    value: str
    gradient: str
    place: str

    @property
    def call(self) -> str:
        """The row's right-hand side."""
        if self.op in _STARTS:
            return self.op
        return f"{self.op}({', '.join([*self.inputs, *([self.options] if self.options else [])])})"


_STARTS = ("variable", "watched")


def program_of(tape: GradientTape, frame: FrameType | None) -> tuple[Row, ...]:
    """The sources that a tape follows and its records, in order of execution.

    Parameters
    ----------
    tape
        The tape.
    frame
        The frame whose names are used.
    """
    writer = _Writer(tape, frame)
    return (*writer.sources(), *writer.steps())


class _Writer:
    """Gives names to numbers, and rows to records."""

    def __init__(self, tape: GradientTape, frame: FrameType | None) -> None:
        self.tape, self.records = tape, list(tape._records)
        self.names = {uid: v._name for uid, v in tape._variables.items() if v._name != "Variable"}
        self.names |= names_in(frame)
        self.gradients = cotangents_of(tape)

    def sources(self) -> Iterable[Row]:
        """What is watched, and what the records read of it."""
        made = {y._uid for record in self.records for y in outputs_of(record)}
        seen = {uid: v._value for uid, v in self.tape._variables.items()}
        read = {a._uid: a for record in self.records for a in record[1] if a._uid in self.tape._live}
        for uid, x in sorted({**read, **seen}.items()):
            if uid not in made:
                yield self._row(x, "variable" if uid in self.tape._variables else "watched", (), "")

    def steps(self) -> Iterable[Row]:
        """The records."""
        for primitive, args, answer, params in self.records:
            inputs = tuple(self._argument(a) for a in args)
            for y in (answer,) if type(answer) is Tensor else answer:
                yield self._row(y, primitive.name, inputs, _options(params))

    def _row(self, x: Tensor, op: str, inputs: tuple[str, ...], options: str) -> Row:
        g, tracer = self.gradients.get(x._uid), self.tape._tracer
        step = tracer.step_of(x._uid) if tracer else None
        place = str(step.place) if step and step.place else ""
        value = "not kept" if is_outline(x._array) else short(x._array)
        shape = tuple(int(d) for d in x._array.shape)
        name, dtype = self._name(x._uid), x.dtype.name
        return Row(name, op, inputs, options, shape, dtype, value, "" if g is None else short(g), place)

    def _name(self, uid: int) -> str:
        if uid not in self.names:
            self.names[uid] = f"%{1 + sum(n.startswith('%') for n in self.names.values())}"
        return self.names[uid]

    def _argument(self, a: Tensor) -> str:
        if a._uid in self.tape._live or a._uid in self.names:
            return self._name(a._uid)
        return short(a._array) if not a._array.ndim else f"constant{tuple(a._array.shape)}"


def cotangents_of(tape: GradientTape) -> dict[int, Any]:
    """The cotangents of every value on the way to the last gradient that was asked for, by number."""
    if tape._asked is None:
        return {}
    targets, seeds = tape._asked
    cotangents: dict[int, Any] = {}
    for target, seed in zip(targets, seeds, strict=True):
        g = np.conj(seed._array if type(seed) is Tensor else seed)
        uid = target._uid
        cotangents[uid] = cotangents[uid] + g if uid in cotangents else g
    numbers = {t._uid for record in tape._records for t in (*record[1], *outputs_of(record))}
    before, stack.tapes, stack.check = (stack.tapes, stack.check), [], None
    try:
        found = sweep(list(tape._records), cotangents, tape._live, numbers | set(cotangents))
    finally:
        stack.tapes, stack.check = before
    return {uid: np.conj(g) for uid, g in found.items()}


def short(array: Any) -> str:
    """A value in one line of at most some forty characters."""
    array = np.asarray(array)
    if not array.ndim:
        return f"{array.item():.6g}" if array.dtype.kind in "fc" else str(array.item())
    text = np.array2string(
        array, precision=4, threshold=6, edgeitems=1 if array.ndim > 1 else 2, max_line_width=10_000, separator=" "
    )
    text = " ".join(text.split())
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 4]} ..."


def _options(params: dict[str, Any] | None) -> str:
    parts = [f"{k}={_option(v)}" for k, v in (params or {}).items() if v is not None and v is not False]
    text = ", ".join(parts)
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 4]} ..."


def _option(value: Any) -> str:
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, slice):
        return ":".join("" if v is None else str(v) for v in (value.start, value.stop))
    if isinstance(value, tuple):
        return f"[{', '.join(map(_option, value))}]"
    return "..." if value is Ellipsis else short(value) if isinstance(value, np.ndarray) else repr(value)


def size_of(records: list[Record]) -> str:
    """How many records, in words."""
    return f"{len(records)} record" + ("" if len(records) == 1 else "s")
