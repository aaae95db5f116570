"""repeated: a function of arrays that is called many times with arrays of one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.function._clean import clean
from tapefit.tape.function._kernel import with_kernels
from tapefit.tape.function._recorder import Recorder
from tapefit.tape.function._replay import Plan


def repeated(
    f: Callable[..., Sequence[Tensor]], arrays: Sequence[Any], name: str, *, kernels: bool = True
) -> tuple[Sequence[Tensor], Plan | None]:
    """Call a function of tensors once, and find what repeats it on other arrays of the same shapes and dtypes.

    Parameters
    ----------
    f
        Called with one tensor an array, it returns tensors.
    arrays
        Its arguments.
    name
        What its program is called.
    kernels
        Whether machine code is worth its building.

    Returns
    -------
    found, plan
        What `f` returned, and a plan of which each `frame` is a function of arrays that returns the tuple of what `f`
        would, for one thread at a time; None where a program cannot be sure to do the same: the function draws random
        numbers, prints, or changes variables, or somebody listens.

    Raises
    ------
    OperatorNotAllowedInGraphError
        If the function decides by values.
    """
    if stack.tapes or stack.recorder is not None or stack.check is not None:
        return f(*map(Tensor, arrays)), None
    recorder = Recorder(name)
    with recorder:
        found = f(*[recorder.argument(Tensor(a)) for a in arrays])
        program = recorder.program(found).check()
    if program.updates or recorder.created or not all(step.primitive.pure for step in program.steps):
        return found, None
    cleaned = clean(program).check()
    return found, Plan(with_kernels(cleaned)[0] if kernels else cleaned)
