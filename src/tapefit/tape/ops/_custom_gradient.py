"""custom_gradient: a function with a gradient of its own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._primitive import Primitive, listen
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.primitives import stack as stack_rows
from tapefit.types import dtype_of


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a gradient of its own.

    Parameters
    ----------
    f
        Called with tensors, it returns the result and a function ``grad_fn(*upstream)`` that gives the gradients of
        the arguments: one tensor, or a list with one an argument. If `f` reads variables, `grad_fn` takes the keyword
        ``variables`` and returns a pair, the gradients of the arguments and a list with those of the variables.

    Returns
    -------
    callable
        A function of the same arguments that returns the result alone.

    Raises
    ------
    TypeError
        If `f` returns no `grad_fn`, or reads variables that `grad_fn` does not take.
    ValueError
        While differentiating, if `grad_fn` returns another number of gradients than there are arguments.

    Examples
    --------
    >>> import tapefit as tf
    >>> @tf.custom_gradient
    ... def log1pexp(x):
    ...     e = tf.exp(x)
    ...     return tf.math.log(1.0 + e), lambda upstream: upstream * (1.0 - 1.0 / (1.0 + e))
    >>> x = tf.Variable(100.0)
    >>> with tf.GradientTape() as tape:
    ...     y = log1pexp(x)
    >>> float(tape.gradient(y, x))
    1.0
    """

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        given = nest.flatten(list(args))
        inputs = [tensor_of(a) for a in given]
        # The tapes outside record what f computes, so that grad_fn can be differentiated in turn; but the outputs
        # are new tensors, which hang together with the inputs by the row below alone.
        with GradientTape() as watcher:
            returned = f(*nest.pack_sequence_as(list(args), inputs), **kwargs)
        result, grad_fn = _pair(returned)
        variables = [v for v in watcher.watched_variables() if not any(v is a for a in given)]
        if variables and not _takes(grad_fn, "variables"):
            raise TypeError(
                "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function uses variables: "
                f"{variables}; add `variables=None` to its arguments and return (gradients, variable gradients)."
            )
        outputs = tuple(Tensor(tensor_of(t)._array) for t in nest.flatten(result))
        if stack.tapes:
            sources = (*inputs, *(v._value_for_op() for v in variables))
            gradients = _Gradients(grad_fn, variables, len(inputs))
            rules = tuple(functools.partial(gradients.rule, i) for i in range(len(sources)))
            row = Primitive(getattr(f, "__name__", "custom_gradient"), f, rules, outputs=True, quiet=True)
            tapes: list[Any] = [t for t in stack.tapes if t is not stack.recorder]  # type: ignore[comparison-overlap]
            listen(tapes, row, sources, outputs, None)
        if stack.recorder is not None:
            for t, made in zip(nest.flatten(result), outputs, strict=True):
                stack.recorder.alias(made, tensor_of(t))
        return nest.pack_sequence_as(result, outputs)

    return decorated


def _pair(returned: Any) -> tuple[Any, Callable[..., Any]]:
    if not isinstance(returned, tuple) or len(returned) != 2 or not callable(returned[1]):
        raise TypeError(
            "A function under @tf.custom_gradient returns a pair, its result and a function that gives the gradients; "
            f"got {type(returned).__name__}: end it with `return result, grad_fn`."
        )
    return returned


def _takes(function: Callable[..., Any], name: str) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == name or p.kind is p.VAR_KEYWORD for p in parameters)


class _Gradients:
    """What `grad_fn` says, asked once for each upstream gradient however many arguments there are."""

    def __init__(self, grad_fn: Callable[..., Any], variables: list[Variable], n: int) -> None:
        self._grad_fn, self._variables, self._n = grad_fn, variables, n
        self._asked: Any = None
        self._answers: list[list[Any]] = []
        self._led = False

    def rule(self, i: int, g: Any, ans: Any, *args: Any) -> Any:
        """The gradient of argument `i`; arrays come in and go out as the sweep has them.

        `grad_fn` knows nothing of the leading axis of a jacobian: it is asked row by row.
        """
        if g is not self._asked:
            self._asked = g
            rows = _rows(g, ans)
            self._answers = [
                self._ask([_upstream(part, a) for part, a in zip(row, ans, strict=True)])
                for row in ([g] if rows is None else rows)
            ]
            self._led = rows is not None
        source = args[i]
        parts = [self._checked(i, answer[i], source) for answer in self._answers]
        if not self._led:
            return parts[0]
        if any(part is None for part in parts):
            return None
        if isinstance(source, Tensor):
            return stack_rows(*parts, axis=0) if parts else Tensor(np.zeros((0, *source.shape), source._array.dtype))
        return np.stack(parts) if parts else np.zeros((0, *source.shape), source.dtype)

    def _checked(self, i: int, answer: Any, source: Any) -> Any:
        """What was answered for an argument, in its dtype and of its shape."""
        if answer is None:
            return None
        dtype = source.dtype if isinstance(source, Tensor) else dtype_of(source)
        out = convert(answer, None if isinstance(answer, Tensor) else dtype)
        if tuple(out.shape) != tuple(source.shape):
            raise ValueError(
                f"custom_gradient: the gradient of argument {i} has shape {tuple(out.shape)}, but the argument "
                f"{tuple(source.shape)}; reshape it."
            )
        return out if isinstance(source, Tensor) else out._array

    def _ask(self, upstream: list[Tensor]) -> list[Any]:
        of_variables: Any = []
        if self._variables:
            returned = self._grad_fn(*upstream, variables=self._variables)
            if not isinstance(returned, tuple) or len(returned) != 2:
                raise ValueError(
                    "grad_fn returns (gradients, variable gradients) where variables are used; return both."
                )
            of_inputs, of_variables = returned
        else:
            of_inputs = self._grad_fn(*upstream)
        flat = nest.flatten(of_inputs)
        if len(flat) != self._n or len(nest.flatten(of_variables)) != len(self._variables):
            raise ValueError(
                f"custom_gradient function expected to return {self._n} gradients, but returned {len(flat)} instead; "
                "return one for each argument and variable, None where there is none."
            )
        return [*flat, *nest.flatten(of_variables)]


def _rows(g: tuple[Any, ...], ans: tuple[Any, ...]) -> list[tuple[Any, ...]] | None:
    """The cotangents of the outputs, one tuple a row; None where they have no leading axis."""
    part, answer = next((p, a) for p, a in zip(g, ans, strict=True) if p is not None)
    if len(part.shape) == len(answer.shape):
        return None
    return [tuple(None if p is None else p[k] for p in g) for k in range(part.shape[0])]


def _upstream(part: Any, answer: Any) -> Tensor:
    """The cotangent of one output as a tensor, zeros where nothing flows back."""
    if part is None:
        array = answer._array if isinstance(answer, Tensor) else answer
        return Tensor(np.zeros(array.shape, array.dtype))
    return part if isinstance(part, Tensor) else Tensor(part)
