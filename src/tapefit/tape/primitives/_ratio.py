"""Division where 0 / 0 is 0."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive


def _ratio(x: Any, y: Any) -> Any:
    out = np.divide(x, y)
    return np.where((x == 0) & (y == 0), np.zeros((), out.dtype), out) if np.isnan(out).any() else out


# x / y with 0 / 0 = 0: what a rule needs where a cotangent of 0 meets a pole.
ratio: Primitive = primitive(
    "ratio",
    _ratio,
    lambda g, ans, x, y: ratio(g, y),
    lambda g, ans, x, y: -ratio(ratio(g * x, y), y),
    broadcasts=True,
    quiet=True,
)
