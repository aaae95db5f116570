"""Call: the lines of Python that put arguments into a kernel's frame, run it, and take its results out.

Results lie in memory of the call's own, which is used again where nobody else holds the result that was there: its
references are counted. What only the call holds, nobody else can come to hold.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape._tensor import Tensor
from tapefit.tape.function._kernel_builtin import address_of
from tapefit.tape.function._kernel_frame import Frame
from tapefit.tape.function._kernel_layout import PER_WORD
from tapefit.tape.function._program import Value

if TYPE_CHECKING:
    from tapefit.tape.function._kernel import Kernel

_LARGE = 1 << 24  # bytes from which memory is not kept for results to come
Fresh = Callable[[], tuple[Any, ...]]


class Call:
    """The call of a kernel, as lines for the body of a function.

    Parameters
    ----------
    kernel
        The kernel.
    name
        With which all names begin.
    given
        How its arguments are written.
    updates
        The results that become values of variables, and the variables' uids: these come as tensors.
    unread
        Those of them that nothing reads but the variables.

    Attributes
    ----------
    lines
        Fill the frame and run the kernel; then each result has the name ``v`` and its number.
    last
        To be run where nothing can fail any more.
    tensors
        The name of the tensor of each update.
    names
        What the lines need from outside; `bind` gives the values.
    changing
        Those of them that the lines change.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        given: Sequence[str],
        updates: Mapping[int, int] | None = None,
        unread: Collection[int] = (),
    ) -> None:
        self.kernel, self.name, self.layout = kernel, name, kernel.layout
        self.updates, self.unread = updates or {}, unread
        self.lines: list[str] = []
        self.last: list[str] = []
        self.tensors: dict[int, str] = {}
        self.changing: list[str] = []
        self._seen: list[str] = []
        self._fresh: dict[str, tuple[Fresh, tuple[list[str], ...]]] = {}  # what makes memory, and names for it
        for i, k in enumerate(kernel.group.args):
            self._argument(i, k, given[i])
        after = [line for i, k in enumerate(kernel.group.outs) for line in self._result(i, k)]
        self.lines += [f"{name}run()", *after]
        fixed = [
            f"{name}{part}" for part in ("frame", "run", "borrow", "nothing", "words", "refs", *map(ord, PER_WORD))
        ]
        self.names = [*fixed, *self._fresh, *self.changing]

    def bind(self) -> dict[str, Any]:
        """The values of the names, with a frame of their own: for one thread at a time.

        The frame keeps alive what the machine code writes to: whoever runs the lines has to hold it.
        """
        frame, n = Frame(self.kernel), self.name
        found = {
            f"{n}run": frame.runner(),
            f"{n}frame": frame,
            f"{n}borrow": frame.borrow,
            f"{n}nothing": _nothing,
            f"{n}words": frame.words.data,
            f"{n}refs": references,
            **{f"{n}{ord(c)}": view for c, view in frame.views.items()},
            **dict.fromkeys(self._seen, _nothing),
        }
        for name, (fresh, places) in self._fresh.items():
            found[name] = fresh
            for place in places:
                found.update(zip(place, fresh(), strict=True))
        return found

    def _argument(self, i: int, k: int, text: str) -> None:
        words = self.layout.words
        if ("value", k) in words:
            c, at = self.layout.index(k)
            item = "" if self.layout.program.values[k].shape == () else ".item()"
            self.lines.append(f"{self.name}{ord(c)}[{at}] = {text}{item}")
        elif ("at", k) in words:
            seen = f"{self.name}seen{i}"
            self._seen.append(seen)
            self.changing.append(seen)
            word, own = words["at", k], self._given_last(k)
            if own:
                array, place = own
                self.lines.append(
                    f"if {text} is {array}: {self.name}words[{word}], {seen} = {place}, {self.name}nothing"
                )
            start = "elif" if own else "if"
            self.lines.append(f"{start} {seen}() is not {text}: {seen} = {self.name}borrow({word}, {text})")

    def _given_last(self, k: int) -> tuple[str, str] | None:
        """For the value of a variable: the names of the array that the last call gave it, and of its address."""
        program, outs = self.layout.program, self.kernel.group.outs
        variable = next((v for v, read in program.reads if read == k), None)
        new = next((out for v, out in program.updates if v is variable and out in self.updates), None)
        if new is None or self.layout.size(new) == 1 or _bytes(self.layout.program.values[new]) > _LARGE:
            return None
        name = f"{self.name}{outs.index(new)}"
        return f"{name}array2", f"{name}at2"

    def _result(self, i: int, k: int) -> list[str]:
        """The lines that follow the run; those that come before it are entered."""
        value, single = self.layout.program.values[k], self.layout.size(k) == 1
        if k in self.updates or not single:
            self._memory(f"{self.name}{i}", k, value)
        if not single or k in self.unread:
            return []
        c, at = self.layout.index(k)
        view = f"{self.name}{ord(c)}"
        if value.shape == ():
            return [f"v{k} = {view}[{at}]"]
        return [f"v{k} = {view}[{at}:{at + 1}].reshape({value.shape}).copy()"]

    def _memory(self, name: str, k: int, value: Value) -> None:
        """Memory for a result."""
        word = self.layout.words["at" if self.layout.size(k) > 1 else "to", k]
        if _bytes(value) > _LARGE:
            self._fresh[f"{name}fresh"] = _array_of(value), ()
            self.lines.append(f"v{k}, {self.name}words[{word}] = {name}fresh()")
            return
        array, at, tensor = f"{name}array", f"{name}at", f"{name}tensor"
        if k in self.updates:
            self.tensors[k] = tensor
            held = f"{self.name}refs({tensor}) != {ALONE} or {self.name}refs({array}) != {ALONE + 1}"
            self._in_turns(name, held, _tensor_of(value, self.updates[k]), [array, at, tensor])
        else:
            self._in_turns(name, f"{self.name}refs({array}) != {ALONE}", _array_of(value), [array, at])
        self.lines.append(f"{self.name}words[{word}] = {at}")
        if self.layout.size(k) > 1:
            self.lines.append(f"v{k} = {array}")

    def _in_turns(self, name: str, held: str, fresh: Fresh, now: list[str]) -> None:
        """Two pieces of memory take turns; what somebody holds is left to him."""
        other = [f"{part}2" for part in now]
        self._fresh[f"{name}fresh"] = fresh, (now, other)
        self.changing += [*now, *other]
        self.lines.append(f"if {held}: {', '.join(now)} = {name}fresh()")
        self.last.append(f"{', '.join([*now, *other])} = {', '.join([*other, *now])}")


def function_of(kernel: Kernel) -> Callable[..., tuple[Any, ...]]:
    """A kernel as a function of its group's arguments that returns its results; for one thread at a time."""
    args, outs = kernel.group.args, kernel.group.outs
    call = Call(kernel, "k", [f"a{i}" for i in range(len(args))])
    body = [*call.lines, *call.last, f"return ({', '.join(f'v{k}' for k in outs)},)"]
    if call.changing:
        body.insert(0, f"nonlocal {', '.join(call.changing)}")
    lines = [
        f"def make({', '.join(call.names)}):",
        f"    def function({', '.join(f'a{i}' for i in range(len(args)))}):",
    ]
    source = "\n".join([*lines, *(f"        {line}" for line in body), "    return function"])
    made: dict[str, Any] = {}
    exec(compile(source, "<kernel>", "exec"), made)
    names = call.bind()
    function: Callable[..., tuple[Any, ...]] = made["make"](**names)
    function.frames = [names["kframe"]]  # type: ignore[attr-defined]  # held by it
    return function


# -- memory ------------------------------------------------------------------------------------------------


def _array_of(value: Value) -> Fresh:
    """What makes arrays of a form, with their addresses."""

    def fresh() -> tuple[Any, ...]:
        array = np.empty(value.shape, value.dtype)
        return array, address_of(array)

    return fresh


def _tensor_of(value: Value, uid: int) -> Fresh:
    """What makes arrays of a form, with their addresses and tensors of a uid."""

    def fresh() -> tuple[Any, ...]:
        array = np.empty(value.shape, value.dtype)
        return array, address_of(array), Tensor(array, uid)

    return fresh


def _bytes(value: Value) -> int:
    return int(np.prod(value.shape)) * value.dtype.itemsize


def _nothing() -> None:
    """Stands for an array that is not there."""


def _alone(x: Any) -> Callable[[], int]:
    """What counts the references of a thing that nobody else holds."""

    def count() -> int:
        nonlocal x
        return references(x)

    return count


def counted() -> bool:
    """Whether references are counted here, while nobody else takes one."""
    return sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()


references: Callable[[Any], int] = sys.getrefcount if counted() else lambda x: 0
ALONE = _alone(object())() if counted() else -1  # what is counted where nobody else holds a thing
