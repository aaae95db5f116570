"""Recorder: listens while a function runs, and writes down what it does as a Program."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import numpy as np

from tapefit.errors import OperatorNotAllowedInGraphError
from tapefit.tape._place import here
from tapefit.tape._primitive import Primitive, is_outline, listen
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.function._program import Program, Step, Value
from tapefit.tape.primitives import identity

# A variable's new value, in its place among the steps: to tapes outside gradients end here.
ASSIGN = Primitive("assign", lambda x, *, variable: x, (None,))


def _store(x: Any, *, variable: Variable) -> tuple[Any, ...]:
    variable._value = Tensor(np.array(x), variable._uid)
    return ()


STORE = Primitive("store", _store, (None,), outputs=True, pure=False)


class Recorder:
    """A listener among the tapes that notes each step on a value which may differ in another call.

    Such values are called live here: the arguments, the variables, what is drawn or read anew in each call, and all
    that is computed from them. What is computed from constants alone is a constant.
    """

    _records = None  # no tape: it hears each step at once
    _watch_accessed = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: list[Value] = []
        self.inputs: list[int] = []
        self.reads: dict[int, tuple[Variable, int]] = {}  # by the variable's uid
        self.constants: dict[int, Any] = {}
        self.steps: list[Step] = []
        self.updates: dict[int, tuple[Variable, int]] = {}
        self._settled: dict[int, int] = {}  # the numbers that variables were given before the end
        self.created: list[Variable] = []
        self._foreign: dict[int, weakref.ref[Tensor]] = {}  # constants that steps take, by id
        self.opaque = False  # whether a function with a gradient of its own was called
        self._initial: list[tuple[Variable, Tensor]] = []
        self._variables: dict[int, Variable] = {}
        self._live: dict[int, int] = {}  # the number of a live value by its tensor's uid
        self._snapshots: dict[tuple[int, int], tuple[Any, int]] = {}  # by a variable's uid and its array's id
        self._known: dict[int, tuple[Any, int]] = {}  # constants by id, kept alive here

    def __enter__(self) -> Recorder:
        stack.tapes.append(self)  # type: ignore[arg-type]
        self._before, stack.recorder = stack.recorder, self
        return self

    def __exit__(self, *exc_info: object) -> None:
        stack.tapes[:] = [t for t in stack.tapes if t is not self]  # type: ignore[comparison-overlap]
        stack.recorder = self._before

    # -- what comes in -------------------------------------------------------------------------

    def argument(self, tensor: Tensor) -> Tensor:
        """A tensor of its own for an argument, live from here on; tapes outside see a copy of the argument."""
        own = Tensor(tensor._array)
        outside = [t for t in stack.tapes if t is not self]  # type: ignore[comparison-overlap]
        if outside:
            listen(outside, identity, (tensor,), own, {})
        own._uid = own._uid or next_uid()
        self.inputs.append(self._new(own._array))
        self._live[own._uid] = self.inputs[-1]
        return own

    def _watch_variable(self, variable: Variable) -> None:
        """Called at a variable's first access."""
        uid, value = variable._uid, variable._value
        self._variables[uid] = variable
        number = self._new(value._array)
        self.reads[uid] = variable, number
        self._initial.append((variable, value))
        self._live[uid] = number
        self._snapshots[uid, id(value._array)] = value._array, number

    def assigned(self, variable: Variable, value: Tensor) -> None:
        """A variable has the value of a tensor from here on."""
        if variable._uid not in self._variables:
            self._watch_variable(variable)
        before, number = self.number(value), self._new(variable._value._array)
        self.steps.append(Step(ASSIGN, (before,), (number,), {"variable": variable}, here()))
        self.updates[variable._uid] = variable, number
        self._live[variable._uid] = number
        array = variable._value._array
        self._snapshots[variable._uid, id(array)] = array, number

    def settle(self) -> None:
        """Variables have their values before a step that may raise or look at them, as op by op."""
        for uid, (variable, number) in self.updates.items():
            if self._settled.get(uid) != number:
                self._settled[uid] = number
                self.steps.append(Step(STORE, (number,), (), {"variable": variable}, here()))

    def alias(self, tensor: Tensor, of: Tensor) -> None:
        """A tensor that an op made without a step, but with a gradient of its own, has the value of another."""
        self.opaque = True
        tensor._uid = tensor._uid or next_uid()
        number = self._find(of)
        if number is None:
            self._live.pop(tensor._uid, None)
        else:
            self._live[tensor._uid] = number

    def is_live(self, tensor: Tensor) -> bool:
        """Whether the value may differ in another call."""
        return self._find(tensor) is not None

    def refuse(self, tensor: Tensor, how: str) -> None:
        """Let nobody know the value of a live tensor.

        Raises
        ------
        OperatorNotAllowedInGraphError
            If it is live; the sentence names the line.
        """
        if self.is_live(tensor):
            place = here()
            where = f"{place}: `{place.text}`" if place else self.name
            raise OperatorNotAllowedInGraphError(
                f"{where} needs the value of a tensor ({how}) while tf.function writes down what {self.name} does, but "
                "it may be another in the next call; use tf.where or another op, or leave this line out of the "
                "function (tf.config.run_functions_eagerly(True) runs every function op by op)."
            )

    def undo(self) -> None:
        """Give the variables the values back that they had."""
        for variable, value in self._initial:
            variable._value = value

    # -- what happens ---------------------------------------------------------------------------

    def _hear(
        self, primitive: Primitive, args: tuple[Tensor, ...], answer: Any, params: dict[str, Any] | None, others: Any
    ) -> None:
        """Note a step, unless all that it takes is constant."""
        numbers = [self._find(a) for a in args]
        self._foreign.update((id(a), weakref.ref(a)) for n, a in zip(numbers, args, strict=True) if n is None)
        if primitive.pure and not any(n is not None for n in numbers):
            return
        answers = (answer,) if type(answer) is Tensor else tuple(answer)
        outs = []
        for y in answers:
            y._uid = y._uid or next_uid()
            outs.append(self._new(y._array))
            self._live[y._uid] = outs[-1]
        given = tuple(self._constant(a._array) if n is None else n for n, a in zip(numbers, args, strict=True))
        self.steps.append(Step(primitive, given, tuple(outs), dict(params or {}), here()))

    def number(self, tensor: Tensor) -> int:
        """The number of a tensor's value."""
        found = self._find(tensor)
        if found is None:
            self._foreign[id(tensor)] = weakref.ref(tensor)
            return self._constant(tensor._array)
        return found

    def captured(self) -> tuple[weakref.ref[Tensor], ...]:
        """The constants that outlive the function; a tape outside may follow them."""
        return tuple(ref for ref in self._foreign.values() if ref() is not None)

    def _find(self, tensor: Tensor) -> int | None:
        uid = tensor._uid
        if uid in self._variables and not is_outline(tensor._array):
            # its value at the time, not the newest; what it was before this function is a constant
            snapshot = self._snapshots.get((uid, id(tensor._array)))
            if snapshot is None and self._variables[uid]._value is tensor:
                raise OperatorNotAllowedInGraphError(
                    f"{self._variables[uid].name} was assigned where tf.function does not see it, such as in a "
                    "numpy_function; let that return the value, and assign it in the function itself."
                )
            return None if snapshot is None else snapshot[1]
        return self._live.get(uid)

    def _constant(self, array: Any) -> int:
        found = self._known.get(id(array))
        if found is None:
            found = self._known[id(array)] = array, self._new(array)
            self.constants[found[1]] = np.asarray(array)
        return found[1]

    def _new(self, array: Any) -> int:
        self.values.append(Value.like(array))
        return len(self.values) - 1

    def program(self, outputs: Iterable[Tensor]) -> Program:
        """What was heard, with the values of these tensors as its outputs."""
        numbers = tuple(self.number(t) for t in outputs)
        return Program(
            self.name,
            tuple(self.values),
            tuple(self.inputs),
            tuple(self.reads.values()),
            self.constants,
            tuple(self.steps),
            tuple(self.updates.values()),
            numbers,
        )
