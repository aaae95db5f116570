"""Text: the instructions of one function of a kernel, written line by line in LLVM's assembly language."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

TYPES = {"f": "float", "d": "double", "?": "i1"}  # by NumPy's letter
Operand = str  # the name of a value, or a literal


def number(value: Any, letter: str) -> Operand:
    """A literal; floats are written by their bits, so that nothing is rounded."""
    if letter == "?":
        return "true" if value else "false"
    bits: int = struct.unpack("<Q", struct.pack("<d", float(value)))[0]
    return f"0x{bits:016X}"


class Text:
    """Instructions on vectors of `width` lanes, or on single values where the width is 1.

    Attributes
    ----------
    lines
        What was written.
    declared
        The functions of LLVM's own that are called, by their declaration.
    """

    def __init__(self, width: int = 1) -> None:
        self.width = width
        self.lines: list[str] = []
        self.declared: set[str] = set()
        self.block = "entry"
        self._count = 0

    def new(self) -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"%t{self._count}"

    def put(self, instruction: str) -> Operand:
        """Write an instruction; the name of its result."""
        name = self.new()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def do(self, instruction: str) -> None:
        """Write an instruction without a result."""
        self.lines.append(f"  {instruction}")

    def type(self, letter: str) -> str:
        """The type of a value in the present width."""
        return self.wide(TYPES[letter])

    def wide(self, one: str) -> str:
        """The type of lanes of a type."""
        return one if self.width == 1 else f"<{self.width} x {one}>"

    def const(self, value: Any, letter: str) -> Operand:
        """A literal in every lane."""
        return self.all_lanes(number(value, letter), TYPES[letter])

    def whole(self, value: int) -> Operand:
        """A whole number of 64 bits in every lane."""
        return self.all_lanes(str(value), "i64")

    def all_lanes(self, literal: str, one: str) -> Operand:
        """A literal of a type in every lane."""
        return literal if self.width == 1 else f"<{', '.join([f'{one} {literal}'] * self.width)}>"

    def spread(self, name: Operand, letter: str) -> Operand:
        """A single value in every lane."""
        if self.width == 1:
            return name
        wide = self.type(letter)
        first = self.put(f"insertelement {wide} poison, {TYPES[letter]} {name}, i32 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.put(f"shufflevector {wide} {first}, {wide} poison, {zeros}")

    def binary(self, op: str, letter: str, x: Operand, y: Operand) -> Operand:
        """An instruction of two operands of one type."""
        return self.put(f"{op} {self.type(letter)} {x}, {y}")

    def integer(self, op: str, x: Operand, y: int | Operand) -> Operand:
        """An instruction on whole numbers of 64 bits."""
        other = self.whole(y) if isinstance(y, int) else y
        return self.put(f"{op} {self.wide('i64')} {x}, {other}")

    def compare(self, how: str, letter: str, x: Operand, y: Operand) -> Operand:
        """A comparison of floats: ordered (o..) is False, unordered (u..) is True where one is NaN."""
        return self.put(f"fcmp {how} {self.type(letter)} {x}, {y}")

    def both(self, op: str, x: Operand, y: Operand) -> Operand:
        """Logic on truth values."""
        return self.binary(op, "?", x, y)

    def select(self, condition: Operand, letter: str, x: Operand, y: Operand) -> Operand:
        """`x` where the condition holds, and `y` elsewhere."""
        t = self.type(letter)
        return self.put(f"select {self.type('?')} {condition}, {t} {x}, {t} {y}")

    def convert(self, op: str, x: Operand, of: str, to: str) -> Operand:
        """A conversion between types."""
        return self.put(f"{op} {of} {x} to {to}")

    def call(self, name: str, letter: str, *args: Operand) -> Operand:
        """A function of LLVM's own, of operands of one type."""
        t = self.type(letter)
        size = {"f": "f32", "d": "f64"}[letter]
        full = f"@llvm.{name}.{size}" if self.width == 1 else f"@llvm.{name}.v{self.width}{size}"
        self.declared.add(f"declare {t} {full}({', '.join([t] * len(args))})")
        return self.put(f"call {t} {full}({', '.join(f'{t} {a}' for a in args)})")

    def loop(
        self,
        begin: Operand,
        end: Operand,
        stride: int,
        carried: Sequence[tuple[str, Operand]],
        body: Callable[[Operand, list[Operand]], list[Operand]],
    ) -> list[Operand]:
        """For i from `begin` below `end` in strides: `body(i, values)` gives the carried values of the next turn.

        Parameters
        ----------
        carried
            Types and first values.

        Returns
        -------
        list
            The names of the carried values after the loop.
        """
        k = self.new()[2:]
        before, at = self.block, len(self.lines)
        i, names = f"%i{k}", [self.new() for _ in carried]
        self.block = f"body{k}"
        after = body(i, list(names))
        following = self.put(f"add nsw i64 {i}, {stride}")
        self.do(f"br label %head{k}")
        phis = [f"  {i} = phi i64 [ {begin}, %{before} ], [ {following}, %{self.block} ]"]
        for (t, first), name, value in zip(carried, names, after, strict=True):
            phis.append(f"  {name} = phi {t} [ {first}, %{before} ], [ {value}, %{self.block} ]")
        self.lines[at:at] = [
            f"  br label %head{k}",
            f"head{k}:",
            *phis,
            f"  %more{k} = icmp slt i64 {i}, {end}",
            f"  br i1 %more{k}, label %body{k}, label %after{k}",
            f"body{k}:",
        ]
        self.lines.append(f"after{k}:")
        self.block = f"after{k}"
        return names
