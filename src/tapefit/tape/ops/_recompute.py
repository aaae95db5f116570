"""Functions recorded as one step: computed again on the way back, or passed by."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from tapefit import nest
from tapefit.errors import InvalidArgumentError
from tapefit.tape._backward import Record, sweep
from tapefit.tape._convert import tensor_of
from tapefit.tape._primitive import Primitive, listen, through
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.primitives import identity

if TYPE_CHECKING:
    from tapefit.tape.function._recorder import Recorder

Function = Callable[..., Any]


def grad_pass_through(f: Function) -> Function:
    """`f` with the gradient of the identity: its value forward, what comes from above backward.

    Parameters
    ----------
    f
        A function of one tensor that keeps its shape, such as `tapefit.round`.

    Examples
    --------
    >>> import tapefit as tf
    >>> x = tf.Variable(1.3)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.grad_pass_through(tf.round)(x) * 2.0
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=2.0>
    """

    @functools.wraps(f)
    def passed(x: Any, **options: Any) -> Tensor:
        source = tensor_of(x)
        if stack.recorder is not None:
            return _passed_in_program(stack.recorder, f, source, options)
        with _listening():
            answer = tensor_of(f(source, **options))._array
        if answer.shape != source._array.shape:
            raise InvalidArgumentError(
                f"grad_pass_through expects a function that keeps the shape {tuple(source.shape)}, got {answer.shape}; "
                "use tf.custom_gradient for others."
            )
        return Primitive("grad_pass_through", lambda a: answer, (through,), reads="shapes").record((source,), {})

    return passed


def _passed_in_program(recorder: Recorder, f: Function, source: Tensor, options: dict[str, Any]) -> Tensor:
    """`grad_pass_through` while tf.function writes down: the steps of `f` for the program, the identity for tapes."""
    tapes = [t for t in stack.tapes if t is not recorder]  # type: ignore[comparison-overlap]
    with _listening(recorder):
        answer = tensor_of(f(source, **options))
    passed = Tensor(answer._array)
    if tapes:
        row = Primitive("grad_pass_through", lambda a: answer._array, (through,), reads="shapes")
        listen(tapes, row, (source,), passed, {})
    recorder.alias(passed, answer)
    return passed


def recompute_grad(f: Function) -> Function:
    """`f`, of which a tape keeps arguments and results only: what lies between is computed again on the way back.

    Memory for time, as in reverse-mode checkpointing (Griewank 1992). Variables that `f` reads get their gradients,
    too, at the values that they had in the forward run.

    Parameters
    ----------
    f
        A function of tensors, and of structures of them, that gives the same result each time it is called.

    Examples
    --------
    >>> import tapefit as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.recompute_grad(lambda t: t * t * t)(x)
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=12.0>
    """

    @functools.wraps(f)
    def recomputed(*args: Any, **options: Any) -> Any:
        if stack.recorder is not None:  # a program keeps what is needed and no more
            return f(*args, **options)
        flat = nest.flatten(args)
        followed = [i for i, a in enumerate(flat) if isinstance(a, (Tensor, Variable))]

        def run(tensors: list[Tensor]) -> Any:
            leaves = list(flat)
            for i, tensor in zip(followed, tensors, strict=True):
                leaves[i] = tensor
            return f(*nest.pack_sequence_as(args, leaves), **options)

        access, sources = _Access(), [tensor_of(flat[i]) for i in followed]
        with _listening(access):
            form = run([Tensor(x._array) for x in sources])
        variables = list(access._variables.values())
        outputs = [tensor_of(y)._array for y in nest.flatten(form)]
        step = Primitive(
            "recompute_grad",
            lambda *arrays: tuple(outputs),
            (),
            outputs=True,
            variadic=_Again(lambda tensors: nest.flatten(run(tensors)), variables),
        )
        answers = step.record_all((*sources, *(v._value_for_op() for v in variables)), {})
        return nest.pack_sequence_as(form, list(answers))

    return recomputed


class _Access:
    """A listener that notes the trainable variables that are read, and records nothing."""

    _watch_accessed = True

    def __init__(self) -> None:
        self._live: set[int] = set()
        self._records: list[Record] = []
        self._variables: dict[int, Variable] = {}

    def _watch_variable(self, variable: Variable) -> None:
        self._variables[variable._uid] = variable


class _Again:
    """The rule of a recomputed function: it runs anew under a recorder, and one sweep serves all its arguments."""

    def __init__(self, run: Callable[[list[Tensor]], list[Any]], variables: list[Variable]) -> None:
        self._run, self._variables = run, variables
        self._last: tuple[Any, list[Any]] | None = None  # the cotangents that came, and what they became

    def __call__(self, gs: tuple[Any, ...], ans: tuple[Any, ...], *values: Any, place: int) -> Any:
        if self._last is None or self._last[0] is not gs:
            self._last = gs, self._swept(gs, ans, values)
        return self._last[1][place]

    def _swept(self, gs: tuple[Any, ...], ans: tuple[Any, ...], values: tuple[Any, ...]) -> list[Any]:
        """The cotangents of all arguments.

        1. Take the arguments, and put the variables back, as they were.
        2. Run the function under a recorder that follows them.
        3. Sweep the cotangents of the results back.
        """
        n = len(values) - len(self._variables)
        tensors = [v if type(v) is Tensor else Tensor(v) for v in values]
        recorder = _Access()
        recorder._watch_accessed = False
        # one tensor passed twice is two arguments
        arguments = [identity.record((x,), {}) for x in tensors[:n]]
        for x in arguments:
            x._uid = x._uid or next_uid()
        uids = [*(x._uid for x in arguments), *(v._uid for v in self._variables)]
        recorder._live.update(uids)
        with _as_they_were(self._variables, tensors[n:]), _listening(*stack.tapes, recorder):  # steps 1 and 2
            outputs = [tensor_of(y) for y in self._run(arguments)]
        cotangents: dict[int, Any] = {}
        for y, g in zip(outputs, gs, strict=True):
            if g is not None and y._uid in recorder._live:
                cotangents[y._uid] = cotangents[y._uid] + g if y._uid in cotangents else g
        lead = next(len(g.shape) - len(a.shape) for g, a in zip(gs, ans, strict=True) if g is not None)
        sweep(recorder._records, cotangents, recorder._live, set(uids), lead)  # step 3
        return [cotangents.get(uid) for uid in uids]


@contextmanager
def _listening(*listeners: Any) -> Iterator[None]:
    """A block in which only these listen."""
    before, stack.tapes = stack.tapes, list(listeners)
    try:
        yield
    finally:
        stack.tapes = before


@contextmanager
def _as_they_were(variables: list[Variable], values: list[Tensor]) -> Iterator[None]:
    """A block in which variables have the values that a step was recorded with."""
    with ExitStack() as restore:
        for variable, value in zip(variables, values, strict=True):
            restore.callback(setattr, variable, "_value", variable._value)
            variable._value = Tensor(value._array, variable._uid)
        yield
