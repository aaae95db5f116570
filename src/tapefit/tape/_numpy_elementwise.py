"""NumPy's elementwise functions beyond the everyday ones, applied to tensors; by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops import _array, _complex, _cumulative, _math, _no_nan, _trigonometry, _truncate


def _hypot(x: Any, y: Any) -> Tensor:
    a, b = pair(x, y, "hypot")
    shape = np.broadcast_shapes(a._array.shape, b._array.shape)
    return _cumulative.reduce_euclidean_norm(_array.stack([_array.broadcast_to(v, shape) for v in (a, b)]), 0)


def _cube_root(x: Any) -> Tensor:
    t = tensor_of(x)
    return o.multiply(_math.sign(t), _math.pow(_math.abs(t), 1 / 3))


def _passing_nan(op: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """`op`, which takes the other one where one is NaN."""

    def f(x: Any, y: Any) -> Tensor:
        a, b = pair(x, y, "fmax")
        return _math.where(_math.is_nan(a), b, _math.where(_math.is_nan(b), a, op(a, b)))

    return f


def _copysign(x: Any, y: Any) -> Tensor:
    a, b = pair(x, y, "copysign")
    size = _math.abs(a)
    return _math.where(Tensor(np.signbit(np.asarray(b))), o.negative(size), size)


def truncated(x: Any) -> Tensor:
    """Rounded towards zero; not differentiable."""
    return _math.where(o.less(x, 0), _math.ceil(x), _math.floor(x))


UFUNCS: dict[str, Callable[..., Any]] = {
    "arccos": _trigonometry.acos,
    "arccosh": _trigonometry.acosh,
    "arcsin": _trigonometry.asin,
    "arcsinh": _trigonometry.asinh,
    "arctan": _trigonometry.atan,
    "arctan2": _trigonometry.atan2,
    "arctanh": _trigonometry.atanh,
    "cbrt": _cube_root,
    "copysign": _copysign,
    "cosh": _trigonometry.cosh,
    "deg2rad": lambda x: o.multiply(x, np.pi / 180),
    "degrees": lambda x: o.multiply(x, 180 / np.pi),
    "divmod": lambda x, y: (o.floordiv(x, y), o.floormod(x, y)),
    "exp2": lambda x: _math.exp(o.multiply(x, np.log(2.0))),
    "fmax": _passing_nan(_math.maximum),
    "fmin": _passing_nan(_math.minimum),
    "fmod": _truncate.truncatemod,
    "hypot": _hypot,
    "log10": lambda x: o.divide(_math.log(x), np.log(10.0)),
    "log2": lambda x: o.divide(_math.log(x), np.log(2.0)),
    "rad2deg": lambda x: o.multiply(x, 180 / np.pi),
    "radians": lambda x: o.multiply(x, np.pi / 180),
    "reciprocal": _no_nan.reciprocal,
    "signbit": lambda x: np.signbit(np.asarray(x)),
    "sinh": _trigonometry.sinh,
    "tan": _trigonometry.tan,
    "trunc": truncated,
}

FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.angle: lambda z, deg=False: o.multiply(_complex.angle(z), 180 / np.pi if deg else 1.0),
    np.imag: lambda val: _complex.imag(val),
    np.real: lambda val: _complex.real(val),
}
