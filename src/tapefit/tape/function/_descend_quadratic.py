"""Losses that are quadratic in the variables: shown from the program, and then descended without the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapefit.tape._convert import convert
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.function._function import Function
from tapefit.tape.function._program import Program, Step

_LINEAR = (
    "broadcast_to",
    "conj",
    "expand_dims",
    "getitem",
    "identity",
    "matrix_transpose",
    "negative",
    "reduce_mean",
    "reduce_sum",
    "reshape",
    "squeeze",
    "transpose",
)
_Degrees = Sequence[int | None]
_SIZE = 64  # parameters up to which it is worth while
_ROWS = 10_000  # elements from which a hundred steps cost more than the gradient at a log line, on the tape


def _largest(program: Program, step: Step, degrees: _Degrees) -> int | None:
    return None if None in degrees else max(d for d in degrees if d is not None)


def _sum(program: Program, step: Step, degrees: _Degrees) -> int | None:
    return None if None in degrees else sum(d for d in degrees if d is not None)


def _double(program: Program, step: Step, degrees: _Degrees) -> int | None:
    largest = _largest(program, step, degrees)
    return None if largest is None else 2 * largest


def _divided(program: Program, step: Step, degrees: _Degrees) -> int | None:
    return degrees[0] if degrees[1] == 0 else None


def _chosen(program: Program, step: Step, degrees: _Degrees) -> int | None:
    return _largest(program, step, degrees) if degrees[0] == 0 else None


def _taken(program: Program, step: Step, degrees: _Degrees) -> int | None:
    return degrees[0] if not any(degrees[1:]) else None


def _cast(program: Program, step: Step, degrees: _Degrees) -> int | None:
    return degrees[0] if program.values[step.outs[0]].dtype.kind == "f" else None


def _power(program: Program, step: Step, degrees: _Degrees) -> int | None:
    exponent = program.constants.get(step.args[1])
    whole = exponent is not None and exponent.size == 1 and exponent.item() in (0, 1, 2)
    return None if not whole or exponent is None or degrees[0] is None else int(exponent.item()) * degrees[0]


# The degree of a step's result as a polynomial in the variables, from those of its arguments. None: none is known.
DEGREES: dict[str, Callable[[Program, Step, _Degrees], int | None]] = {
    **dict.fromkeys(_LINEAR, _taken),
    **dict.fromkeys(("add", "subtract", "concat", "stack"), _largest),
    **dict.fromkeys(("multiply", "matmul", "einsum"), _sum),
    **dict.fromkeys(("square", "squared_difference"), _double),
    "cast": _cast,
    "divide": _divided,
    "gather": _taken,
    "pow": _power,
    "where": _chosen,
}


def degree(program: Program, variables: Sequence[Variable]) -> int | None:
    """The degree of a program's output as a polynomial in variables; None if it is none, or this cannot be seen."""
    mine = {id(v) for v in variables}
    degrees: dict[int, int | None] = {k: int(id(v) in mine) for v, k in program.reads}
    degrees.update(dict.fromkeys(program.constants, 0))
    for step in program.steps:
        if not step.primitive.pure:
            return None
        given = [degrees[a] for a in step.args]
        rule = DEGREES.get(step.primitive.name)
        found = 0 if not any(d != 0 for d in given) else rule(program, step, given) if rule else None
        degrees.update(dict.fromkeys(step.outs, found))
    return degrees[program.outputs[0]]


class Quadratic:
    """A quadratic loss without its rows: the gradient at a point, and the second derivatives, in float64.

    The gradient at t is then g + H (t - c). The centre c moves along with the descent, where the gradient is computed
    anew from the rows, so that rounding errors do not add up.

    Attributes
    ----------
    H : ndarray of shape (p, p)
        Second derivatives.
    g, c : ndarray of shape (p,)
        The gradient at the centre, and the centre.
    """

    def __init__(self, program: Program, variables: Sequence[Variable]) -> None:
        self._program, self._variables = program, variables
        self._constants = {k: Tensor(_long(c)) for k, c in program.constants.items()}
        self._own = [Variable(_long(v._value._array)) for v in variables]
        self._slopes = Function(self._slopes_of)
        p = sum(v._value._array.size for v in variables)
        self.H = np.zeros((p, p))
        self.g, self.c = np.zeros(p), np.zeros(p)
        self._bend()

    def move(self) -> None:
        """Put the centre where the variables are now."""
        for own, variable in zip(self._own, self._variables, strict=True):
            own.assign(_long(variable._value._array))
        here = [v.read_value() for v in self._own]
        self.c, self.g = _joined(here, here), _joined(self._slopes(), here)

    def _slopes_of(self) -> list[Any]:
        """The gradient, a tensor for each variable."""
        own = [v.read_value() for v in self._own]
        with GradientTape() as tape:
            tape.watch(own)
            loss = self._loss(own)
        found = tape.gradient(loss, own, unconnected_gradients="zero")
        return [convert(g) for g in found]

    def _bend(self) -> None:
        """The second derivatives, one row for each element of a variable."""
        own = [v.read_value() for v in self._own]
        with GradientTape(persistent=True) as outer:
            outer.watch(own)
            with GradientTape() as inner:
                inner.watch(own)
                loss = self._loss(own)
            gradients = inner.gradient(loss, own)
            parts = [(k, i, g) for k, g in enumerate(gradients) if g is not None for i in range(g._array.size)]
            rows = [_element(g, i) for _, i, g in parts]
        starts = np.cumsum([0, *(t._array.size for t in own)])
        for (k, i, _), row in zip(parts, rows, strict=True):
            self.H[starts[k] + i] = _joined(outer.gradient(row, own), own)

    def _loss(self, own: Sequence[Tensor]) -> Tensor:
        """The loss in float64, step by step."""
        at: dict[int, Any] = dict(self._constants)
        mine = {id(v): t for v, t in zip(self._variables, own, strict=True)}
        for variable, k in self._program.reads:
            at[k] = mine[id(variable)] if id(variable) in mine else Tensor(_long(variable._value._array))
        for step in self._program.steps:
            params = dict(step.params)
            if "dtype" in params and np.dtype(params["dtype"]).kind == "f":
                params["dtype"] = np.dtype(np.float64)
            given = tuple(at[a] for a in step.args)
            if step.primitive.outputs:
                at.update(zip(step.outs, step.primitive.record_all(given, params), strict=True))
            else:
                at[step.outs[0]] = step.primitive.record(given, params)
        loss: Tensor = at[self._program.outputs[0]]
        return loss


def _long(array: Any) -> Any:
    """Floats in float64, anything else as it is."""
    array = np.asarray(array)
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _element(t: Tensor, i: int) -> Tensor:
    from tapefit.tape.primitives import getitem, reshape

    flat: Tensor = reshape(t, shape=(t._array.size,))
    element: Tensor = getitem(flat, key=(i,))
    return element


def _joined(parts: Sequence[Any], like: Sequence[Tensor]) -> Any:
    """One long vector; zeros where there is no gradient."""
    arrays = [np.zeros(t._array.size) if x is None else np.ravel(x._array) for x, t in zip(parts, like, strict=True)]
    return np.concatenate(arrays).astype(np.float64)


def worth(program: Program, variables: Sequence[Variable], steps: int) -> bool:
    """Whether the second derivatives cost less than the steps that they spare."""
    p = sum(v._value._array.size for v in variables)
    largest = max((int(np.prod(v.shape)) for v in program.values), default=0)
    return 0 < p <= _SIZE and steps > 4 * (p + 1) and max(p * p, _ROWS) <= largest
