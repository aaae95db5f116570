"""Complex numbers and their parts.

Rules carry the conjugates of TensorFlow's cotangents: ``dL = Re(g dz)``.
"""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._ratio import ratio
from tapefit.tape.primitives._select import zeros_for

make_complex: Primitive = primitive(
    "complex",
    lambda re, im: (re + 1j * im).astype(np.result_type(re, im, np.complex64)),
    lambda g, ans, re, im: real(g),
    lambda g, ans, re, im: -imag(g),
    broadcasts=True,
    reads="shapes",
)
real: Primitive = primitive(
    "real", lambda z: np.real(z).copy(), lambda g, ans, z: make_complex(g, zeros_for(g)), reads="shapes"
)
imag: Primitive = primitive("imag", lambda z: np.imag(z).copy(), lambda g, ans, z: _turned(g), reads="shapes")
angle = primitive("angle", np.angle, lambda g, ans, z: ratio(_turned(g), z), quiet=True, reads="args")


def _turned(g: Any) -> Any:
    """-i g."""
    return make_complex(zeros_for(g), -g)
