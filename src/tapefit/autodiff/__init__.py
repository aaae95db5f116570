"""Differentiation, under TensorFlow's names in `tf.autodiff`."""

from tapefit.tape import GradientTape
from tapefit.tape._forward import ForwardAccumulator

__all__ = [
    "ForwardAccumulator",
    "GradientTape",
]
