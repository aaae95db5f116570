"""Compiled: a program ready to run, and how its result is put together."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tapefit import nest
from tapefit.tape._indexed_slices import IndexedSlices
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.function._clean import clean, needed
from tapefit.tape.function._program import Program
from tapefit.tape.function._recorder import ASSIGN
from tapefit.tape.function._replay import Plan, Replay
from tapefit.tape.function._signature import described, split

if TYPE_CHECKING:
    from tapefit.tape.function._kernel import Kernel

_CONSTANT = (int, float, complex, str, bytes, bool, type(None), np.ndarray, np.generic, Variable)


class _Place(NamedTuple):
    """Where a tensor stands among the outputs."""

    number: int


class _Slices(NamedTuple):
    """Where the values and indices of slices stand, and the shape that they are slices of."""

    values: int
    indices: int
    dense_shape: Any


class Outcome:
    """What a function returned: its form, and the tensors in it.

    Raises
    ------
    TypeError
        If there is something in it that may hold tensors where nobody sees them.
    """

    def __init__(self, result: Any, name: str) -> None:
        self.tensors: list[Tensor] = []
        self._name = name
        self.form = nest.map_structure(self._leaf, result)
        self.single = type(result) is Tensor
        self.nothing = result is None

    def _leaf(self, x: Any) -> Any:
        if type(x) is Tensor:
            self.tensors.append(x)
            return _Leaf(_Place(len(self.tensors) - 1))
        if isinstance(x, IndexedSlices):
            self.tensors += [x.values, x.indices]
            return _Leaf(_Slices(len(self.tensors) - 2, len(self.tensors) - 1, x._dense_shape))
        if isinstance(x, _CONSTANT):
            return x.copy() if isinstance(x, np.ndarray) else x
        raise TypeError(
            f"{self._name} under tf.function returns a {type(x).__name__}; return tensors, variables, plain Python "
            "values, or structures of them."
        )

    def packed(self, found: list[Tensor]) -> Any:
        """A result of the same form with these tensors."""
        return nest.map_structure(lambda x: _put(x, found), self.form)


class _Leaf:
    """Keeps structures from looking into what stands for a tensor."""

    __slots__ = ("what",)

    def __init__(self, what: _Place | _Slices) -> None:
        self.what = what


def _put(x: Any, found: list[Tensor]) -> Any:
    if type(x) is not _Leaf:
        return x.copy() if isinstance(x, np.ndarray) else x
    what = x.what
    if isinstance(what, _Place):
        return found[what.number]
    return IndexedSlices(found[what.values], found[what.indices], what.dense_shape)


class Origin(NamedTuple):
    """What a program was made of.

    Attributes
    ----------
    function
        The Python function.
    signature
        Of the call, as `split` gives it.
    opaque
        Whether functions with gradients of their own are called in it.
    captured
        The tensors from outside that it took as constants, as far as they still live.
    """

    function: Callable[..., Any]
    signature: tuple[Any, ...]
    opaque: bool
    captured: tuple[weakref.ref[Tensor], ...]


class Compiled:
    """A program ready to run.

    Attributes
    ----------
    program
        As it is replayed.
    kernels
        The parts of it that are machine code, from the first replay on; printed, each says what building it took.
    """

    def __init__(self, program: Program, outcome: Outcome, origin: Origin) -> None:
        self._recorded = needed(program.check())
        self.program = clean(program).check()
        self._outcome = outcome
        self._plain = outcome.single or outcome.nothing  # frames return it as it is
        self._origin = origin
        self._plan: Plan | None = None
        self._frames: list[Replay] = []
        self.kernels: list[Kernel] = []
        self._heard = False
        outcome.tensors = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function with arguments such as the program was made for.

        Raises
        ------
        TypeError
            If they have another signature.
        """
        signature, tensors = split(args, kwargs)
        if signature != self._origin.signature:
            raise TypeError(
                f"This program of {self.program.name} is for {described(self._origin.signature)}, got "
                f"{described(signature)}; pass arguments of the same form, or call the tf.function, which makes a "
                "program for each."
            )
        if stack.recorder is not None or stack.check is not None:
            return self._origin.function(*args, **kwargs)
        return self.heard(args, kwargs) if stack.tapes else self.run([t._array for t in tensors])

    def run(self, arrays: Sequence[Any]) -> Any:
        """Replay with these arrays as inputs."""
        frames = self._frames
        try:
            frame = frames.pop()
        except IndexError:
            frame = self._frame()
        try:
            found = frame(*arrays)
        finally:
            frames.append(frame)
        if self._plain:
            return found
        return self._outcome.packed([Tensor(a) for a in found])

    @property
    def recorded(self) -> Program:
        """As it was written down, with the steps that end gradients."""
        return self._recorded

    @property
    def used(self) -> bool:
        """Whether a call came that the program was there for already."""
        return self._heard or self._plan is not None

    @property
    def opaque(self) -> bool:
        """Whether there are functions in it with gradients of their own."""
        return self._origin.opaque

    def _frame(self) -> Replay:
        """A frame for one more thread at the same time."""
        if self._plan is None:
            self._plan = Plan(self._fused(), self._plain)
        return self._plan.frame()

    def _fused(self) -> Program:
        """The program, with kernels where there can be some."""
        from tapefit.tape.function._kernel import with_kernels

        program, self.kernels = with_kernels(self.program)
        return program

    @property
    def source(self) -> str:
        """The Python source of the replay."""
        return Plan(self.program).source

    def heard(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run step by step on tensors, so that tapes record it."""
        self._heard = True
        if self.opaque or self._captures_what_tapes_follow():
            return self._origin.function(*args, **kwargs)
        p = self._recorded
        _, tensors = split(args, kwargs, copy=True)
        at: dict[int, Tensor] = {k: Tensor(c) for k, c in p.constants.items()}
        at.update(zip(p.inputs, tensors, strict=True))
        at.update({k: v._value_for_op() for v, k in p.reads})
        for step in p.steps:
            given = tuple(at[a] for a in step.args)
            if step.primitive is ASSIGN:
                at[step.outs[0]] = step.params["variable"].assign(*given)._value_for_op()
            elif step.primitive.outputs:
                at.update(zip(step.outs, step.primitive.record_all(given, step.params), strict=True))
            else:
                at[step.outs[0]] = step.primitive.record(given, step.params)
        return self._outcome.packed([at[k] for k in p.outputs])

    def _captures_what_tapes_follow(self) -> bool:
        """Whether a tape follows a tensor that is a constant of the program."""
        tensors = (ref() for ref in self._origin.captured)
        return any(t is not None and t._uid and any(t._uid in tape._live for tape in stack.tapes) for t in tensors)

    def __str__(self) -> str:
        return str(self.program)
