"""One over x, and one over its root."""

import numpy as np

from tapefit.tape._primitive import primitive
from tapefit.tape.primitives._elementwise import square
from tapefit.tape.primitives._ratio import product

reciprocal = primitive(
    "reciprocal", lambda x: np.divide(x.dtype.type(1), x), lambda g, ans, x: -product(g, square(ans)), quiet=True,
    reads="answer",
)  # fmt: skip
rsqrt = primitive(
    "rsqrt", lambda x: x.dtype.type(1) / np.sqrt(x), lambda g, ans, x: product(g, -0.5 * ans * square(ans)), quiet=True,
    reads="answer",
)  # fmt: skip
