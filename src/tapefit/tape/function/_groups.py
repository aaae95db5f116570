"""Groups: which steps of a program become one kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from tapefit.tape._primitive import REGISTRY
from tapefit.tape.function._kernel_ops import COPIES, POWERS, REDUCTIONS, ROWS, Row
from tapefit.tape.function._program import Program, Step

_ARRAY_STEPS = 2  # from which one call of a kernel costs less than the steps one by one
_SCALAR_STEPS = 20
_MOST = 512  # steps; building more takes a second


class Group(NamedTuple):
    """Steps that one kernel does.

    Attributes
    ----------
    steps
        In order.
    args
        The numbers of the values that come from outside, without constants.
    outs
        The numbers of the values that are needed outside.
    """

    steps: tuple[Step, ...]
    args: tuple[int, ...]
    outs: tuple[int, ...]


def letter(program: Program, k: int) -> str:
    """NumPy's letter of a value's dtype."""
    return program.values[k].dtype.char


def size(program: Program, k: int) -> int:
    """How many elements a value has."""
    count = 1
    for d in program.values[k].shape:
        count *= d
    return count


def fusible(program: Program, step: Step) -> bool:
    """Whether a kernel can do a step."""
    name, p = step.primitive.name, step.primitive
    if REGISTRY.get(name) is not p or not p.pure or p.outputs or len(step.outs) != 1:
        return False
    count = size(program, step.outs[0])
    if count == 0 or any(letter(program, k) not in "fd?" for k in (*step.args, *step.outs)):
        return False
    if name in REDUCTIONS:
        return count == 1 and size(program, step.args[0]) > 0 and letter(program, step.args[0]) != "?"
    if any(size(program, a) not in (1, count) for a in step.args):
        return False
    return _KINDS.get(name, _row)(program, step)


def _row(program: Program, step: Step) -> bool:
    row = ROWS.get(step.primitive.name)
    return row is not None and not step.params and _TAKES[row.takes](program, step, row)


def _floats(program: Program, step: Step, row: Row) -> bool:
    given = {letter(program, a) for a in step.args}
    return given == {"?" if row.truth else letter(program, step.outs[0])} or (row.truth and given in ({"f"}, {"d"}))


def _truths(program: Program, step: Step, row: Row) -> bool:
    return {letter(program, a) for a in step.args} == {"?"}


def _choice(program: Program, step: Step, row: Row) -> bool:
    condition, *rest = (letter(program, a) for a in step.args)
    return condition == "?" and set(rest) == {letter(program, step.outs[0])}


def _copy(program: Program, step: Step) -> bool:
    return letter(program, step.args[0]) == letter(program, step.outs[0])


def _power(program: Program, step: Step) -> bool:
    exponent = program.constants.get(step.args[1])
    known = exponent is not None and exponent.size == 1 and exponent.item() in POWERS
    return known and letter(program, step.args[0]) != "?" and _copy(program, step)


_TAKES: dict[str, Callable[[Program, Step, Row], bool]] = {"float": _floats, "truth": _truths, "choice": _choice}
_KINDS: dict[str, Callable[[Program, Step], bool]] = {
    **dict.fromkeys(COPIES, _copy),
    "cast": lambda program, step: True,
    "pow": _power,
}


def grouped(program: Program, worth: bool = True) -> list[Step | Group]:
    """The steps in an order in which those that can be one kernel stand together, as groups.

    Every step has a depth: even for steps that a kernel can do, odd for others, never below that of a step that it
    reads from. Steps of equal depth can be done together. A step is as deep as its readers let it, so that
    few values go from one kernel to the next. Without `worth`, groups too small to repay a call are groups too.
    """
    depth = _depths(program)
    order = sorted(range(len(program.steps)), key=lambda i: depth[i])
    out: list[Step | Group] = []
    for d in sorted(set(depth)):
        steps = tuple(program.steps[i] for i in order if depth[i] == d)
        fit = d % 2 == 0 and len(steps) <= _MOST and (not worth or _worth(program, steps))
        out += [_group(program, steps)] if fit else steps
    return out


def _depths(program: Program) -> list[int]:
    can = [fusible(program, s) for s in program.steps]
    at: dict[int, int] = {}
    depth, impure = [], 1
    for i, step in enumerate(program.steps):
        d = max((at.get(a, 0) for a in step.args), default=0)
        d += (d % 2 == 1) if can[i] else (d % 2 == 0)
        if not step.primitive.pure:  # these keep their order
            impure = d = max(d, impure)
        at.update(dict.fromkeys(step.outs, d))
        depth.append(d)
    kept = {*program.outputs, *(k for _, k in program.updates)}
    latest: dict[int, int] = {}
    for i in reversed(range(len(depth))):
        step = program.steps[i]
        readers = [latest[k] for k in step.outs if k in latest]
        if can[i] and readers and not kept.intersection(step.outs):
            limit = min(readers)
            depth[i] = limit - limit % 2
        for a in step.args:
            latest[a] = min(latest.get(a, depth[i]), depth[i])
    return depth


def _group(program: Program, steps: tuple[Step, ...]) -> Group:
    made = {k for s in steps for k in s.outs}
    wanted = {*program.outputs, *(k for _, k in program.updates)}
    wanted.update(a for s in program.steps if not made.issuperset(s.outs) or not s.outs for a in s.args)
    args = _once(a for s in steps for a in s.args if a not in made and a not in program.constants)
    return Group(steps, args, _once(k for s in steps for k in s.outs if k in wanted))


def _once(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


def _worth(program: Program, steps: tuple[Step, ...]) -> bool:
    """Whether a kernel's call costs less than the steps."""
    work = [s for s in steps if s.primitive.name not in COPIES]
    wide = sum(any(size(program, k) > 1 for k in (*s.args, *s.outs)) for s in work)
    return wide >= _ARRAY_STEPS or len(work) >= _SCALAR_STEPS


def same_everywhere(constant: Any) -> Any:
    """The number that a constant repeats, as an array of shape (); None if it has several."""
    if constant.size == 1 or not any(constant.strides):
        return constant.reshape(-1)[:1].reshape(()) if constant.size == 1 else constant.ravel()[:1].reshape(())
    first = constant.flat[0]
    return np.asarray(first) if bool((constant == first).all() and first) else None
