"""repeated: a function of arrays that is called many times with arrays of one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.function._clean import clean
from tapefit.tape.function._kernel import with_kernels
from tapefit.tape.function._recorder import Recorder
from tapefit.tape.function._replay import Plan, Replay


def repeated(
    f: Callable[..., Sequence[Tensor]], arrays: Sequence[Any], name: str
) -> tuple[Sequence[Tensor], Replay | None]:
    """Call a function of tensors once, and find what repeats it on other arrays of the same shapes and dtypes.

    Parameters
    ----------
    f
        Called with one tensor an array, it returns tensors.
    arrays
        Its arguments.
    name
        What its program is called.

    Returns
    -------
    found, replay
        What `f` returned, and a function of arrays that returns the tuple of what `f` would; None where a program
        cannot be sure to do the same: the function draws random numbers, prints, or changes variables, or somebody
        listens.

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
    cleaned, _ = with_kernels(clean(program).check())
    return found, Plan(cleaned).frame()
