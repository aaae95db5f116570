"""descend: minimise a loss step by step, without returning to Python for each step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from tapefit import nest
from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import convert
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.function._compiled import Compiled
from tapefit.tape.function._descend_quadratic import Quadratic, degree, worth
from tapefit.tape.function._descend_rules import RULES, Updater
from tapefit.tape.function._descend_run import KernelRun, PlanRun, run_of
from tapefit.tape.function._function import Function
from tapefit.tape.function._kernel_build import available

Status = Literal["converged", "max_steps", "diverged", "stopped"]


class Descent(NamedTuple):
    """How a descent went.

    Attributes
    ----------
    status
        "converged": no variable changes any more, as can be seen for "sgd"; "max_steps": all steps are done;
        "diverged": the loss is no longer finite; "stopped": `on_log` returned True.
    message
        The same as a sentence.
    steps
        The number of steps that were done.
    loss
        At the end.
    curve : ndarray of shape (k, 2)
        The number of each logged step, and the loss after it.
    lines
        What `on_log` was given.
    method
        What did the steps: "kernel", "numpy", "numpy and kernels"; with "quadratic, " before it where the rows were
        not needed for a step.
    """

    status: Status
    message: str
    steps: int
    loss: float
    curve: Any
    lines: tuple[str, ...]
    method: str


def descend(
    loss: Callable[[], Any],
    variables: Any,
    learning_rate: float = 0.02,
    steps: int = 1000,
    log_every: int = 100,
    optimizer: Any = "sgd",
    *,
    on_log: Callable[[str], Any] | None = None,
    quadratic: bool = True,
) -> Descent:
    """Minimise a loss by gradient descent, and set the variables to where it ends.

    1. Write a step down as a program: the loss on a tape, its gradient, the update rule.
    2. Run it so many times, until the next log line, in machine code where all of it can be one kernel.
    3. Compute the loss; stop if it is not finite, or if nothing changed since the last line.

    The results are those of the loop written out, to rounding. Where the program shows that the loss is a polynomial
    of degree 2 in the variables, steps use its second derivatives instead of the rows, which are read again at each
    log line.

    Parameters
    ----------
    loss
        A function without arguments that returns a tensor with one element.
    variables
        A variable, or a structure of them.
    learning_rate
        Of the update rule.
    steps
        How many steps to do.
    log_every
        Steps 0, `log_every`, 2 `log_every` and so on are logged, and the last; 0 logs the last alone.
    optimizer
        "adam", "momentum" (0.9), "nesterov" (0.9), "rmsprop" or "sgd"; or an optimizer of `tapefit.optimizers`,
        with its own learning rate.
    on_log
        Called with each log line, such as `print`; returning True ends the descent.
    quadratic
        False keeps the steps on the rows.

    Returns
    -------
    Descent
        How it ended, and the losses.

    Raises
    ------
    InvalidArgumentError
        If a number is out of its range, the optimizer has no such name, or the loss has more than one element or does
        not depend on a variable.

    Examples
    --------
    >>> import tapefit as tf
    >>> w = tf.Variable(0.0, name="w")
    >>> descent = tf.descend(lambda: (w - 3.0) ** 2, w, learning_rate=0.25, steps=21, log_every=10, on_log=print)
    STEP: 0 - loss: 2.25, w: 1.5000
    STEP: 10 - loss: 2.1457672119140625e-06, w: 2.9985
    STEP: 20 - loss: 2.0463630789890885e-12, w: 3.0000
    >>> descent.message
    'All 21 steps are done.'
    """
    found = _checked(variables, learning_rate, steps, log_every)
    run = _Run(loss, found, learning_rate, steps, optimizer, quadratic)
    return run.descend(steps, log_every, on_log)


def _checked(variables: Any, learning_rate: float, steps: int, log_every: int) -> list[Variable]:
    found = nest.flatten(variables)
    if not found or not all(isinstance(v, Variable) for v in found):
        raise InvalidArgumentError(f"descend expects variables, got {variables!r}; pass one or a list of them.")
    if len({id(v) for v in found}) < len(found):
        raise InvalidArgumentError("descend expects each variable once; leave out the repetitions.")
    if stack.recorder is not None:
        raise InvalidArgumentError("descend is a loop of its own; call it outside of tf.function.")
    if not isinstance(learning_rate, (int, float, np.floating)) or not 0 < learning_rate < math.inf:
        raise InvalidArgumentError(f"learning_rate expects a positive number, got {learning_rate!r}.")
    for name, value, least in (("steps", steps, 1), ("log_every", log_every, 0)):
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
            raise InvalidArgumentError(f"{name} expects a whole number of at least {least}, got {value!r}.")
    return found


class _Run:
    """The steps of one descent, compiled."""

    def __init__(
        self,
        loss: Callable[[], Any],
        variables: list[Variable],
        rate: float,
        steps: int,
        optimizer: Any,
        quadratic: bool,
    ) -> None:
        self.variables = variables
        self.loss = Function(lambda: _one(loss()))
        known = self.loss.get_concrete_function()
        self.mirror: _Mirror | None = None
        if quadratic and _is_steady(optimizer) and _is_quadratic(known, variables, steps):
            self.mirror = _Mirror(known, variables)
            apply = _applier(optimizer, self.mirror.parameters, rate)
            step = Function(lambda: apply(self.mirror.gradients()) if self.mirror else None)
        else:
            apply = _applier(optimizer, variables, rate)
            step = Function(lambda: apply(_gradients(loss, variables)))
        self.settles = optimizer == "sgd" and all(s.primitive.pure for s in known.recorded.steps)
        self.engine: PlanRun | KernelRun = run_of(step.get_concrete_function())

    @property
    def method(self) -> str:
        """What does the steps."""
        return f"{'quadratic, ' if self.mirror else ''}{self.engine.method}"

    def advance(self, steps: int) -> None:
        """Do so many steps."""
        if self.mirror:
            self.mirror.begin()
        self.engine.run(steps)
        if self.mirror:
            self.mirror.end()

    def descend(self, steps: int, every: int, on_log: Callable[[str], Any] | None) -> Descent:
        """Steps and log lines in turn."""
        lines: list[str] = []
        curve: list[tuple[int, float]] = []
        done, before = 0, None

        def log(line: str) -> bool:
            lines.append(line)
            return on_log is not None and on_log(line) is True

        if self.mirror:
            p = len(self.mirror.quadratic.c)
            log(f"The loss is quadratic in its {p} parameters: a step costs {p} x {p} products, whatever the rows.")
        with np.errstate(all="ignore"):
            while done < steps:
                until = min(steps, 1 if not done and every else done + (every or steps))
                self.advance(until - done)
                done = until
                value = float(self.loss().numpy())
                curve.append((done - 1, value))
                stop = log(_line(done - 1, value, self.variables))
                state = [np.array(v._value._array) for v in self.variables]
                if not math.isfinite(value):
                    return self._end("diverged", done, curve, lines)
                if stop:
                    return self._end("stopped", done, curve, lines)
                same = before is not None and all(map(np.array_equal, before, state))
                if self.settles and same and done < steps:  # what is the same again stays so, without a state
                    return self._end("converged", done, curve, lines)
                before = state
        return self._end("max_steps", done, curve, lines)

    def _end(self, status: Status, done: int, curve: list[tuple[int, float]], lines: list[str]) -> Descent:
        message = _MESSAGES[status].format(done=done, last=done - 1)
        return Descent(status, message, done, curve[-1][1], np.array(curve), tuple(lines), self.method)


_SINGLE = 8  # parameters up to which a kernel has a number for each second derivative
_MESSAGES: dict[Status, str] = {
    "converged": "Converged: no variable changed between the last two log lines, up to step {last}.",
    "max_steps": "All {done} steps are done.",
    "diverged": "The loss is no longer finite at step {last}; use a smaller learning rate.",
    "stopped": "Stopped by on_log after step {last}.",
}


def _is_steady(optimizer: Any) -> bool:
    """Whether small differences between gradients stay small ones between the variables."""
    return isinstance(optimizer, str) and optimizer in RULES and RULES[optimizer].steady


def _is_quadratic(known: Compiled, variables: list[Variable], steps: int) -> bool:
    same = {v._value._array.dtype for v in variables}
    if known.opaque or len(same) > 1 or same.pop().kind != "f":
        return False
    found = degree(known.recorded, variables)
    return found is not None and found <= 2 and worth(known.recorded, variables, steps)


class _Mirror:
    """Parameters of their own for a quadratic loss, and their gradient without the rows.

    Few parameters are one variable each, so that a step is one kernel of single numbers; more are one vector.
    """

    def __init__(self, known: Compiled, variables: list[Variable]) -> None:
        self.variables = variables
        self.quadratic = Quadratic(known.recorded, variables)
        p, self.dtype = len(self.quadratic.c), variables[0]._value._array.dtype
        self.single = p <= _SINGLE and available()
        shapes = [()] * p if self.single else [(p,)]
        self.parameters = [Variable(np.zeros(shape, self.dtype)) for shape in shapes]
        self.centre, self.slope = ([Variable(np.zeros(shape)) for shape in shapes] for _ in range(2))
        self.begin()

    def gradients(self) -> list[Any]:
        """g + H (t - c), in float64, rounded to the variables' dtype."""
        from tapefit.tape.ops._linalg import matvec
        from tapefit.tape.ops._math import cast

        H, to = self.quadratic.H, self.parameters[0].dtype
        apart = [cast(t, np.float64) - c for t, c in zip(self.parameters, self.centre, strict=True)]
        if not self.single:
            return [cast(self.slope[0] + matvec(Tensor(H), apart[0]), to)]
        sums: list[Any] = [g.read_value() for g in self.slope]
        for i in range(len(sums)):
            for j, d in enumerate(apart):
                if H[i, j]:
                    sums[i] = sums[i] + d * H[i, j]
        return [cast(s, to) for s in sums]

    def begin(self) -> None:
        """Go to where the variables are."""
        self.quadratic.move()
        here = np.concatenate([np.ravel(v._value._array) for v in self.variables])
        for to, values in ((self.parameters, here), (self.centre, self.quadratic.c), (self.slope, self.quadratic.g)):
            for variable, value in zip(to, values if self.single else [values], strict=True):
                variable.assign(value)

    def end(self) -> None:
        """Give the variables the values of the parameters."""
        values = np.concatenate([np.ravel(v._value._array) for v in self.parameters])
        for variable in self.variables:
            array = variable._value._array
            variable.assign(values[: array.size].reshape(array.shape))
            values = values[array.size :]


def _applier(optimizer: Any, variables: list[Variable], rate: float) -> Callable[[Sequence[Any]], Any]:
    """What changes variables by their gradients."""
    if not isinstance(optimizer, str):
        if not hasattr(optimizer, "apply_gradients"):
            raise InvalidArgumentError(
                f"optimizer expects one of {', '.join(sorted(RULES))} or an optimizer, got {optimizer!r}."
            )

        def apply(gradients: Sequence[Any]) -> None:
            optimizer.apply_gradients(zip(gradients, variables, strict=True))

        return apply
    if optimizer not in RULES:
        raise InvalidArgumentError(
            f"There is no optimizer {optimizer!r}; use one of {', '.join(sorted(RULES))}, or an optimizer object."
        )
    return Updater(RULES[optimizer], variables, float(rate)).apply


def _one(value: Any) -> Tensor:
    """The loss as a tensor with shape ().

    Raises
    ------
    InvalidArgumentError
        If it is no single float.
    """
    from tapefit.tape.primitives import reshape

    tensor = value if type(value) is Tensor else convert(value, None)
    if tensor._array.size != 1 or tensor._array.dtype.kind != "f":
        raise InvalidArgumentError(
            f"loss expects to return one float, got {tensor.dtype.name} of shape {tuple(tensor._array.shape)}; "
            "return tf.reduce_mean of it."
        )
    if not tensor._array.shape:
        return tensor
    single: Tensor = reshape(tensor, shape=())
    return single


def _gradients(loss: Callable[[], Any], variables: list[Variable]) -> list[Any]:
    """The gradient of each variable, dense.

    Raises
    ------
    InvalidArgumentError
        If the loss does not depend on one of them.
    """
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(variables)
        value = _one(loss())
    gradients = tape.gradient(value, variables)
    for place, g in enumerate(gradients):
        if g is None:
            raise InvalidArgumentError(
                f"The loss does not depend on variables[{place}] in a way that has a gradient; leave that variable "
                "out, or use it in the loss."
            )
    return [convert(g) for g in gradients]


def _line(step: int, loss: float, variables: list[Variable]) -> str:
    """A log line in the form of the document."""
    shown = []
    for i, variable in enumerate(variables):
        if variable._value._array.size == 1:
            name = variable._name if variable._name != "Variable" else f"w{i}"
            shown.append(f", {name}: {variable._value._array.item():.4f}")
    return f"STEP: {step} - loss: {loss}{''.join(shown)}"
