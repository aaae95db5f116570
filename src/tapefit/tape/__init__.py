"""The tape: tensors, variables, primitives with their rules, and GradientTape."""

from tapefit.tape import _numpy_protocol, _operators
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._primitive import REGISTRY, Primitive
from tapefit.tape._request import UnconnectedGradients
from tapefit.tape._stack import python_floats_as
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable

_operators.attach()
_numpy_protocol.attach()

__all__ = [
    "REGISTRY",
    "GradientTape",
    "Primitive",
    "Tensor",
    "UnconnectedGradients",
    "Variable",
    "python_floats_as",
]
