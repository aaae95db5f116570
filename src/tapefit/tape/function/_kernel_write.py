"""Writing a kernel: the functions of a layout in LLVM's assembly language.

Sums: in a block of 1,024 elements every lane adds up its own elements, then the lanes are added in pairs; sums of
blocks are added in float64, for float64 with the rounding errors carried along (Neumaier 1974). The error of a sum
of float32 is at most (64 + 6) u, of float64 (128 + 5) u, times the sum of the absolute values, with u the unit
roundoff, for any number of elements; a product that is added up need not be rounded before. Partial results are
joined in order: the number of threads changes nothing.
"""

from __future__ import annotations

from typing import Any

from tapefit.tape.function._kernel_builtin import text_of_builtin
from tapefit.tape.function._kernel_layout import BLOCK, SUPER, Key, Layout, Loop
from tapefit.tape.function._kernel_ops import REDUCTIONS, ROWS, cast, whole_power
from tapefit.tape.function._kernel_share import shared_functions
from tapefit.tape.function._kernel_text import TYPES, Operand, Text
from tapefit.tape.function._program import Step

_MEMORY = {"f": "float", "d": "double", "?": "i8"}
_ADDS = ("reduce_sum", "reduce_mean")
_PRODUCTS = ("multiply", "square")  # of these a sum takes the factors: the processor adds a product in one step


class Writer:
    """Writes the functions of a layout.

    `loop0(frame, first, last)` and so on do parts of a loop, `between0(frame)` and so on what comes before a loop
    or after the last, and `run(frame)` all of it in order. With results that become arguments, `carry(frame)` puts them
    there, and `repeat(frame, steps)` does both so many times. `builtin` is `run` as Python calls functions of its own.
    Where loops are `long`, `shared(frame)` is `run` with these loops shared among threads.
    """

    def __init__(
        self,
        layout: Layout,
        carry: tuple[tuple[int, int], ...] = (),
        long: tuple[int, ...] = (),
        processor: str = "",
    ) -> None:
        self.layout, self.carry, self.long, self.processor = layout, carry, long, processor
        values = [k for s in layout.group.steps for k in (*s.args, *s.outs)]
        wide = any(layout.letter(k) == "d" and layout.size(k) > 1 for k in values)
        self.lanes = 8 if wide else 16
        self.functions: list[str] = []
        self.declared: set[str] = set()

    def source(self) -> str:
        """The whole module."""
        loops = self.layout.loops
        for i, loop in enumerate(loops):
            self._finish(f"loop{i}", ", i64 %first, i64 %last", _LoopWriter(self, i, loop).text())
        for phase in range(self.layout.phases):
            self._finish(f"between{phase}", "", _Between(self, phase).text())
        self._finish("run", "", self._run())
        self.functions.append(text_of_builtin(self.layout))
        if self.carry:
            self._finish("carry", "", self._carry())
            self._finish("repeat", ", i64 %steps", self._repeat())
        shared = []
        if self.long:
            shared = shared_functions(self.layout, self.long, self.processor, repeats=bool(self.carry))
        return "\n".join([*sorted(self.declared), *self.functions, *shared])

    def _finish(self, name: str, arguments: str, text: Text) -> None:
        self.declared |= text.declared
        body = "\n".join(text.lines)
        self.functions.append(f"define void @{name}(ptr %frame{arguments}) {{\nentry:\n{body}\n  ret void\n}}")

    def _carry(self) -> Text:
        """Single values are copied, all read before one is written; arrays change places."""
        t = Text()
        moves = []
        for out, into in self.carry:
            what = "value" if self.layout.single(out) else "at"
            a = place(t, self.layout, (what, self.layout.of(out) if what == "value" else out))
            b = place(t, self.layout, (what, into))
            moves.append((t.put(f"load i64, ptr {a}"), t.put(f"load i64, ptr {b}"), a, b, what))
        for new, old, a, b, what in moves:
            t.do(f"store i64 {new}, ptr {b}")
            if what == "at":
                t.do(f"store i64 {old}, ptr {a}")
        return t

    def _repeat(self) -> Text:
        t = Text()

        def once(i: Operand, carried: list[Operand]) -> list[Operand]:
            t.do("call void @run(ptr %frame)")
            t.do("call void @carry(ptr %frame)")
            return []

        t.loop("0", "%steps", 1, [], once)
        return t

    def _run(self) -> Text:
        t = Text()
        for phase in range(self.layout.phases):
            t.do(f"call void @between{phase}(ptr %frame)")
            for i, loop in enumerate(self.layout.loops):
                if loop.phase == phase:
                    t.do(f"call void @loop{i}(ptr %frame, i64 0, i64 {parts(t, self.layout, loop)})")
        return t


def place(t: Text, layout: Layout, key: Key) -> Operand:
    """The address of a word of the frame."""
    return t.put(f"getelementptr i64, ptr %frame, i64 {layout.words[key]}")


def parts(t: Text, layout: Layout, loop: Loop) -> Operand:
    """Into how many parts a loop is cut."""
    n = t.put(f"load i64, ptr {place(t, layout, ('n', loop.count))}")
    return t.integer("lshr", t.integer("add", n, SUPER - 1), SUPER.bit_length() - 1)


def load(t: Text, address: Operand, letter: str) -> Operand:
    """What lies at an address, in every lane the next."""
    memory = _MEMORY[letter]
    value = t.put(f"load {t.wide(memory)}, ptr {address}, align {4 if letter == 'f' else 8 if letter == 'd' else 1}")
    return t.convert("trunc", value, t.wide("i8"), t.wide("i1")) if letter == "?" else value


def store(t: Text, address: Operand, letter: str, value: Operand) -> None:
    """Put a value at an address."""
    if letter == "?":
        value = t.convert("zext", value, t.wide("i1"), t.wide("i8"))
    align = 4 if letter == "f" else 8 if letter == "d" else 1
    t.do(f"store {t.wide(_MEMORY[letter])} {value}, ptr {address}, align {align}")


def write_step(t: Text, layout: Layout, step: Step, args: list[Operand]) -> Operand:
    """The instructions of a step that is no reduction."""
    name = step.primitive.name
    letters = [layout.letter(a) for a in step.args]
    if name == "cast":
        return cast(t, letters[0], layout.letter(step.outs[0]), args[0])
    if name == "pow":
        return whole_power(t, letters[0], args[0], float(layout.program.constants[step.args[1]].item()))
    row = ROWS[name]
    return row.write(t, letters[1] if row.takes == "choice" else letters[0], *args)


class _Between:
    """The single values of a phase: results of the loops before, and steps on single values."""

    def __init__(self, writer: Writer, phase: int) -> None:
        self.layout, self.phase = writer.layout, phase
        self.t = Text()
        self.known: dict[int, Operand] = {}

    def text(self) -> Text:
        for i, loop in enumerate(self.layout.loops):
            if loop.phase == self.phase - 1:
                for step in loop.reductions:
                    self._put(step.outs[0], self._total(i, loop, step))
        for step in self.layout.scalars.get(self.phase, ()):
            args = [self._get(self.layout.of(a)) for a in step.args]
            self._put(step.outs[0], write_step(self.t, self.layout, step, args))
        if self.phase == self.layout.phases - 1:
            self._hand_out()
        return self.t

    def _hand_out(self) -> None:
        """Single results go where they are wanted."""
        for what, k, *_ in self.layout.words:
            if what == "to":
                at = self.t.put(f"load ptr, ptr {place(self.t, self.layout, (what, k))}")
                store(self.t, at, self.layout.letter(k), self._get(self.layout.of(k)))

    def _get(self, k: int) -> Operand:
        if k not in self.known:
            self.known[k] = load(self.t, place(self.t, self.layout, ("value", k)), self.layout.letter(k))
        return self.known[k]

    def _put(self, k: int, value: Operand) -> None:
        self.known[k] = value
        store(self.t, place(self.t, self.layout, ("value", k)), self.layout.letter(k), value)

    def _total(self, i: int, loop: Loop, step: Step) -> Operand:
        """A reduction's result, from its partial results."""
        t, (out,) = self.t, step.outs
        at = t.put(f"load ptr, ptr {place(t, self.layout, ('partial', i, out))}")
        total = Total(step, "d")

        def body(s: Operand, carried: list[Operand]) -> list[Operand]:
            return total.add(t, carried, load(t, t.put(f"getelementptr double, ptr {at}, i64 {s}"), "d"))

        carried = t.loop("0", parts(t, self.layout, loop), 1, total.start(), body)
        value = cast(t, "d", self.layout.letter(out), total.value(t, carried))
        if step.primitive.name != "reduce_mean":
            return value
        n = t.put(f"load i64, ptr {place(t, self.layout, ('n', loop.count))}")
        number = t.convert("sitofp", n, "i64", TYPES[self.layout.letter(out)])
        return t.binary("fdiv", self.layout.letter(out), value, number)


class Total:
    """The running result of a reduction over blocks, in float64."""

    def __init__(self, step: Step, letter: str) -> None:
        self.reduction = REDUCTIONS[step.primitive.name]
        self.exact = step.primitive.name in _ADDS and letter == "d"  # carries the rounding errors along

    def start(self) -> list[tuple[str, Operand]]:
        first = Text().const(self.reduction.start, "d")
        return [("double", first), ("double", Text().const(0.0, "d"))][: 1 + self.exact]

    def add(self, t: Text, carried: list[Operand], value: Operand) -> list[Operand]:
        after = self.reduction.join(t, "d", carried[0], value)
        if not self.exact:
            return [after]
        before = carried[0]
        first = t.compare("oge", "d", t.call("fabs", "d", before), t.call("fabs", "d", value))
        large, small = t.select(first, "d", before, value), t.select(first, "d", value, before)
        lost = t.binary("fadd", "d", t.binary("fsub", "d", large, after), small)
        return [after, t.binary("fadd", "d", carried[1], lost)]

    def value(self, t: Text, carried: list[Operand]) -> Operand:
        """The result; where it is not finite, what was lost has no meaning."""
        if not self.exact:
            return carried[0]
        finite = t.compare("olt", "d", t.call("fabs", "d", carried[0]), t.const(float("inf"), "d"))
        lost = t.select(finite, "d", carried[1], t.const(0.0, "d"))
        return t.binary("fadd", "d", carried[0], lost)


class _LoopWriter:
    """One loop: parts of 65,536 elements, in blocks of 1,024, in vectors, and what is left one by one."""

    def __init__(self, writer: Writer, number: int, loop: Loop) -> None:
        self.layout, self.number, self.loop, self.lanes = writer.layout, number, loop, writer.lanes
        self.t = Text()
        self.at: dict[Key, Operand] = {}  # addresses of arrays
        self.ones: dict[int, Operand] = {}  # single values
        self.spread: dict[int, Operand] = {}  # the same in all lanes
        self.totals = [Total(s, self.layout.letter(s.args[0])) for s in loop.reductions]

    def text(self) -> Text:
        t = self.t
        n = t.put(f"load i64, ptr {place(t, self.layout, ('n', self.loop.count))}")
        self._load_what_stays()
        t.loop("%first", "%last", 1, [], lambda s, _: self._part(s, n))
        return t

    def _load_what_stays(self) -> None:
        """Addresses and single values, before the loop."""
        t = self.t
        for k in dict.fromkeys(self._needed()):
            if self.layout.single(k):
                self.ones[k] = load(t, place(t, self.layout, ("value", k)), self.layout.letter(k))
                t.width = self.lanes
                self.spread[k] = t.spread(self.ones[k], self.layout.letter(k))
                t.width = 1
            else:
                key = ("kept", k) if ("kept", k) in self.layout.words else ("at", k)
                self._address(key)
        for _, key in self.loop.stores:
            self._address(key)
        for step in self.loop.reductions:
            self._address(("partial", self.number, step.outs[0]))

    def _needed(self) -> list[int]:
        """The values that the loop reads from the frame or from memory."""
        found: list[int] = []
        read = [a for s in (*self.loop.steps, *self.loop.reductions) for a in s.args]
        here = {s.outs[0] for s in self.loop.steps}
        queue = [self.layout.of(a) for a in read] + [k for k, _ in self.loop.stores]
        while queue:
            k = queue.pop()
            if k in here:
                continue
            if self._again(k):
                queue += [self.layout.of(a) for a in self.layout.made[k].args]
            else:
                found.append(k)
        return found

    def _again(self, k: int) -> bool:
        """Whether a value of an earlier loop is computed once more."""
        return k in self.layout.made and not self.layout.single(k) and ("kept", k) not in self.layout.words

    def _address(self, key: Key) -> None:
        if key not in self.at:
            self.at[key] = self.t.put(f"load ptr, ptr {place(self.t, self.layout, key)}")

    def _part(self, s: Operand, n: Operand) -> list[Operand]:
        t = self.t
        begin = t.integer("mul", s, SUPER)
        end = self._smaller(t.integer("add", begin, SUPER), n)
        starts = [pair for total in self.totals for pair in total.start()]
        final = t.loop(begin, end, BLOCK, starts, lambda b, carried: self._block(b, end, carried))
        for step, total in zip(self.loop.reductions, self.totals, strict=True):
            mine = [final.pop(0) for _ in total.start()]
            at = self.at["partial", self.number, step.outs[0]]
            store(t, t.put(f"getelementptr double, ptr {at}, i64 {s}"), "d", total.value(t, mine))
        return []

    def _smaller(self, a: Operand, b: Operand) -> Operand:
        less = self.t.put(f"icmp slt i64 {a}, {b}")
        return self.t.put(f"select i1 {less}, i64 {a}, i64 {b}")

    def _block(self, begin: Operand, end: Operand, carried: list[Operand]) -> list[Operand]:
        t = self.t
        stop = self._smaller(t.integer("add", begin, BLOCK), end)
        whole = t.integer("and", t.integer("sub", stop, begin), -self.lanes)
        middle = t.integer("add", begin, whole)
        t.width = self.lanes
        first = [(t.type(c), t.const(r.start, c)) for c, r in self._kinds()]
        t.width = 1
        lanes = t.loop(begin, middle, self.lanes, first, lambda i, sums: self._elements(i, sums, self.lanes))
        joined = [self._join(c, r.join, v) for (c, r), v in zip(self._kinds(), lanes, strict=True)]
        start = [(TYPES[c], v) for (c, _), v in zip(self._kinds(), joined, strict=True)]
        sums = t.loop(middle, stop, 1, start, lambda i, sums: self._elements(i, sums, 1))
        out: list[Operand] = []
        for total, (c, _), value in zip(self.totals, self._kinds(), sums, strict=True):
            mine = [carried.pop(0) for _ in total.start()]
            out += total.add(t, mine, cast(t, c, "d", value))
        return out

    def _kinds(self) -> list[tuple[str, Any]]:
        return [(self.layout.letter(s.args[0]), REDUCTIONS[s.primitive.name]) for s in self.loop.reductions]

    def _join(self, c: str, join: Any, vector: Operand) -> Operand:
        """The lanes joined in pairs, these in pairs again."""
        t, width = self.t, self.lanes
        while width > 1:
            half = width // 2
            low = ", ".join(f"i32 {i}" for i in range(half))
            high = ", ".join(f"i32 {i}" for i in range(half, width))
            wide = f"<{width} x {TYPES[c]}>"
            a, b = (
                t.put(f"shufflevector {wide} {vector}, {wide} poison, <{half} x i32> <{mask}>") for mask in (low, high)
            )
            if half == 1:
                a, b = (t.put(f"extractelement <1 x {TYPES[c]}> {x}, i32 0") for x in (a, b))
            t.width = half
            vector, width = join(t, c, a, b), half
        t.width = 1
        return vector

    def _elements(self, i: Operand, sums: list[Operand], width: int) -> list[Operand]:
        """The steps for the elements from `i` on."""
        t = self.t
        t.width = width
        known: dict[int, Operand] = {}
        for step in self.loop.steps:
            known[step.outs[0]] = write_step(t, self.layout, step, [self._get(a, i, known) for a in step.args])
        for k, key in self.loop.stores:
            value = self._get(k, i, known)
            store(t, self._element(key, self.layout.letter(k), i), self.layout.letter(k), value)
        after = []
        for (c, r), step, total in zip(self._kinds(), self.loop.reductions, sums, strict=True):
            factors = self._factors(step)
            if factors:
                x, y = (self._get(a, i, known) for a in factors)
                after.append(t.call("fmuladd", c, x, y, total))
            else:
                after.append(r.join(t, c, total, self._get(step.args[0], i, known)))
        t.width = 1
        return after

    def _factors(self, step: Step) -> tuple[int, int] | None:
        """The factors of the products that a step adds up; None where it adds up something else."""
        made = self.layout.made.get(self.layout.of(step.args[0]))
        if step.primitive.name not in _ADDS or made is None or made not in self.loop.steps:
            return None
        name, args = made.primitive.name, made.args
        return (args[0], args[-1]) if name in _PRODUCTS else None

    def _element(self, key: Key, c: str, i: Operand) -> Operand:
        return self.t.put(f"getelementptr {_MEMORY[c]}, ptr {self.at[key]}, i64 {i}")

    def _get(self, k: int, i: Operand, known: dict[int, Operand]) -> Operand:
        """A value's elements from `i` on."""
        k = self.layout.of(k)
        if k in known:
            return known[k]
        if self.layout.single(k):
            return (self.spread if self.t.width > 1 else self.ones)[k]
        if self._again(k):
            step = self.layout.made[k]
            known[k] = write_step(self.t, self.layout, step, [self._get(a, i, known) for a in step.args])
        else:
            key = ("kept", k) if ("kept", k) in self.layout.words else ("at", k)
            c = self.layout.letter(k)
            known[k] = load(self.t, self._element(key, c, i), c)
        return known[k]
