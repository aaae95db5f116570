"""Tracer: hears every op of a thread, followed or not, to say later where a path was cut."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from tapefit.tape._place import Place, here
from tapefit.tape._primitive import Primitive
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape


class Step(NamedTuple):
    """An op that ran.

    Attributes
    ----------
    name
        The primitive's.
    inputs
        The numbers of its arguments.
    place
        Where in the user's program.
    inside
        Whether the tape was recording then.
    """

    name: str
    inputs: tuple[int, ...]
    place: Place | None
    inside: bool


class Tracer:
    """What a tape made with ``trace=True`` puts on the stack beside itself, from its first entry to its end.

    It keeps numbers and places, no values.
    """

    __slots__ = ("__weakref__", "_steps", "_tape")
    _records = None
    _watch_accessed = False
    _live: frozenset[int] = frozenset()

    def __init__(self, tape: GradientTape) -> None:
        self._tape = weakref.ref(tape, self._stop)
        self._steps: dict[int, Step] = {}

    def start(self) -> None:
        """Listen, if it does not yet."""
        if not any(t is self for t in stack.tapes):  # type: ignore[comparison-overlap]
            stack.tapes.append(self)  # type: ignore[arg-type]

    def _stop(self, _: object = None) -> None:
        stack.tapes[:] = [t for t in stack.tapes if t is not self]  # type: ignore[comparison-overlap]

    def _hear(
        self, primitive: Primitive, args: tuple[Tensor, ...], answer: Any, params: dict[str, Any] | None, others: Any
    ) -> None:
        tape = self._tape()
        if tape is None:
            self._stop()
            return
        for t in (*args, *((answer,) if type(answer) is Tensor else answer)):
            t._uid = t._uid or next_uid()
        step = Step(primitive.name, tuple(a._uid for a in args), here(), tape._recording)
        for y in (answer,) if type(answer) is Tensor else answer:
            self._steps[y._uid] = step

    def step_of(self, uid: int) -> Step | None:
        """The op that made a tensor."""
        return self._steps.get(uid)
