"""The bits of numbers; not differentiable."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import primitive


def _bitcast(x: Any, *, dtype: np.dtype[Any]) -> Any:
    x = np.array(x, order="C")  # in row-major order, so that the parts of a number lie side by side
    if dtype.itemsize < x.dtype.itemsize:
        x = x[..., None]
    bits = x.view(dtype)
    return bits[..., 0] if dtype.itemsize > x.dtype.itemsize else bits


bitcast = primitive("bitcast", _bitcast, None)
