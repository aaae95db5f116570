"""Function: a Python function that is written down once for each signature, and replayed."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.function._compiled import Compiled, Origin, Outcome
from tapefit.tape.function._program import Program
from tapefit.tape.function._recorder import Recorder
from tapefit.tape.function._retracing import look
from tapefit.tape.function._signature import described, example, fitted, key_of, objects, put, split


class Switch:
    """Whether functions run op by op; one for all threads, as in TensorFlow."""

    eagerly = False


class Function:
    """What `tapefit.function` makes of a Python function.

    The first call with a signature runs the function as it is, while a recorder writes down what it does to tensors
    and variables as a `Program`. Later calls replay the program: without the function, tapes and tensors.

    Attributes
    ----------
    python_function
        The function.
    """

    def __init__(
        self,
        python_function: Callable[..., Any],
        input_signature: Any = None,
        on_trace: Callable[[str], Any] | None = None,
    ) -> None:
        self.python_function = python_function
        self.input_signature = input_signature
        self._on_trace = on_trace
        self._known: dict[Any, Compiled] = {}
        self._signatures: dict[Any, Any] = {}
        self.name = getattr(python_function, "__name__", type(python_function).__name__)
        self._bound: dict[int, tuple[weakref.ref[Any], Function]] = {}  # by the object's id, while it lives
        self._created = self._warned = False
        functools.update_wrapper(self, python_function, updated=())

    # -- calling --------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if stack.tapes or stack.check is not None or Switch.eagerly:
            return self._watched(args, kwargs)
        arrays: list[Any] | tuple[()] = ()
        if kwargs or self.input_signature is not None:
            args, kwargs = self._given(args, kwargs)
            key, arrays = key_of(args, kwargs)
        elif not args:
            key = ()
        else:
            found: list[Any] = []
            arrays = []
            for a in args:
                if type(a) is not Tensor:
                    key, arrays = key_of(args, kwargs)
                    break
                array = a._array
                found.append(array.dtype.char)
                found.append(array.shape)
                arrays.append(array)
            else:
                key = tuple(found)
        known = self._known.get(key)
        if known is None:
            return self._trace(key, args, kwargs)
        return known.run(arrays)

    def _watched(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call that somebody listens to: tapes record the program's steps, other listeners the function's."""
        args, kwargs = self._given(args, kwargs)
        if Switch.eagerly or stack.recorder is not None or stack.check is not None or stack.float_dtype != np.float32:
            return self.python_function(*args, **kwargs)
        key, _ = key_of(args, kwargs)
        known = self._known.get(key)
        if known is None:
            return self._trace(key, args, kwargs)
        return known.heard(args, kwargs)

    def _given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments, as the input signature wants them."""
        return (args, kwargs) if self.input_signature is None else fitted(self.input_signature, args, kwargs, self.name)

    def _trace(self, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any], effects: bool = True) -> Any:
        """Run the function, and keep what it does for calls with this signature."""
        signature, tensors = split(args, kwargs, copy=True)
        if effects and not self._warned and self._known:
            before = next(reversed(self._signatures.values()))[0]
            leaves = nest.flatten((args, kwargs))
            self._warned = look(self.name, self._known.values(), before, signature, leaves)
        if self._on_trace is not None:
            self._on_trace(self._reason(signature))
        recorder = Recorder(self.name)
        with recorder:
            own = [recorder.argument(t) for t in tensors]
            given, named = put(args, kwargs, own)
            result = self.python_function(*given, **named)
            outcome = Outcome(result, self.name)
            program = recorder.program(outcome.tensors)
        if not effects:
            recorder.undo()
        if stack.float_dtype != np.float32:  # a fit's own rule for numbers; not for other calls
            return result
        if recorder.created:
            self._must_be_first()
        else:
            origin = Origin(self.python_function, signature, recorder.opaque, recorder.captured())
            compiled = Compiled(program, outcome, origin)
            self._known[key] = compiled
            self._signatures[key] = signature, objects(args, kwargs)  # those known by identity stay alive
        return result

    def _must_be_first(self) -> None:
        """Variables are made in the first call alone, which is then not kept."""
        if self._created:
            raise ValueError(
                f"tf.function only supports singleton tf.Variables created on the first call, but {self.name} "
                "made variables again; make them outside of the function."
            )
        self._created = True

    def _reason(self, signature: Any) -> str:
        """Why there is a new trace, in words."""
        if not self._known:
            return f"{self.name} is traced for {described(signature)}."
        last = next(reversed(self._signatures.values()))[0]
        return f"{self.name} is traced anew for {described(signature)}; the last trace was for {described(last)}."

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """The function as a method, with programs of its own for each object."""
        if instance is None:
            return self
        place, bound = id(instance), self._bound
        if place not in bound:  # equal objects are still two, and each has programs of its own
            try:
                reference: Any = weakref.ref(instance, lambda _: bound.pop(place, None))
            except TypeError as error:
                raise TypeError(
                    f"tf.function keeps programs for each object of {type(instance).__name__}, which must allow weak "
                    "references; add '__weakref__' to its __slots__, or decorate a function instead of a method."
                ) from error
            function = self.python_function

            @functools.wraps(function)
            def method(*args: Any, **kwargs: Any) -> Any:
                return function(reference(), *args, **kwargs)

            bound[place] = reference, Function(method, self.input_signature, self._on_trace)
        return bound[place][1]

    # -- what there is to see -------------------------------------------------------------------

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Compiled:
        """The program for such arguments; the variables stay as they are.

        Parameters
        ----------
        args, kwargs
            Arguments as in a call; a `TensorSpec` stands for any tensor of its shape and dtype. None at all stand for
            the input signature.
        """
        if not args and not kwargs and self.input_signature is not None:
            args = tuple(self.input_signature)
        args, kwargs = nest.map_structure(example, (args, kwargs))
        key, _ = key_of(args, kwargs)
        for _ in range(2):  # the first trace may only make variables
            if key not in self._known:
                self._trace(key, args, kwargs, effects=False)
        return self._known[key]

    @property
    def programs(self) -> tuple[Program, ...]:
        """The program of each signature, in order of their making, as they are replayed."""
        return tuple(c.program for c in self._known.values())

    def experimental_get_tracing_count(self) -> int:
        """How often the function was traced."""
        return len(self._known) + self._created

    def __repr__(self) -> str:
        return f"<tf.function {self.name}: {len(self._known)} programs>"

    def __str__(self) -> str:
        return "\n".join(map(str, self.programs)) or repr(self)
