"""Program: a computation that was recorded, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tapefit.types import dtype_of

if TYPE_CHECKING:
    from tapefit.tape._place import Place
    from tapefit.tape._primitive import Primitive
    from tapefit.tape._variable import Variable

_SHOWN = 6  # elements of a constant up to which it is printed


class Value(NamedTuple):
    """The form of a value of the program.

    Attributes
    ----------
    shape, dtype
        As NumPy has them.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @classmethod
    def like(cls, array: Any) -> Value:
        """The form of an array or NumPy scalar."""
        return cls(tuple(int(d) for d in array.shape), array.dtype)

    def __str__(self) -> str:
        return f"{dtype_of(np.empty(0, self.dtype)).name}[{', '.join(map(str, self.shape))}]"


class Step(NamedTuple):
    """A primitive applied to values.

    Attributes
    ----------
    primitive
        The row of the table that says what is done.
    args, outs
        Numbers of values.
    params
        What the primitive takes beside its arguments.
    place
        The line of the user's program.
    """

    primitive: Primitive
    args: tuple[int, ...]
    outs: tuple[int, ...]
    params: dict[str, Any]
    place: Place | None


class Program(NamedTuple):
    """A computation as data: values by number, and the steps that make them, in order.

    Attributes
    ----------
    name
        Of the function.
    values
        The form of every value; a value's number is its place here.
    inputs
        The numbers of the arguments' tensors.
    reads
        The variables whose values are read, each with the number of that value.
    constants
        The values that are known, by number.
    steps
        In order of execution. A step with a primitive that is not `pure` is never left out, merged or moved.
    updates
        The variables that have a new value in the end, each with its number.
    outputs
        The numbers of the tensors that are returned.
    """

    name: str
    values: tuple[Value, ...]
    inputs: tuple[int, ...]
    reads: tuple[tuple[Variable, int], ...]
    constants: dict[int, Any]
    steps: tuple[Step, ...]
    updates: tuple[tuple[Variable, int], ...]
    outputs: tuple[int, ...]

    def check(self) -> Program:
        """The program itself, if every value is made once, before it is used, and known by its form.

        Raises
        ------
        RuntimeError
            If it is not so, naming the step.
        """
        known = {*self.inputs, *(k for _, k in self.reads), *self.constants}
        for number, step in enumerate(self.steps):
            missing = [a for a in step.args if a not in known]
            twice = [k for k in step.outs if k in known]
            if missing or twice:
                what = "uses values that nothing made" if missing else "makes values that were made already"
                raise RuntimeError(f"Step {number} of {self.name}, {step.primitive.name}, {what}: {missing or twice}.")
            known.update(step.outs)
        lost = [k for k in (*self.outputs, *(k for _, k in self.updates)) if k not in known]
        if lost:
            raise RuntimeError(f"{self.name} returns values that nothing made: {lost}.")
        return self

    def __str__(self) -> str:
        return "\n".join(_Writer(self).lines())


class _Writer:
    """A program as text, one line a value."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = {k: f"input{i}" for i, k in enumerate(program.inputs)}
        for i, (variable, k) in enumerate(program.reads):
            self.names[k] = variable._name if variable._name != "Variable" else f"variable{i}"

    def lines(self) -> list[str]:
        p = self.program
        inputs = ", ".join(f"{self.names[k]}: {p.values[k]}" for k in p.inputs)
        body = [f"{self.names[k]}: {p.values[k]} = read" for _, k in p.reads]
        body += [self._step(step) for step in p.steps]
        body += [f"{self._variable(v)} <- {self._name(k)}" for v, k in p.updates]
        body.append("return " + (", ".join(map(self._name, p.outputs)) or "nothing"))
        return [f"program {p.name}({inputs})", *("    " + line for line in body)]

    def _step(self, step: Step) -> str:
        from tapefit.tape._program import _options

        options = _options(step.params)
        given = ", ".join([*map(self._name, step.args), *([options] if options else [])])
        made = ", ".join(f"{self._name(k)}: {self.program.values[k]}" for k in step.outs)
        return f"{made} = {step.primitive.name}({given})" if made else f"{step.primitive.name}({given})"

    def _variable(self, variable: Variable) -> str:
        found = next((k for v, k in self.program.reads if v is variable), None)
        return variable._name if found is None else self.names[found]

    def _name(self, number: int) -> str:
        constant = self.program.constants.get(number)
        if constant is not None:
            from tapefit.tape._program import short

            return short(constant) if constant.size <= _SHOWN else f"constant{list(constant.shape)}"
        if number not in self.names:
            self.names[number] = f"%{1 + sum(name.startswith('%') for name in self.names.values())}"
        return self.names[number]
