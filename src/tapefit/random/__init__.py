"""Random tensors, under TensorFlow's names in `tf.random`."""

from tapefit.tape.ops._random import normal, set_seed, shuffle, uniform

__all__ = [
    "normal",
    "set_seed",
    "shuffle",
    "uniform",
]
