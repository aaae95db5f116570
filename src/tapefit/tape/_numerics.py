"""The numerics check: names the first op, forward or backward, whose result is not finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._backward import Record
from tapefit.tape._graph import outputs_of
from tapefit.tape._place import Place, here
from tapefit.tape._primitive import Primitive, Rule
from tapefit.tape._program import short
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import array_in

_PLACES = 100_000

# They hand on elements that they were given, so that what is not finite came from an input that was let pass.
_MOVERS = frozenset({
    "broadcast_to", "concat", "gather", "getitem", "identity", "matrix_transpose", "maximum", "minimum", "put",
    "reshape", "stop_gradient", "transpose", "where",
})  # fmt: skip


class NumericsCheck:
    """Listens to every op of a thread, below all tapes, and looks at the results.

    It also tells the backward sweep to show it each cotangent, with the op whose rule gave it; the steps inside of
    a rule may be infinite where a mask takes them out again, so only what the rule returns is looked at.
    """

    __slots__ = ("_places", "_rules")
    _records = None
    _watch_accessed = False
    _live: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self._places: dict[int, Place | None] = {}
        self._rules = 0  # how many sweeps are running, one inside the other

    def __enter__(self) -> None:
        self._rules += 1

    def __exit__(self, *exc_info: object) -> None:
        self._rules -= 1

    def _hear(
        self, primitive: Primitive, args: tuple[Tensor, ...], answer: Any, params: dict[str, Any] | None, others: Any
    ) -> None:
        if self._rules:
            return
        for k, y in enumerate((answer,) if type(answer) is Tensor else answer):
            if y._uid:
                self._note(y._uid)
            if primitive.name not in _MOVERS and not finite(y._array):
                which = f"output {k} of {primitive.name}" if primitive.outputs else f"the output of {primitive.name}"
                raise InvalidArgumentError(_message(which, y._array, args, here()))

    def _note(self, uid: int) -> None:
        """Where a followed step ran, for the message of its gradient."""
        self._places[uid] = here()
        if len(self._places) > _PLACES:
            for old in list(self._places)[: _PLACES // 2]:
                self._places.pop(old, None)

    def watched(self, records: list[Record]) -> list[Record]:
        """The records with rules that have a look at what they return."""
        return [(self._watched(record), *record[1:]) for record in records]

    def _watched(self, record: Record) -> Primitive:
        p, args = record[0], record[1]
        place = self._places.get(outputs_of(record)[0]._uid)
        rules = tuple(
            None if rule is None else _looking(rule, p.name, k, args, place)
            for k, rule in enumerate(p.rules or p.repeated(len(args)))
        )
        return Primitive(p.name, p.fn, rules, p.broadcasts, p.quiet, p.outputs)


def _looking(rule: Rule, name: str, k: int, args: tuple[Tensor, ...], place: Place | None) -> Rule:
    """A rule that raises an error where its result is not finite."""

    def looked(g: Any, ans: Any, *values: Any, **params: Any) -> Any:
        part = rule(g, ans, *values, **params)
        if part is not None and not finite(array_in(part)):
            which = f"the gradient of {name} with respect to its argument {k}"
            cotangents = [c for c in (g if type(g) is tuple else (g,)) if c is not None]
            raise InvalidArgumentError(_message(which, array_in(part), args, place, cotangents))
        return part

    return looked


def finite(array: Any) -> bool:
    """Whether all elements are finite; what is neither floating nor complex always is."""
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def faults(array: Any) -> str:
    """How many elements are NaN, inf and -inf, in words."""
    array = np.asarray(array)
    nan = np.isnan(array)
    negative = np.isneginf(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)
    kinds = {"NaN": nan, "inf": np.isinf(array) & ~negative & ~nan, "-inf": negative}
    found = [f"{int(where.sum())} {name}" for name, where in kinds.items() if where.any()]
    return f"{' and '.join(found)} among {array.size} element" + ("" if array.size == 1 else "s")


def _message(
    which: str, array: Any, args: tuple[Tensor, ...], place: Place | None, cotangents: list[Any] | None = None
) -> str:
    where = f', File "{place.file}", line {place.line}\n    {place.text}' if place else ""
    lines = [f"Detected Infinity or NaN in {which}: {faults(array)}{where}"]
    lines += [f"  input {k}: {_shown(a._array)}" for k, a in enumerate(args)]
    lines += [f"  cotangent: {_shown(array_in(c))}" for c in cotangents or []]
    return "\n".join(lines)


def _shown(array: Any) -> str:
    note = "" if finite(array) else ", not finite already"
    return f"{array.dtype}{list(array.shape)} {short(array)}{note}"


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """From now on and in this thread, raise an error at the first op whose result has a NaN or an inf.

    The error names the op, or the op whose gradient it was, the line of the program, and the inputs. Ops that only
    hand on elements, such as `reshape` and `where`, may hand on what was not finite before. Costs nothing while it is
    off; while it is on, every result is read once more and gradients are computed more slowly.

    Parameters
    ----------
    stack_height_limit, path_length_limit
        Accepted for TensorFlow's sake.

    Raises
    ------
    InvalidArgumentError
        Not here, but by ops and by tapes from now on.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.debugging.enable_check_numerics()
    >>> try:
    ...     tf.math.log(tf.constant([0.0, 1.0]))
    ... except tf.errors.InvalidArgumentError as error:
    ...     print(str(error).splitlines()[0].partition(", File")[0])
    Detected Infinity or NaN in the output of log: 1 -inf among 2 elements
    >>> tf.debugging.disable_check_numerics()
    """
    if stack.check is None:
        stack.check = NumericsCheck()
        stack.tapes.insert(0, stack.check)  # type: ignore[arg-type]


def disable_check_numerics() -> None:
    """End what `enable_check_numerics` began in this thread; without it, nothing happens."""
    stack.tapes[:] = [t for t in stack.tapes if t is not stack.check]  # type: ignore[comparison-overlap]
    stack.check = None
