"""Finding out where numbers go wrong, under TensorFlow's names in `tf.debugging`."""

from tapefit.tape._numerics import disable_check_numerics, enable_check_numerics
from tapefit.tape.ops._check import check_numerics

__all__ = [
    "check_numerics",
    "disable_check_numerics",
    "enable_check_numerics",
]
