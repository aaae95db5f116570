"""A walk whose steps are a program, run by the engine of `tapefit.descend`: in machine code where it can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import OperatorNotAllowedInGraphError, UsageError
from tapefit.optim._looks import Look, Task
from tapefit.optim._views import View
from tapefit.tape import Variable
from tapefit.tape.ops import _math as m

Floats = NDArray[np.float64]

_TRAIL = 128  # points that a run of machine code writes down before Python looks at them


def program_walk(task: Task, view: View, *, single: bool) -> ProgramWalk | None:
    """A walk from coefficients of zero; None where the loss cannot be written down as a program."""
    try:
        return ProgramWalk(task, view, single=single)
    except OperatorNotAllowedInGraphError:
        return None
    except UsageError as error:
        if isinstance(error.__cause__, OperatorNotAllowedInGraphError):
            return None
        raise


class Trail(NamedTuple):
    """Points that follow each other; see `Look`.

    Attributes
    ----------
    params
        (m, width)
    loss, slope, steep, held
        (m,) each.
    """

    params: Floats
    loss: Floats
    slope: Floats
    steep: Floats
    held: Floats

    def at(self, place: int) -> Look:
        """One of them."""
        numbers = (float(part[place]) for part in (self.loss, self.slope, self.steep, self.held))
        return Look(self.params[place], *numbers)


class ProgramWalk:
    """A walk whose steps are written down once.

    Each step looks where it is and then moves. Machine code writes what it saw into trails of many points, of which
    Python learns when they are full; where NumPy does the steps, a trail has one point.

    Parameters
    ----------
    task
        What to walk on.
    view
        The loss as ops on the coefficients.
    single
        Whether the coefficients are one variable each, as machine code needs it.
    """

    def __init__(self, task: Task, view: View, *, single: bool) -> None:
        from tapefit.tape.function._descend_run import KernelRun, run_of
        from tapefit.tape.function._function import Function

        width = task.rows.Z.shape[1]
        self._task, self._view = task, view
        self._weights = [Variable(np.zeros(())) for _ in range(width)] if single else [Variable(np.zeros(width))]
        self._states = [_Slots(task.transform.init(np.asarray(v.numpy()))) for v in self._weights]
        self._rate, self._steps, self._at = (Variable(np.zeros(())) for _ in range(3))
        self._rate.assign(task.rates.first)
        self._trail = np.arange(float(_TRAIL if single else 1))
        self._seen = [self._empty() for _ in range(4)]
        self._passed = [self._empty() for _ in self._weights] if single else []
        self._run = run_of(Function(self._step).get_concrete_function())
        self.in_machine_code = isinstance(self._run, KernelRun)
        self._unseen = Trail(np.zeros((0, width)), *(np.zeros(0) for _ in range(4)))

    def _empty(self) -> Variable:
        return Variable(np.zeros(len(self._trail) if len(self._trail) > 1 else ()))

    def next(self) -> Look:
        """Go to the next point and look."""
        found = self.unseen().at(0)
        self.skip(1)
        return found

    def unseen(self) -> Trail:
        """The points that come next, as far as they are known; at least one."""
        if not len(self._unseen.loss):
            self._unseen = self._advance()
        return self._unseen

    def skip(self, count: int) -> None:
        """Leave out so many of the points that are known."""
        self._unseen = Trail(*(part[count:] for part in self._unseen))

    def _step(self) -> None:
        """What is written down: look, write into the trails, move."""
        from tapefit.optimizers import Step

        w: list[Any] = [v.read_value() for v in self._weights]
        seen, gradient = self._view.look(w)
        self._note(self._seen, seen)
        self._note(self._passed, w if self._passed else [])
        steps: Any = self._steps.read_value()
        rate: Any = self._rate.read_value()
        if self._task.rates.decay:
            rate = rate / (1 + self._task.rates.decay * steps)
        for v, x, g, slots in zip(self._weights, w, gradient, self._states, strict=True):
            change, state = self._task.transform.update(g, slots.read(), Step(steps + 1, rate, x))
            slots.assign(state)
            v.assign(x + change)
        self._steps.assign(steps + 1)
        self._at.assign(self._at.read_value() + 1)

    def _note(self, trails: Sequence[Variable], values: Sequence[Any]) -> None:
        """Write numbers into trails, at the place of this step."""
        if len(self._trail) == 1:
            for trail, value in zip(trails, values, strict=True):
                trail.assign(value)
            return
        here = m.equal(self._trail, self._at.read_value())
        for trail, value in zip(trails, values, strict=True):
            trail.assign(m.where(here, value, trail.read_value()))

    def _advance(self) -> Trail:
        """As many steps as a trail has places, and what they saw."""
        if not self._passed:
            here = np.array(self._weights[0].numpy())
            self._run.run(1)
            seen = [np.array([v.numpy()]) for v in self._seen]
            return Trail(here[None], *seen)
        self._at.assign(0.0)
        self._run.run(len(self._trail))
        loss, *others = (v.numpy() for v in self._seen)
        params = np.stack([v.numpy() for v in self._passed], axis=1)
        return Trail(params, loss, *others)


class _Slots:
    """The state of a transform, its arrays in variables."""

    def __init__(self, state: Any) -> None:
        self._variables: list[Variable] = []
        self._build = self._shape(state)

    def read(self) -> Any:
        """The state, of tensors."""
        return self._build(iter([v.read_value() for v in self._variables]))

    def assign(self, state: Any) -> None:
        """Set the variables to the values of a state."""
        for variable, value in zip(self._variables, _leaves(state), strict=True):
            variable.assign(value)

    def _shape(self, state: Any) -> Callable[[Any], Any]:
        """What makes a state of the same form from an iterator of its leaves."""
        if not isinstance(state, tuple):
            self._variables.append(Variable(np.asarray(state)))
            return lambda leaves: next(leaves)
        parts = [self._shape(part) for part in state]
        make: Callable[..., Any] = getattr(type(state), "_make", tuple)
        return lambda leaves: make([part(leaves) for part in parts])


def _leaves(state: Any) -> list[Any]:
    return [leaf for part in state for leaf in _leaves(part)] if isinstance(state, tuple) else [state]
