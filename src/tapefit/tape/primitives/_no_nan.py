"""Products and quotients that are 0 where their first factor is, whatever the other."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._compare import equal, logical_and
from tapefit.tape.primitives._elementwise import log, log1p
from tapefit.tape.primitives._ratio import product, ratio
from tapefit.tape.primitives._select import constant_like, where, zeros_for


def _where_zero(x: Any, other: Any) -> Any:
    return np.where(x == 0, np.zeros((), np.result_type(x, other)), other)


def _unless(x: Any, y: Any, pole: float, g: Any) -> Any:
    """`g`, and 0 where x is 0 and y at its pole, so that the product has no derivative in x."""
    both = logical_and(equal(x, zeros_for(x)), equal(y, constant_like(pole, y)))
    return where(both, zeros_for(g), g)


multiply_no_nan: Primitive = primitive(
    "multiply_no_nan",
    lambda x, y: _where_zero(y, np.multiply(x, y)),
    lambda g, ans, x, y: multiply_no_nan(g, y),
    lambda g, ans, x, y: multiply_no_nan(x, g),
    broadcasts=True,
    quiet=True,
    reads="args",
)
xlogy = primitive(
    "xlogy",
    lambda x, y: _where_zero(x, x * np.log(y)),
    lambda g, ans, x, y: _unless(x, y, 0.0, product(g, log(y))),
    lambda g, ans, x, y: ratio(product(g, x), y),
    broadcasts=True,
    quiet=True,
    reads="args",
)
xlog1py = primitive(
    "xlog1py",
    lambda x, y: _where_zero(x, x * np.log1p(y)),
    lambda g, ans, x, y: _unless(x, y, -1.0, product(g, log1p(y))),
    lambda g, ans, x, y: ratio(product(g, x), 1 + y),
    broadcasts=True,
    quiet=True,
    reads="args",
)
xdivy = primitive(
    "xdivy",
    lambda x, y: _where_zero(x, np.divide(x, y)),
    lambda g, ans, x, y: _unless(x, y, 0.0, ratio(g, y)),
    lambda g, ans, x, y: -ratio(ratio(product(g, x), y), y),
    broadcasts=True,
    quiet=True,
    reads="args",
)
