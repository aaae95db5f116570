"""Ops that work on bare values, as single steps of what tf.function writes down."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tapefit import nest
from tapefit.errors import InvalidArgumentError
from tapefit.tape._primitive import Primitive
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor

if TYPE_CHECKING:
    from tapefit.tape.function._recorder import Recorder

P = ParamSpec("P")
R = TypeVar("R")


def as_step(op: Callable[P, R]) -> Callable[P, R]:
    """An op without derivative that reads values: while a function is written down, one step of the program.

    The step calls the op again with the values that there are then; its results must keep their shapes.
    """
    return _step(op)


def as_check(op: Callable[P, R]) -> Callable[P, R]:
    """`as_step`, for an op that may raise: it is never left out of the program."""
    return _step(op, pure=False)


def as_effect(op: Callable[P, R]) -> Callable[P, R]:
    """`as_step`, for an op that does more than to return a value, or returns another value each time.

    It is done again in each call of the program, also with constant arguments.
    """
    return _step(op, pure=False, always=True)


def _step(op: Callable[P, R], *, pure: bool = True, always: bool = False) -> Callable[P, R]:
    @functools.wraps(op)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if stack.recorder is None:
            return op(*args, **kwargs)
        return _noted(stack.recorder, op, args, kwargs, pure, always)  # type: ignore[no-any-return]

    return run


def _noted(recorder: Recorder, op: Callable[..., Any], args: Any, kwargs: Any, pure: bool, always: bool) -> Any:
    """Call an op, and note a step that calls it again."""
    leaves = nest.flatten((args, kwargs))
    tensors = [_value(x) for x in leaves]
    given = [t for t in tensors if t is not None]
    places = [t is not None for t in tensors]
    rest = [None if there else x for there, x in zip(places, leaves, strict=True)]  # keeps no tensor alive
    form = nest.pack_sequence_as((args, kwargs), rest)
    if not always and not any(recorder.is_live(t) for t in given):
        return op(*args, **kwargs)

    def again(*arrays: Any) -> tuple[Any, Any]:
        found = iter(arrays)
        own = [Tensor(next(found)) if there else x for there, x in zip(places, rest, strict=True)]
        given_args, given_kwargs = nest.pack_sequence_as(form, own)
        with nobody_listening():
            result = op(*given_args, **given_kwargs)
        return result, [x for x in nest.flatten(result) if type(x) is Tensor]

    result, made = again(*(t._array for t in given))
    shapes = [t._array.shape for t in made]

    def fn(*arrays: Any) -> tuple[Any, ...]:
        found = [t._array for t in again(*arrays)[1]]
        if [a.shape for a in found] != shapes:
            raise InvalidArgumentError(
                f"{op.__name__} gave shapes {shapes} when tf.function wrote the function down and now "
                f"{[a.shape for a in found]}; leave it out of the function, since a program has fixed shapes."
            )
        return tuple(found)

    if not pure:
        recorder.settle()
    row = Primitive(op.__name__.strip("_"), fn, (None,) * len(given), outputs=True, pure=pure)
    recorder._hear(row, tuple(given), tuple(made), None, None)
    return result


def _value(x: Any) -> Tensor | None:
    """The tensor that a leaf of the arguments is, or whose value a variable is."""
    if type(x) is Tensor:
        return x
    reader = getattr(x, "_value_for_op", None)
    return reader() if reader is not None else None


@contextmanager
def nobody_listening() -> Iterator[None]:
    """A block in which no tape records and no function is written down."""
    before = stack.tapes, stack.recorder
    stack.tapes, stack.recorder = [], None
    try:
        yield
    finally:
        stack.tapes, stack.recorder = before
