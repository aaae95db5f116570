"""The steps of floating-point numbers."""

import numpy as np

from tapefit.tape._primitive import primitive
from tapefit.tape.primitives._select import zeros_for

nextafter = primitive(
    "nextafter",
    np.nextafter,
    lambda g, ans, x, y: g,
    lambda g, ans, x, y: g * zeros_for(g),
    broadcasts=True,
    reads="shapes",
)
