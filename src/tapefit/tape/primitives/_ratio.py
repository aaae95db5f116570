"""Products and ratios in which a cotangent of 0 stays 0, whatever it meets.

A branch that `where` did not take sends back zeros; they must not become NaN at a pole or outside of a domain.
Where an op overflows instead (exp of 1000), rules multiply plainly: there a NaN tells the truth, and 0 would not.
"""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive


def _zeros_kept(x: Any, out: Any) -> Any:
    """`out` with 0 for its NaNs where `x` is 0."""
    return np.where(x == 0, np.zeros((), out.dtype), out) if np.isnan(out).any() else out


# g / y with 0 for g = 0, also where y is 0 or NaN
ratio: Primitive = primitive(
    "ratio",
    lambda x, y: _zeros_kept(x, np.divide(x, y)),
    lambda g, ans, x, y: ratio(g, y),
    lambda g, ans, x, y: -ratio(ratio(product(g, x), y), y),
    broadcasts=True,
    quiet=True,
    reads="args",
)

# g * y with 0 for g = 0, also where y is infinite or NaN
product: Primitive = primitive(
    "product",
    lambda x, y: _zeros_kept(x, np.multiply(x, y)),
    lambda g, ans, x, y: product(g, y),
    lambda g, ans, x, y: product(g, x),
    broadcasts=True,
    quiet=True,
    reads="args",
)
