"""Circular and hyperbolic functions and their inverses."""

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._elementwise import sqrt, square
from tapefit.tape.primitives._ratio import product, ratio

tan = primitive("tan", np.tan, lambda g, ans, x: product(g, 1 + square(ans)), quiet=True, reads="answer")
asin = primitive("asin", np.arcsin, lambda g, ans, x: ratio(g, sqrt(1 - square(x))), quiet=True, reads="args")
acos = primitive("acos", np.arccos, lambda g, ans, x: -ratio(g, sqrt(1 - square(x))), quiet=True, reads="args")
atan = primitive("atan", np.arctan, lambda g, ans, x: ratio(g, 1 + square(x)), quiet=True, reads="args")
sinh: Primitive = primitive("sinh", np.sinh, lambda g, ans, x: g * cosh(x), quiet=True, reads="args")
cosh: Primitive = primitive("cosh", np.cosh, lambda g, ans, x: g * sinh(x), quiet=True, reads="args")
asinh = primitive("asinh", np.arcsinh, lambda g, ans, x: ratio(g, sqrt(1 + square(x))), quiet=True, reads="args")
acosh = primitive("acosh", np.arccosh, lambda g, ans, x: ratio(g, sinh(ans)), quiet=True, reads="answer")
atanh = primitive("atanh", np.arctanh, lambda g, ans, x: ratio(g, 1 - square(x)), quiet=True, reads="args")
# at the origin, where the angle is a convention, its gradient is 0
atan2 = primitive(
    "atan2",
    np.arctan2,
    lambda g, ans, y, x: ratio(g * x, square(x) + square(y)),
    lambda g, ans, y, x: -ratio(g * y, square(x) + square(y)),
    broadcasts=True,
    quiet=True,
    reads="args",
)
