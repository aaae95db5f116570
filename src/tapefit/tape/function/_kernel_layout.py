"""Layout: in which loop each step of a kernel is done, and where in the kernel's frame each value lies.

The frame is a row of words of 8 bytes: first addresses of arrays, counts and single values mixed, as they come.
Loops are run one after the other; before the first, between them and after the last single values are computed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from tapefit.tape.function._groups import Group, letter, same_everywhere, size
from tapefit.tape.function._kernel_ops import COPIES, REDUCTIONS, ROWS
from tapefit.tape.function._program import Program, Step

SUPER = 1 << 16  # elements whose sums are one partial result: what a thread does at a time
BLOCK = 1 << 10  # elements that are summed in lanes, in the dtype itself
PER_WORD = {"f": 2, "d": 1, "?": 8}  # how many of a dtype are a word
_CHEAP = 4  # what may be computed once more rather than kept

# What a builtin returns, the function that counts one more reference to it, the function that lets other threads run,
# and where the number of calls for helpers stands that none has followed yet.
PYTHON = ("none", "hold", "yield", "wanted")

Key = tuple[Any, ...]


class Loop:
    """One pass over arrays of `count` elements.

    Attributes
    ----------
    steps
        Element by element, in order.
    reductions
        Steps that make one number of all.
    stores
        Pairs of a value and the key of the place that it is written to.
    """

    def __init__(self, phase: int, count: int) -> None:
        self.phase, self.count = phase, count
        self.steps: list[Step] = []
        self.reductions: list[Step] = []
        self.stores: list[tuple[int, Key]] = []

    @property
    def parts(self) -> int:
        """How many there are for threads to take."""
        return -(-self.count // SUPER)

    @property
    def work(self) -> int:
        """What one pass takes, in additions, roughly."""
        rows = [ROWS.get(step.primitive.name) for step in self.steps]
        return self.count * (len(self.reductions) + sum(row.cost if row else 1 for row in rows))


class Scratch(NamedTuple):
    """Memory of the kernel's own: `elements` of a dtype, and where its address stands."""

    word: int
    elements: int
    letter: str


class Layout:
    """A group, arranged.

    Attributes
    ----------
    loops
        In order.
    scalars
        For each phase the steps on single values that come before its loops.
    words
        The place in the frame of each key: ("at", k) an address, ("n", count) a count, ("value", k) a single value,
        ("to", k) where a single value is written in the end, ("python", name) what Python knows by that name. Threads
        count by ("stage", 0), ("present", 0), ("next", loop) and ("done", loop).
    """

    def __init__(self, program: Program, group: Group, wanted: Collection[int] = ()) -> None:
        self.program, self.group, self.wanted = program, group, wanted
        self.words: dict[Key, int] = {}
        self.root: dict[int, int] = {}  # the value that a copy has
        self.fixed: dict[int, Any] = {}  # constants that are one number
        self.phase: dict[int, int] = {}  # from which a value is there
        self.made: dict[int, Step] = {}
        self.loops: list[Loop] = []
        self.scalars: dict[int, list[Step]] = {}
        self.scratch: list[Scratch] = []
        self._constants()
        self._phases()
        self._sink()
        self._fill()
        self._memory()

    @property
    def phases(self) -> int:
        """The number of phases, the last without a loop."""
        return 1 + max([*self.scalars, *(loop.phase + 1 for loop in self.loops), 0])

    def size(self, k: int) -> int:
        """How many elements a value has."""
        return size(self.program, k)

    def letter(self, k: int) -> str:
        """NumPy's letter of a value's dtype."""
        return letter(self.program, k)

    def of(self, k: int) -> int:
        """The value that `k` is a copy of, or `k`."""
        return self.root.get(k, k)

    def single(self, k: int) -> bool:
        """Whether a value is one number."""
        k = self.of(k)
        return k in self.fixed or self.size(k) == 1

    def word(self, *key: Any) -> int:
        """The place of a key in the frame, a new one if it has none."""
        return self.words.setdefault(key, len(self.words))

    def index(self, k: int) -> tuple[str, int]:
        """The letter of a single value, and its place in the frame where that is read as values of this letter."""
        c = self.letter(k)
        return c, self.words["value", self.of(k)] * PER_WORD[c]

    # -- when -----------------------------------------------------------------------------------

    def _constants(self) -> None:
        for step in self.group.steps:
            for a in step.args:
                constant = self.program.constants.get(a)
                if constant is not None and a not in self.fixed:
                    one = same_everywhere(constant)
                    if one is not None:
                        self.fixed[a] = one

    def _is_copy(self, step: Step) -> bool:
        name = step.primitive.name
        return name in COPIES or (name in REDUCTIONS and self.size(step.args[0]) == 1)

    def _phases(self) -> None:
        """The first phase in which each step can be done."""
        for step in self.group.steps:
            (out,) = step.outs
            ready = max((self.phase.get(self.of(a), 0) for a in step.args), default=0)
            if self._is_copy(step):
                self.root[out] = self.of(step.args[0])
                continue
            self.phase[out] = ready + (step.primitive.name in REDUCTIONS)
            self.made[out] = step

    def _sink(self) -> None:
        """Do each step on arrays as late as its readers let it, so that nothing need be kept for them."""
        kept = {self.of(k) for k in self.group.outs}
        readers: dict[int, int] = {}
        for step in reversed(self.group.steps):
            (out,) = step.outs
            if self.of(out) != out:
                continue
            reduces = step.primitive.name in REDUCTIONS
            if self.size(out) > 1 and out in readers and out not in kept:
                self.phase[out] = readers[out]
            phase = self.phase[out] - reduces
            for a in map(self.of, step.args):
                readers[a] = min(readers.get(a, phase), phase)

    # -- where ----------------------------------------------------------------------------------

    def _loop(self, phase: int, count: int) -> Loop:
        for loop in self.loops:
            if (loop.phase, loop.count) == (phase, count):
                return loop
        self.loops.append(Loop(phase, count))
        self.word("n", count)
        return self.loops[-1]

    def _fill(self) -> None:
        for step in self.made.values():
            (out,) = step.outs
            if step.primitive.name in REDUCTIONS:
                loop = self._loop(self.phase[out] - 1, self.size(step.args[0]))
                loop.reductions.append(step)
            elif self.size(out) > 1:
                self._loop(self.phase[out], self.size(out)).steps.append(step)
            else:
                self.scalars.setdefault(self.phase[out], []).append(step)
        for k in self.group.outs:
            if self.size(k) > 1:
                loop = self._loop(self.phase.get(self.of(k), 0), self.size(k))
                loop.stores.append((self.of(k), ("at", k)))
        self.loops.sort(key=lambda loop: loop.phase)

    def _costs(self) -> dict[int, int]:
        """What it takes to compute each array from what lies in memory."""
        costs: dict[int, int] = {}
        for k, step in self.made.items():
            if not self.single(k):
                row = ROWS.get(step.primitive.name)
                costs[k] = min(99, (row.cost if row else 1) + sum(costs.get(self.of(a), 0) for a in step.args))
        return costs

    def _memory(self) -> None:
        """Places for what comes in, goes out, or is kept from one loop to another."""
        outside = [self.of(a) for s in self.group.steps for a in s.args if self.of(a) not in self.made]
        for k in dict.fromkeys(outside):
            self.word("value" if self.single(k) else "at", k)
        for k in self.group.outs:
            self.word(*(("at", k) if self.size(k) > 1 else ("value", self.of(k))))
            if k in self.wanted and self.size(k) == 1:
                self.word("to", k)
        for k in self.made:
            if self.size(k) == 1:
                self.word("value", k)
        for name in PYTHON:
            self.word("python", name)
        self.word("stage", 0)
        self.word("present", 0)
        costs = self._costs()
        for i, loop in enumerate(self.loops):
            self.word("next", i)
            self.word("done", i)
            for step in (*loop.steps, *loop.reductions):
                for a in map(self.of, step.args):
                    if costs.get(a, 0) > _CHEAP and self.phase[a] < loop.phase:
                        self._keep(a)
            for step in loop.reductions:
                self._allot(("partial", i, step.outs[0]), loop.parts, "d")

    def _keep(self, k: int) -> None:
        if ("kept", k) not in self.words:
            loop = self._loop(self.phase[k], self.size(k))
            loop.stores.append((k, ("kept", k)))
            self._allot(("kept", k), self.size(k), self.letter(k))

    def _allot(self, key: Key, count: int, of: str) -> None:
        self.scratch.append(Scratch(self.word(*key), count, of))
