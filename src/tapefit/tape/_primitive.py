"""Primitive: one differentiable step, its NumPy function and its rule row."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._place import note_cut
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor

# A rule gives the cotangent of one argument: rule(g, ans, *args, **params). It is pure, uses operators and
# primitives only (so that it can itself be recorded), and lets g have leading axes that ans has not.
Rule = Callable[..., Any]
Reads = Literal["all", "args", "answer", "shapes"]

_LARGE = 1 << 18  # bytes from which a value that no rule reads is not worth keeping
MANY = _LARGE >> 4  # elements from which a value may be as large
_blank = object.__new__


def through(g: Any, ans: Any, *args: Any, **params: Any) -> Any:
    """The rule of an argument that goes into the answer as it is; the sweep knows it and skips the call."""
    return g


REGISTRY: dict[str, Primitive] = {}


class Primitive:
    """A row of the table, never changed: a NumPy function and one rule an argument.

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
    cuts
        True if gradients end here, or may: no argument has a rule, or it is a cast.
    reads
        The values that the rules read. Of what they do not read, only shape and dtype are kept if it is large.
    scales
        Of each argument's rule, which argument it multiplies the cotangent by, if it does nothing else; the sweep may
        then write the product over a large cotangent that nobody else holds.
    pure
        False if it does more than to return a value, or returns another value each time.
    """

    __slots__ = ("broadcasts", "cuts", "fn", "name", "outputs", "pure", "quiet", "reads", "rules", "scales", "variadic")

    def __init__(
        self,
        name: str,
        fn: Callable[..., Any],
        rules: tuple[Rule | None, ...],
        broadcasts: bool = False,
        quiet: bool = False,
        outputs: bool = False,
        variadic: Rule | None = None,
        reads: Reads = "all",
        pure: bool = True,
        scales: tuple[int, ...] = (),
    ) -> None:
        self.name, self.fn, self.rules, self.variadic, self.pure = name, fn, rules, variadic, pure
        self.cuts = name == "cast" or not (variadic or any(rules))
        self.broadcasts, self.quiet, self.outputs, self.reads = broadcasts, quiet, outputs, reads
        self.scales = scales

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
        arrays = [a._array for a in args]
        if self.quiet:
            return answered(self, args, self.compute(arrays, params), params)
        try:
            array = self.fn(*arrays, **params)
        except (ValueError, IndexError):
            array = self.compute(arrays, params)  # for its message
        return answered(self, args, array, params)

    def record_all(self, args: tuple[Tensor, ...], params: dict[str, Any]) -> tuple[Tensor, ...]:
        """`record`, for a primitive with several outputs."""
        answers = tuple(map(Tensor, self.compute([a._array for a in args], params)))
        tapes = stack.tapes
        if tapes:
            listen(tapes, self, args, answers, params)
        return answers


def answered(primitive: Primitive, args: tuple[Tensor, ...], array: Any, params: dict[str, Any] | None) -> Tensor:
    """The answer of a step as a tensor; every tape that follows an argument has a record of it then.

    Every op ends here. The usual case, one tape, is written out; `listen` is the same for any number of listeners.
    """
    answer = _blank(Tensor)  # Tensor(array), without a call of Python's
    answer._array = array
    tapes = stack.tapes
    if not tapes:
        answer._uid = 0
        return answer
    if len(tapes) == 1:
        tape = tapes[0]
        records = tape._records
        if records is not None:
            live = tape._live
            for a in args:
                if a._uid in live:
                    answer._uid = uid = next_uid()
                    live.add(uid)
                    if primitive.cuts:
                        note_cut(uid)
                    # what broadcasts gives no fewer elements than it takes
                    if array.size > MANY or (not primitive.broadcasts and args[0]._array.size > MANY):
                        records.append((primitive, *_outlined(primitive, args, answer), params))
                    else:
                        records.append((primitive, args, answer, params))
                    return answer
            answer._uid = 0
            return answer
    answer._uid = 0
    listen(tapes, primitive, args, answer, params)
    return answer


def listen(
    tapes: list[Any],
    primitive: Primitive,
    args: tuple[Tensor, ...],
    answer: Any,
    params: dict[str, Any] | None,
) -> None:
    """Append a record to every tape that follows an argument; the answer is then followed too."""
    record = None
    at_once = False
    for tape in tapes:
        records = tape._records
        if records is None:  # no tape, but a listener that hears each step at once
            at_once = True
            continue
        live = tape._live
        for a in args:
            if a._uid in live:
                if record is None:
                    record = (primitive, args, answer, params)
                    if type(answer) is Tensor:
                        answer._uid = next_uid()
                        if answer._array.nbytes > _LARGE or args[0]._array.nbytes > _LARGE:
                            record = (primitive, *_outlined(primitive, args, answer), params)
                    else:
                        for t in answer:
                            t._uid = next_uid()
                    if primitive.cuts and type(answer) is Tensor:
                        note_cut(answer._uid)
                if type(answer) is Tensor:
                    live.add(answer._uid)
                else:
                    live.update([t._uid for t in answer])
                records.append(record)
                break
    if at_once:
        _tell(tapes, primitive, args, answer, params)


def _tell(
    tapes: list[Any], primitive: Primitive, args: tuple[Tensor, ...], answer: Any, params: dict[str, Any] | None
) -> None:
    """Tell the listeners that are no tapes, oldest first; what one does then, tapes and older listeners hear."""
    for k, listener in enumerate(tapes):
        if listener._records is None:
            others = [t for i, t in enumerate(tapes) if i < k or t._records is not None]
            listener._hear(primitive, args, answer, params, others)


def _outlined(primitive: Primitive, args: tuple[Tensor, ...], answer: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
    """What the rules of a step read, and outlines of the rest."""
    if primitive.reads == "all":
        return args, answer
    if primitive.reads != "args":
        args = tuple(map(_outline, args))
    return args, answer if primitive.reads == "answer" else _outline(answer)


def _outline(x: Tensor) -> Tensor:
    """A stand-in for a large tensor: its number, shape and dtype, with zeros that take no memory."""
    array = x._array
    if array.nbytes < _LARGE:
        return x
    return Tensor(np.ndarray(array.shape, array.dtype, np.zeros(1, array.dtype), strides=(0,) * array.ndim), x._uid)


def is_outline(array: Any) -> bool:
    """Whether an array is such a stand-in."""
    return array.nbytes >= _LARGE and not any(array.strides) and not array.flat[0]


def primitive(
    name: str,
    fn: Callable[..., Any],
    *rules: Rule | None,
    broadcasts: bool = False,
    quiet: bool = False,
    outputs: bool = False,
    variadic: Rule | None = None,
    reads: Reads = "all",
    scales: tuple[int, ...] = (),
) -> Primitive:
    """Make a row and enter it in the table."""
    if name in REGISTRY:
        raise ValueError(f"A primitive named {name!r} stands in the table already; choose another name.")
    row = REGISTRY[name] = Primitive(name, fn, rules, broadcasts, quiet, outputs, variadic, reads, True, scales)
    return row
