"""Optimizer: the variables that a transform changes, and the state that it keeps for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np

from tapefit import nest
from tapefit.optimizers._clip import CLIPS
from tapefit.optimizers._pairs import gradient_array, gradient_tensor, present
from tapefit.optimizers._rate import Rate
from tapefit.optimizers._rules import rounded
from tapefit.optimizers._transform import Array, Step, Transform
from tapefit.tape import GradientTape, Tensor, Variable
from tapefit.tape._convert import tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._stack import stack


class PlainOptions(TypedDict, total=False):
    """`Options` without weight decay, for an optimizer that has it as an argument of its own."""

    name: str | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    lr: Any
    decay: float


class Options(PlainOptions, total=False):
    """The keyword arguments that every optimizer takes beside its own.

    Attributes
    ----------
    name
        What `get_config` calls the optimizer.
    weight_decay
        Before each step, every variable loses this fraction of itself times the learning rate.
    clipnorm, clipvalue, global_clipnorm
        Limits of each gradient's norm, of each element, and of the norm of all gradients together; one of them.
    lr
        The learning rate; its older name.
    decay
        The rate of step t is learning_rate / (1 + decay * t); an older spelling of `InverseTimeDecay`.
    """

    weight_decay: float | None


_OPTIONS = ("clipnorm", "clipvalue", "decay", "global_clipnorm", "lr", "name", "weight_decay")


class _Tracked(NamedTuple):
    """A variable, and the state kept for it: `form` is the transform's state, its leaves are in `slots`."""

    variable: Variable
    form: Any
    slots: tuple[Variable, ...]


class Optimizer:
    """What all optimizers share: they apply gradients to variables by a transform.

    Make one of `SGD`, `Adam` and their like, or hand any `Transform` to this class.

    Parameters
    ----------
    transform
        A transform whose outcome is added to the variable.
    learning_rate
        A number, a schedule (called with the number of steps done) or a function without arguments.
    settings
        Read-only attributes that describe the transform; `get_config` lists them.
    options
        See `Options`.

    Examples
    --------
    >>> import tapefit as tf
    >>> from tapefit.optimizers import Optimizer, chain, negate, scale_by_rate, trace
    >>> w = tf.Variable(1.0)
    >>> heavy = Optimizer(chain(trace(0.5), scale_by_rate(), negate()), learning_rate=0.1)
    >>> _ = heavy.apply_gradients([(tf.constant(2.0), w)])
    >>> w
    <tf.Variable 'Variable:0' shape=() dtype=float32, numpy=0.8>
    """

    def __init__(
        self,
        transform: Transform,
        learning_rate: Any = 0.001,
        settings: dict[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._settings = settings or {}
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ValueError(
                f"{type(self).__name__} does not know the arguments {unknown}; it takes "
                f"{', '.join(sorted([*self._settings, 'learning_rate', *_OPTIONS]))}."
            )
        self.name = options.get("name") or type(self).__name__.lower()
        self.weight_decay = options.get("weight_decay")
        limits: dict[str, Any] = {**options}
        self._limits = {kind: limits.get(kind) for kind in CLIPS}
        given = {kind: limit for kind, limit in self._limits.items() if limit is not None}
        if len(given) > 1:
            raise ValueError(f"Only one of {', '.join(sorted(CLIPS))} can be set, got {given}; drop the others.")
        self._clips = [CLIPS[kind](limit) for kind, limit in given.items() if limit > 0]
        self._transform = transform
        self._rate = Rate(options.get("lr", learning_rate), options.get("decay", 0.0))
        self._iterations = Variable(0, trainable=False, dtype="int64", name="iteration")
        self._tracked: dict[int, _Tracked] = {}
        self._undecayed: Callable[[Variable], bool] = lambda variable: False

    # -- what it is --------------------------------------------------------------------------------

    @property
    def iterations(self) -> Variable:
        """The number of steps done."""
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The learning rate now: a float32 variable, or what the schedule gives for the next step."""
        return self._rate.now(self._iterations)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._rate.set(value)

    @property
    def lr(self) -> Any:
        """The learning rate now; the older name of `learning_rate`."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self._rate.set(value)

    @property
    def variables(self) -> list[Variable]:
        """The number of steps, the learning rate unless it is a schedule, and the state kept for each variable."""
        state = [slot for tracked in self._tracked.values() for slot in tracked.slots]
        return [self._iterations, *self._rate.variables, *state]

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with, and the learning rate as it is now."""
        common = {"name": self.name, "learning_rate": self._rate.config(), "weight_decay": self.weight_decay}
        return {**common, **self._limits, **self._settings}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Optimizer:
        """An optimizer from what `get_config` returned."""
        return cls(**config)

    def get_weights(self) -> list[Any]:
        """The values of `variables`, as arrays."""
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set `variables` to what `get_weights` returned."""
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(
                f"{type(self).__name__} has {len(variables)} variables but {len(weights)} weights came; "
                "call build(variables) first, so that its state exists."
            )
        for variable, weight in zip(variables, weights, strict=True):
            variable.assign(weight)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._settings:
            return self._settings[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and name in self._settings:
            raise AttributeError(f"{name} of {type(self).__name__} is fixed when it is made; make a new optimizer.")
        object.__setattr__(self, name, value)

    # -- what it does ------------------------------------------------------------------------------

    def build(self, var_list: Iterable[Variable]) -> None:
        """Make the state for variables; `apply_gradients` does it for those that it meets."""
        for variable in var_list:
            if variable._uid not in self._tracked:
                self._tracked[variable._uid] = self._track(variable)

    def _track(self, variable: Variable) -> _Tracked:
        form = self._transform.init(np.asarray(variable._value._array))
        named = variable.name.replace("/", "_").replace(":", "_")
        slots = tuple(
            Variable(array, trainable=False, name=f"{named}_{slot}")
            for slot, array in zip(_names(form), nest.flatten(form), strict=True)
        )
        return _Tracked(variable, form, slots)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Let `weight_decay` pass by these variables, and by those whose name contains one of `var_names`."""
        uids = {v._uid for v in var_list or ()}
        names = [re.compile(name) for name in var_names or ()]
        self._undecayed = lambda v: v._uid in uids or any(name.search(v.name) for name in names)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        grad_loss: Any = None,
        tape: GradientTape | None = None,
    ) -> list[tuple[Any, Variable]]:
        """The gradients of a loss, each with its variable.

        Parameters
        ----------
        loss
            A function without arguments, or, with `tape`, the tensor that the tape recorded.
        var_list
            Variables, or a function that returns them; by default those that the loss reads.
        grad_loss
            The weight of each element of the loss.
        tape
            The tape that recorded `loss`.

        Raises
        ------
        ValueError
            If `loss` is a tensor and there is no tape.
        """
        if not callable(loss) and tape is None:
            raise ValueError("`tape` is required where the loss is a tensor; pass the tape, or a function as loss.")
        tape = GradientTape() if tape is None else tape
        if callable(loss):
            with tape:
                if var_list is not None and not callable(var_list):
                    tape.watch(var_list)
                loss = loss()
        found = var_list() if callable(var_list) else tape.watched_variables() if var_list is None else var_list
        variables = nest.flatten(found)
        return list(zip(tape.gradient(loss, variables, grad_loss), variables, strict=True))

    def minimize(
        self,
        loss: Any,
        var_list: Any = None,
        grad_loss: Any = None,
        name: str | None = None,
        tape: GradientTape | None = None,
    ) -> Variable:
        """One step towards a smaller loss: `compute_gradients`, then `apply_gradients`.

        Examples
        --------
        >>> import tapefit as tf
        >>> w = tf.Variable(1.0)
        >>> _ = tf.optimizers.SGD(0.25).minimize(lambda: w * w, [w])
        >>> w
        <tf.Variable 'Variable:0' shape=() dtype=float32, numpy=0.5>
        """
        return self.apply_gradients(self.compute_gradients(loss, var_list, grad_loss, tape))

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """`apply_gradients` for gradients and variables apart; by default the variables of `build`."""
        known = [tracked.variable for tracked in self._tracked.values()]
        variables = known if trainable_variables is None else list(trainable_variables)
        gradients = list(grads)
        if len(gradients) != len(variables):
            raise ValueError(
                f"apply expects one gradient a variable, got {len(gradients)} gradients and {len(variables)} "
                "variables; call build(variables) first, or pass the variables."
            )
        self.apply_gradients(zip(gradients, variables, strict=True))

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Variable]], name: str | None = None, **options: Any
    ) -> Variable:
        """One step of every variable.

        1. Leave out variables whose gradient is None.
        2. Clip the gradients.
        3. Decay each variable, transform its gradient and add the outcome; then apply the variable's constraint.
        4. Count the step.

        Parameters
        ----------
        grads_and_vars
            Pairs of a gradient and its variable.
        name, options
            Accepted for programs written for older optimizers.

        Returns
        -------
        Variable
            `iterations`.

        Raises
        ------
        ValueError
            If there is no gradient at all.
        InvalidArgumentError
            If a gradient does not have its variable's shape.
        TypeError
            If a pair does not hold a variable.
        """
        if stack.recorder is not None:
            return self._apply_in_program(present(grads_and_vars))
        pairs = present(grads_and_vars)  # step 1
        variables = [variable for _, variable in pairs]
        gradients = [gradient_array(g, variable) for g, variable in pairs]
        for clip in self._clips:  # step 2
            gradients = clip(gradients)
        self.build(variables)
        number = int(self._iterations._value._array) + 1
        rate = self._rate.value(self._iterations)
        for g, variable in zip(gradients, variables, strict=True):  # step 3
            self._step(g, variable, number, rate)
        self._iterations.assign_add(1)  # step 4
        return self._iterations

    def _step(self, g: Array, variable: Variable, number: int, rate: Any) -> None:
        slots = self._tracked[variable._uid].slots
        state = [np.asarray(s._value._array) for s in slots]
        moved, *state = self._moved(variable, g, np.asarray(variable._value._array), number, rate, state)
        self._put(variable, [Tensor(a) for a in (moved, *state)])

    def _moved(
        self, variable: Variable, g: Array, params: Array, number: int, rate: Any, state: list[Array]
    ) -> list[Array]:
        """The new value of a variable, and then of its slots."""
        form, r = self._tracked[variable._uid].form, rate.astype(params.dtype)
        if self.weight_decay is not None and not self._undecayed(variable):
            params = params - params * rounded(self.weight_decay, params) * r
        packed = nest.pack_sequence_as(form, state) if state else form
        change, packed = self._transform.update(g, packed, Step(number, r, params))
        return [np.asarray(a) for a in (params + change, *(nest.flatten(packed) if state else ()))]

    def _put(self, variable: Variable, values: list[Tensor]) -> None:
        """Assign what `_moved` gave."""
        for slot, value in zip(self._tracked[variable._uid].slots, values[1:], strict=True):
            slot.assign(value)
        variable.assign(values[0] if variable.constraint is None else variable.constraint(values[0]))

    def _apply_in_program(self, pairs: list[tuple[Any, Variable]]) -> Variable:
        """`apply_gradients` while tf.function writes down: the same steps, one of them for each variable."""
        variables = [variable for _, variable in pairs]
        gradients = [gradient_tensor(g, variable) for g, variable in pairs]
        for clip in self._clips:
            gradients = list(_step_of("clip", lambda *gs, clip=clip: clip(list(gs)), gradients))
        self.build(variables)
        done, rate = tensor_of(self._iterations), tensor_of(self._rate.now(self._iterations))
        for g, variable in zip(gradients, variables, strict=True):
            slots = self._tracked[variable._uid].slots

            def fn(g: Any, params: Any, done: Any, rate: Any, *state: Any, variable: Variable = variable) -> list[Any]:
                state = tuple(map(np.asarray, state))
                return self._moved(variable, np.asarray(g), np.asarray(params), int(done) + 1, rate, list(state))

            self._put(
                variable, list(_step_of(self.name, fn, [g, tensor_of(variable), done, rate, *map(tensor_of, slots)]))
            )
        self._iterations.assign_add(1)
        return self._iterations


def _step_of(name: str, fn: Callable[..., Any], args: list[Tensor]) -> tuple[Tensor, ...]:
    """A function of arrays as one step that has no derivative."""
    return Primitive(name, fn, (None,) * len(args), outputs=True).record_all(tuple(args), {})


def _names(state: Any) -> list[str]:
    """The field names of a state's leaves."""
    if hasattr(state, "_fields"):
        return list(state._fields)
    return [name for part in state for name in _names(part)]
