"""Primitive: one differentiable step, its NumPy function and its rule row."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor

# A rule gives the cotangent of one argument: rule(g, ans, *args, **params). It is pure, uses operators and
# primitives only (so that it can itself be recorded), and lets g have leading axes that ans has not.
Rule = Callable[..., Any]

REGISTRY: dict[str, Primitive] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A row of the table: a NumPy function and one rule an argument.

    Attributes
    ----------
    name
        What tapes and messages call it.
    fn
        ``fn(*arrays, **params)``, on bare NumPy arrays.
    rules
        One rule an argument; None where the op is not differentiable in that argument.
    broadcasts
        True if the arguments broadcast against each other, so that a rule's result may need summing
        back to the argument's shape. That is done in one place, the backward sweep.
    quiet
        True if inf or nan are legitimate results, which NumPy shall not warn of.
    outputs
        True if `fn` returns a tuple, and the rules receive one cotangent an output.
    variadic
        For any number of arguments: one rule for all, with the argument's place as keyword `place`.
    """

    name: str
    fn: Callable[..., Any]
    rules: tuple[Rule | None, ...]
    broadcasts: bool = False
    quiet: bool = False
    outputs: bool = False
    variadic: Rule | None = None

    def repeated(self, n: int) -> tuple[Rule, ...]:
        """The rule of a variadic primitive, bound to each of `n` places."""
        if self.variadic is None:
            return ()
        return tuple(functools.partial(self.variadic, place=i) for i in range(n))

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Arrays in, array out; a tensor in, a recorded tensor out."""
        for a in args:
            if type(a) is Tensor:
                record = self.record_all if self.outputs else self.record
                return record(tuple(a if type(a) is Tensor else Tensor(a) for a in args), params)
        return self.fn(*args, **params)

    def compute(self, arrays: list[Any], params: dict[str, Any]) -> Any:
        """The NumPy function with its complaints put as errors of ours."""
        try:
            if self.quiet:
                with np.errstate(all="ignore"):
                    return self.fn(*arrays, **params)
            return self.fn(*arrays, **params)
        except (ValueError, IndexError) as error:
            if isinstance(error, InvalidArgumentError):
                raise
            shapes = " and ".join(str(list(np.shape(a))) for a in arrays)
            raise InvalidArgumentError(f"{self.name} cannot take shapes {shapes}: {error}") from error

    def record(self, args: tuple[Tensor, ...], params: dict[str, Any]) -> Tensor:
        """Compute on tensors and tell every tape that follows one of them."""
        answer = Tensor(self.compute([a._array for a in args], params))
        tapes = stack.tapes
        if tapes:
            listen(tapes, self, args, answer, params)
        return answer

    def record_all(self, args: tuple[Tensor, ...], params: dict[str, Any]) -> tuple[Tensor, ...]:
        """`record`, for a primitive with several outputs."""
        answers = tuple(map(Tensor, self.compute([a._array for a in args], params)))
        tapes = stack.tapes
        if tapes:
            listen(tapes, self, args, answers, params)
        return answers


def listen(
    tapes: list[Any],
    primitive: Primitive,
    args: tuple[Tensor, ...],
    answer: Any,
    params: dict[str, Any] | None,
) -> None:
    """Append a record to every tape that follows an argument; the answer is then followed too."""
    for tape in tapes:
        live = tape._live
        for a in args:
            if a._uid in live:
                if type(answer) is Tensor:
                    if not answer._uid:
                        answer._uid = next_uid()
                    live.add(answer._uid)
                else:
                    for t in answer:
                        t._uid = t._uid or next_uid()
                        live.add(t._uid)
                tape._records.append((primitive, args, answer, params))
                break


def primitive(
    name: str,
    fn: Callable[..., Any],
    *rules: Rule | None,
    broadcasts: bool = False,
    quiet: bool = False,
    outputs: bool = False,
    variadic: Rule | None = None,
) -> Primitive:
    """Make a row and enter it in the table."""
    if name in REGISTRY:
        raise ValueError(f"A primitive named {name!r} stands in the table already; choose another name.")
    row = REGISTRY[name] = Primitive(name, fn, rules, broadcasts, quiet, outputs, variadic)
    return row
