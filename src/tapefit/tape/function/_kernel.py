"""Kernel: a group of steps as machine code, which stands in a program as one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit.tape._primitive import Primitive
from tapefit.tape.function import _kernel_build
from tapefit.tape.function import _kernel_threads as threads
from tapefit.tape.function._groups import Group, grouped
from tapefit.tape.function._kernel_call import function_of
from tapefit.tape.function._kernel_layout import Layout
from tapefit.tape.function._kernel_machine import give_up, maker
from tapefit.tape.function._kernel_write import Writer
from tapefit.tape.function._program import Program, Step


class Kernel:
    """A group of steps as machine code.

    Attributes
    ----------
    layout
        In which loops the steps are done.
    source
        The kernel in LLVM's assembly language.
    seconds
        What it took to build, or to read from disk.
    cached
        Whether it was read from disk.
    work
        What a call takes, in additions, roughly.
    shared
        The loops that threads share, by number.
    carry
        Where the kernel is repeated: pairs of a result and the argument that it becomes.
    """

    def __init__(self, program: Program, group: Group, carry: tuple[tuple[int, int], ...] = ()) -> None:
        self.program, self.group, self.carry = program, group, carry
        self.layout = Layout(program, group, () if carry else {k for _, k in program.updates})
        self.shared = threads.long_loops(self.layout)
        made = maker()
        self.source = Writer(self.layout, carry, self.shared, made.processor if made else "").source()
        self._machine = _kernel_build.build(self.source)
        self.seconds, self.cached = self._machine.seconds, self._machine.cached
        self.work = sum(loop.work for loop in self.layout.loops)

    def fresh(self) -> Callable[..., tuple[Any, ...]]:
        """A function of the group's arguments that returns its results; for one thread at a time."""
        return function_of(self)

    def address(self, name: str) -> int:
        """Of one of its functions, in this process."""
        return self._machine.addresses[name]

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        return self.fresh()(*arrays)

    def __str__(self) -> str:
        loops = len(self.layout.loops)
        how = "read from disk" if self.cached else "built"
        return (
            f"kernel of {len(self.group.steps)} steps in {loops} loop{'' if loops == 1 else 's'}, "
            f"{how} in {self.seconds * 1e3:.1f} ms"
        )


def with_kernels(program: Program) -> tuple[Program, list[Kernel]]:
    """The program with kernels for the steps that can be done so, and these kernels.

    Where none can be built, it is the program itself.
    """
    if not _kernel_build.switched_on():
        return program, []
    parts = grouped(program)
    if all(isinstance(part, Step) for part in parts) or not _kernel_build.available():
        return program, []
    try:
        kernels = [Kernel(program, part) for part in parts if isinstance(part, Group)]
    except Exception as error:  # LLVM does not take it: there is the plan
        give_up(f"{program.name}: {error}")
        return program, []
    rest = iter(kernels)
    steps = tuple(_step(next(rest)) if isinstance(part, Group) else part for part in parts)
    return program._replace(steps=steps).check(), kernels


def _step(kernel: Kernel) -> Step:
    primitive = Primitive("kernel", kernel, (), outputs=True)
    return Step(primitive, kernel.group.args, kernel.group.outs, {}, None)
