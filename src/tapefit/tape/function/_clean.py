"""Cleaning a program: what nobody reads is left out, what is computed twice is computed once.

Every rewriting keeps each result bit for bit, but for the sign of a zero and where numbers leave the range of
their dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape import primitives as p
from tapefit.tape.function._program import Program, Step, Value

_BROADCASTING = ("add", "subtract", "multiply", "divide", "maximum", "minimum")


def clean(program: Program) -> Program:
    """The program without what it does in vain.

    1. Constants whose elements are all equal become scalars where they are broadcast anyway.
    2. Factors that are powers of two, signs and copies are drawn together; what was computed before is not
       computed again.
    3. Steps whose results nobody reads are left out.
    """
    cleaner = _Cleaner(program)
    for step in program.steps:
        cleaner.take(step)
    return needed(cleaner.finish())


def needed(program: Program) -> Program:
    """The program without steps, reads and constants that no output, update or impure step needs."""
    wanted = {*program.outputs, *(k for _, k in program.updates)}
    kept = []
    for step in reversed(program.steps):
        if not step.primitive.pure or any(k in wanted for k in step.outs):
            kept.append(step)
            wanted.update(step.args)
    return program._replace(
        steps=tuple(reversed(kept)),
        reads=tuple((v, k) for v, k in program.reads if k in wanted),
        constants={k: c for k, c in program.constants.items() if k in wanted},
    )


class _Cleaner:
    """The program anew, step by step."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.values = list(program.values)
        self.constants = dict(program.constants)
        self.steps: list[Step] = []
        self.same: dict[int, int] = {}  # the number that stands for another
        self.seen: dict[Any, tuple[int, ...]] = {}  # what was computed, by what and from what
        self.made: dict[int, Step] = {}  # the step that made a value
        self._equal: dict[int, Any] = {}

    def take(self, step: Step) -> None:
        """Enter a step, or see that it needs none."""
        args = tuple(self.same.get(a, a) for a in step.args)
        if not step.primitive.pure:
            self._enter(step._replace(args=args))
            return
        step = step._replace(args=self._scalars(step, args))
        rewrite = _REWRITES.get(step.primitive.name)
        if rewrite is not None:
            outcome = rewrite(self, step)
            if isinstance(outcome, int):
                self.same[step.outs[0]] = outcome
                return
            step = outcome
        key = _key(step)
        if key is not None and key in self.seen:
            self.same.update(zip(step.outs, self.seen[key], strict=True))
            return
        if key is not None:
            self.seen[key] = step.outs
        self._enter(step)

    def _enter(self, step: Step) -> None:
        self.steps.append(step)
        for k in step.outs:
            self.made[k] = step

    def _scalars(self, step: Step, args: tuple[int, ...]) -> tuple[int, ...]:
        """The arguments, with a scalar for what only repeats one number, where another has the answer's shape."""
        if step.primitive.name not in _BROADCASTING or len(args) != 2:
            return args
        shape = self.values[step.outs[0]].shape
        out = list(args)
        for i, other in ((0, 1), (1, 0)):
            if self.values[out[other]].shape == shape and self.values[out[i]].shape != ():
                number = self.scalar(out[i])
                out[i] = out[i] if number is None else number
        return tuple(out)

    def scalar(self, k: int) -> int | None:
        """The number of a scalar that value `k` repeats, or None."""
        step = self.made.get(k)
        if step is not None and step.primitive is p.broadcast_to and self.values[step.args[0]].shape == ():
            return step.args[0]
        one = self.number(k)
        return None if one is None else self.constant(one)

    def number(self, k: int) -> Any:
        """The number that constant `k` is everywhere, as a NumPy scalar; None if it is no constant or is several."""
        if k not in self._equal:
            array = self.constants.get(k)
            one = None
            if array is not None and array.size and array.dtype.kind in "fiub":
                first = array.reshape(-1)[0]
                if array.size == 1 or not any(array.strides) or bool((array == first).all() and first):
                    one = first
            self._equal[k] = one
        return self._equal[k]

    def constant(self, scalar: Any) -> int:
        """The number of a constant scalar."""
        key = ("constant", scalar.dtype.char, scalar.tobytes())
        if key not in self.seen:
            array = np.asarray(scalar)
            self.values.append(Value.like(array))
            self.constants[len(self.values) - 1] = array
            self.seen[key] = (len(self.values) - 1,)
        return self.seen[key][0]

    def finish(self) -> Program:
        """The program of the steps that were entered."""
        final: Callable[[int], int] = lambda k: self.same.get(k, k)
        return self.program._replace(
            values=tuple(self.values),
            constants=self.constants,
            steps=tuple(self.steps),
            updates=tuple((v, final(k)) for v, k in self.program.updates),
            outputs=tuple(map(final, self.program.outputs)),
        )


def _key(step: Step) -> Any:
    """What tells two steps apart that do the same; None if it cannot be told."""
    try:
        key = id(step.primitive), step.args, tuple(sorted(step.params.items()))
        hash(key)
    except TypeError:
        return None
    return key


# -- rewritings: the step to enter instead, or the number of a value that is there already -------------------


def _copy(cleaner: _Cleaner, step: Step) -> Step | int:
    return step.args[0]


def _spread(cleaner: _Cleaner, step: Step) -> Step | int:
    """What has the shape already needs no spreading."""
    a = step.args[0]
    return a if cleaner.values[a] == cleaner.values[step.outs[0]] else step


def _negate(cleaner: _Cleaner, step: Step) -> Step | int:
    """-(-x) is x, and -(c x) is (-c) x."""
    inner = cleaner.made.get(step.args[0])
    if inner is None or cleaner.values[step.outs[0]].dtype.kind != "f":
        return step
    if inner.primitive is p.negative:
        return inner.args[0]
    if inner.primitive is p.multiply:
        for c, x in (inner.args, inner.args[::-1]):
            number = cleaner.number(c)
            if number is not None and cleaner.values[c].shape == ():
                return step._replace(primitive=p.multiply, args=(cleaner.constant(-number), x))
    return step


def _times(cleaner: _Cleaner, step: Step) -> Step | int:
    """1 x is x, x + x a doubling, and c (d x) is (c d) x where c or d is a power of two."""
    out = cleaner.values[step.outs[0]]
    for c, x in (step.args, step.args[::-1]):
        number = cleaner.number(c)
        if number is None or cleaner.values[c].shape != () or out.dtype.kind != "f" or cleaner.values[x] != out:
            continue
        if number == 1:
            return x
        inner = cleaner.made.get(x)
        if inner is None or cleaner.values[inner.outs[0]] != out:
            continue
        if inner.primitive is p.add and inner.args[0] == inner.args[1]:
            twice = _product(number, out.dtype.type(2))
            if twice is not None:
                return _times(cleaner, step._replace(args=(cleaner.constant(twice), inner.args[0])))
        if inner.primitive is p.multiply:
            for d, y in (inner.args, inner.args[::-1]):
                other = cleaner.number(d)
                both = None if other is None or cleaner.values[d].shape != () else _product(number, other)
                if both is not None:
                    return _times(cleaner, step._replace(args=(cleaner.constant(both), y)))
    return step


def _product(c: Any, d: Any) -> Any:
    """c d, if one of them is a power of two and the product a number of full precision; else None."""
    if not (_power(c) or _power(d)):
        return None
    with np.errstate(all="ignore"):
        product = c * d
    return product if np.isfinite(product) and abs(product) >= np.finfo(product.dtype).tiny else None


def _power(number: Any) -> bool:
    """Whether a number is a power of two of moderate size, by which multiplying rounds nothing."""
    size, exponent = math.frexp(abs(float(number)))
    return size == 0.5 and -32 < exponent < 32


_REWRITES: dict[str, Callable[[_Cleaner, Step], Step | int]] = {
    "identity": _copy,
    "stop_gradient": _copy,
    "assign": _copy,
    "negative": _negate,
    "multiply": _times,
    "broadcast_to": _spread,
    "reshape": _spread,
}
