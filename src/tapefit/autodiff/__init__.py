"""Differentiation, under TensorFlow's names in `tf.autodiff`."""

from tapefit.tape import ForwardAccumulator, GradientTape

__all__ = [
    "ForwardAccumulator",
    "GradientTape",
]
