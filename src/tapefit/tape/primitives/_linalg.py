"""Products of matrices."""

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._arrays import swap_last

matmul: Primitive = primitive(
    "matmul",
    np.matmul,
    lambda g, ans, a, b: matmul(g, swap_last(b)),
    lambda g, ans, a, b: matmul(swap_last(a), g),
    broadcasts=True,
    reads="args",
)
