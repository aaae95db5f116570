"""Random tensors, under TensorFlow's names in `tf.random`."""

from tapefit.tape.ops._generator import Generator, create_rng_state, get_global_generator, set_global_generator
from tapefit.tape.ops._random import categorical, gamma, normal, shuffle, truncated_normal, uniform
from tapefit.tape.ops._seeds import set_seed
from tapefit.tape.ops._stateless import (
    fold_in,
    split,
    stateless_categorical,
    stateless_gamma,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)

__all__ = [
    "Generator",
    "categorical",
    "create_rng_state",
    "fold_in",
    "gamma",
    "get_global_generator",
    "normal",
    "set_global_generator",
    "set_seed",
    "shuffle",
    "split",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
