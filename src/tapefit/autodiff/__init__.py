"""Differentiation, under TensorFlow's names in `tf.autodiff`."""

from tapefit.tape import GradientTape

__all__ = [
    "GradientTape",
]
