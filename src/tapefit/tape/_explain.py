"""Why a gradient is None: one of seventeen causes, with the line where the path was cut and what to write instead."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape._causes import CAUSES, INSTEAD_OF, SMOOTH_STEP
from tapefit.tape._graph import Graph
from tapefit.tape._place import CUTS, EXITS, Place
from tapefit.tape._reading import Setting, name_of, settings_of, tensors_in
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape

Where = Place | Setting | None


@dataclass(frozen=True)
class Explanation:
    """Why a gradient is None.

    Attributes
    ----------
    cause
        A short name of the cause.
    number
        Its number among the seventeen causes; 0 if nothing is wrong.
    reason
        The sentence.
    instead
        The line to write instead.
    target, source
        What the program calls them.
    file, line, code
        Where the path was cut, and the line there; None where that is not known.
    """

    cause: str
    number: int
    reason: str
    instead: str
    target: str
    source: str
    file: str | None = None
    line: int | None = None
    code: str | None = None

    def __str__(self) -> str:
        what = f"The gradient of {self.target} with respect to {self.source}"
        lines = [f"{what} is None: {self.reason}." if self.cause != "connected" else f"{what}: {self.reason}."]
        if self.file is not None:
            lines += [f'  File "{self.file}", line {self.line}', f"    {self.code}"]
        return "\n".join([*lines, f"  Write instead: {self.instead}" if self.number else f"  Write: {self.instead}"])

    def _repr_html_(self) -> str:
        first, *rest = str(self).split("\n")
        return f"<div><b>{html.escape(first)}</b><pre>{html.escape(chr(10).join(rest))}</pre></div>"


@dataclass(frozen=True)
class Finding:
    """What a check found: the cause, where, and the op or dtype that the sentence names."""

    cause: str
    where: Where = None
    op: str = ""


class Case:
    """What is asked, and what the tape knows of it."""

    def __init__(self, tape: GradientTape, target: Any, source: Any, frame: FrameType | None) -> None:
        self.tape, self.source, self.frame = tape, source, frame
        self.target = target._value if isinstance(target, Variable) else target
        self.graph = Graph(tape._records)
        self.uid = source._uid
        self.behind = self.graph.behind(target._uid, across_cuts=False)
        self.behind_cuts = self.graph.behind(target._uid, across_cuts=True)
        self.followed = self.uid in tape._live
        self.recorded = target._uid in self.graph.made or target._uid in tape._live
        self.names = {
            "tape": name_of(tape, frame) or "tape",
            "target": name_of(target, frame) or _own_name(target) or "the target",
            "source": name_of(source, frame) or _own_name(source) or "the source",
        }

    def depends(self, uid: int) -> bool:
        """Whether a tensor was computed from the source."""
        return self.uid in self.graph.behind(uid, across_cuts=True)

    def settings(self, what: str) -> list[Setting]:
        """Where the program sets the name of the target or the source."""
        return settings_of(self.names[what], self.frame)

    def followed_in(self, setting: Setting) -> bool:
        """Whether a statement computes from something that the tape follows."""
        return any(uid in self.tape._live for uid in tensors_in(setting.value, self.frame).values())

    def in_block(self, setting: Setting) -> bool:
        """Whether a statement stands in the tape's block, and not in a stop_recording block."""
        tape = self.names["tape"]
        inside = any(b == tape or b.endswith(f" as {tape}") for b in setting.blocks)
        return inside and not any("stop_recording" in b for b in setting.blocks)


def explain(tape: GradientTape, target: Any, source: Any, frame: FrameType | None) -> Explanation:
    """Go through the checks in order; the first that finds something is the cause."""
    case = Case(tape, target, source, frame)
    found = next(filter(None, (check(case) for check in CHECKS)), Finding("independent"))
    cause = CAUSES[found.cause]
    words = {**case.names, "op": found.op}
    instead = _instead_of(found.op) if found.cause == "no derivative" else cause.instead.format(**words)
    where = found.where
    return Explanation(
        found.cause,
        cause.number,
        cause.reason.format(**words),
        instead,
        case.names["target"],
        case.names["source"],
        *((where.file, where.line, where.text) if where else ()),
    )


def _own_name(thing: Any) -> str | None:
    return thing._name if isinstance(thing, Variable) and thing._name != "Variable" else None


def _instead_of(op: str) -> str:
    return INSTEAD_OF.get(op, SMOOTH_STEP)


# -- the checks --------------------------------------------------------------------------------


def _no_floating_dtype(case: Case) -> Finding | None:
    dtype = case.source.dtype
    if dtype.numpy_dtype.kind in "fc":
        return None
    return Finding("no floating dtype", _last(case.settings("source")), dtype.name)


def _connected(case: Case) -> Finding | None:
    if case.uid == case.target._uid or (case.followed and case.uid in case.behind):
        return Finding("connected")
    return None


def _unwatched_variable(case: Case) -> Finding | None:
    v = case.source
    if not isinstance(v, Variable) or case.followed:
        return None
    if not v.trainable:
        return Finding("not trainable", _last(case.settings("source")))
    return None if case.tape._watch_accessed else Finding("watching is off")


def _watched_outside(case: Case) -> Finding | None:
    note = (case.tape._notes or {}).get(case.uid)
    return Finding("watched outside", note.place) if note and not note.inside and not case.followed else None


def _unwatched_but_used(case: Case) -> Finding | None:
    if case.followed or case.uid not in case.behind_cuts or isinstance(case.source, Variable):
        return None
    return _overwritten(case) or Finding("constant", _last(case.settings("source")))


def _cut(case: Case) -> Finding | None:
    record = case.behind_cuts.get(case.uid)
    if record is None:
        return None
    name, answer = record[0].name, record[2]
    place = CUTS.get(answer._uid) if type(answer) is Tensor else None
    return Finding("stop_gradient" if name == "stop_gradient" else "no derivative", place, name)


def _swapped(case: Case) -> Finding | None:
    return Finding("swapped") if case.target._uid in case.graph.behind(case.uid, across_cuts=True) else None


def _left_into_a_variable(case: Case) -> Finding | None:
    for left in reversed(EXITS):
        if left.into and left.into in case.behind_cuts and case.depends(left.uid):
            return Finding("assigned" if left.how == "assign" else "copied variable", left.place)
    return None


def _traced(case: Case) -> Finding | None:
    """With trace=True: the step nearest to the source that the tape did not record."""
    tracer = case.tape._tracer
    if tracer is None or case.recorded:
        return None
    todo, seen, found = [case.target._uid], set(), None
    while todo:
        uid = todo.pop()
        step = tracer.step_of(uid)
        if step is None or uid in seen or uid in case.tape._live:
            continue
        seen.add(uid)
        if any(case.depends(i) for i in step.inputs):
            found = Finding("watched too late" if step.inside else "not recorded", step.place)
        todo += step.inputs
    return found


def _set_elsewhere(case: Case) -> Finding | None:
    """The statement where the target's values left the tape, where the program's source shows it."""
    setting = None if case.recorded else _departure(case, case.names["target"])
    if setting is None:
        return None
    if any(word in setting.value for word in (".numpy()", "np.", "numpy.", "float(")):
        return Finding("numpy", setting)
    if not case.in_block(setting):
        start = None if case.followed_in(setting) else _start_of_threads(case)
        derivative = any(f".{m}(" in setting.value for m in ("gradient", "jacobian", "batch_jacobian", "jvp"))
        return Finding("another thread" if start else "outer tape" if derivative else "not recorded", start or setting)
    note = (case.tape._notes or {}).get(case.uid)
    if note and note.place and setting.file == note.place.file and setting.line < note.place.line:
        return Finding("watched too late", note.place)
    return None


def _departure(case: Case, name: str) -> Setting | None:
    """Where a name was set; if that was from other values that the tape did not record, where those were set."""
    seen: set[str] = set()
    setting = None
    while name not in seen:
        seen.add(name)
        found = _last(settings_of(name, case.frame))
        if found is None:
            break
        setting = found
        if case.followed_in(setting):
            break
        name = next((n for n in tensors_in(setting.value, case.frame) if n not in seen), name)
    return setting


def _start_of_threads(case: Case) -> Setting | None:
    words = ("Thread(", "Executor(", ".submit(")
    every = settings_of(None, case.frame)
    return next((s for s in every if any(w in v for w in words for v in (s.value, *s.blocks))), None)


def _left_for_numpy(case: Case) -> Finding | None:
    for left in reversed(EXITS):
        if left.how == "numpy" and case.depends(left.uid):
            return Finding("numpy", left.place)
    return None


def _watched_too_late(case: Case) -> Finding | None:
    note = (case.tape._notes or {}).get(case.uid)
    used = any(a._uid == case.uid for record in case.tape._records for a in record[1])
    return Finding("watched too late", note.place) if note and case.followed and not used else None


def _another_tensor(case: Case) -> Finding | None:
    """The source was made of something that the target was computed from, or has its memory or values."""
    if isinstance(case.source, Variable):
        return None
    setting, mine = _last(case.settings("source")), case.source._array
    beside = case.graph.behind(case.uid, across_cuts=True) if case.uid in case.graph.made else {}
    named = tensors_in(setting.value, case.frame).values() if setting else ()
    path = [a for record in case.tape._records for a in record[1] if a._uid in case.behind_cuts]
    if any(uid in case.behind_cuts for uid in (*beside, *named)) or any(_alike(mine, a._array) for a in path):
        return Finding("another tensor", setting)
    return None


def _alike(mine: Any, theirs: Any) -> bool:
    if np.shares_memory(mine, theirs):
        return True
    same = mine.dtype == theirs.dtype and mine.shape == theirs.shape
    return same and mine.size > 0 and bool(np.array_equal(mine, theirs))


def _overwritten(case: Case) -> Finding | None:
    settings = case.settings("source")
    if isinstance(case.source, Variable) or not settings:
        return None
    was_variable = any("Variable(" in s.value for s in settings[:-1])
    return Finding("overwritten", settings[-1]) if was_variable and "Variable(" not in settings[-1].value else None


def _constant(case: Case) -> Finding | None:
    if case.followed or isinstance(case.source, Variable):
        return None
    return Finding("constant", _last(case.settings("source")))


def _another_thread(case: Case) -> Finding | None:
    if case.recorded or (case.tape._tracer and case.tape._tracer.step_of(case.target._uid)):
        return None
    start = _start_of_threads(case)
    return Finding("another thread", start) if start else None


def _unrecorded(case: Case) -> Finding | None:
    setting = _last(case.settings("target"))
    return None if case.recorded or (setting and case.in_block(setting)) else Finding("not recorded")


def _last(settings: list[Setting]) -> Setting | None:
    return settings[-1] if settings else None


CHECKS: tuple[Callable[[Case], Finding | None], ...] = (
    _no_floating_dtype,
    _connected,
    _unwatched_variable,
    _watched_outside,
    _unwatched_but_used,
    _cut,
    _swapped,
    _left_into_a_variable,
    _overwritten,
    _another_tensor,
    _constant,
    _traced,
    _set_elsewhere,
    _left_for_numpy,
    _watched_too_late,
    _another_thread,
    _unrecorded,
)
