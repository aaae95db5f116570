"""Differentiation, under TensorFlow's names in `tf.autodiff`."""

from tapefit.tape import GradientTape
from tapefit.tape._forward import ForwardAccumulator

__all__ = [
    "ForwardAccumulator",
    "GradientTape",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
