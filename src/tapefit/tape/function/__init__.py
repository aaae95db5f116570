"""Functions that are written down as programs and replayed."""

from tapefit.tape.function._compiled import Compiled
from tapefit.tape.function._function import Function, Switch
from tapefit.tape.function._program import Program, Step, Value
from tapefit.tape.function._repeat import repeated

__all__ = ["Compiled", "Function", "Program", "Step", "Switch", "Value", "repeated"]
