"""Reductions over axes.

``axis`` is a tuple of non-negative ints, or None for all; a cotangent may have leading axes before those of
the answer, which `restored` leaves in place.
"""

import math
from typing import Any

import numpy as np

from tapefit.tape._primitive import primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives._arrays import broadcast_to, reshape, spread
from tapefit.tape.primitives._compare import equal
from tapefit.tape.primitives._elementwise import cast, conj
from tapefit.tape.primitives._ratio import ratio
from tapefit.tape.primitives._select import array_in

Axes = tuple[int, ...] | None
WHOLE: dict[str, Any] = {"axis": None, "keepdims": False}  # the parameters of a reduction to one number

_add_up: Any = np.add.reduce
_FLOATS = frozenset({np.float16, np.float32, np.float64})


def _kept(shape: tuple[int, ...], axis: Axes) -> tuple[int, ...]:
    """The shape that keepdims gives."""
    return tuple(1 if axis is None or i in axis else d for i, d in enumerate(shape))


def restored(g: Any, ans: Any, x: Any, axis: Axes) -> Any:
    """`g` with the reduced axes put back as ones."""
    if not g.shape:
        return g
    lead = g.shape[: len(g.shape) - len(ans.shape)]
    wanted = (*lead, *_kept(x.shape, axis))
    return g if tuple(g.shape) == wanted else reshape(g, shape=wanted)


def _spread(g: Any, ans: Any, x: Any, axis: Axes) -> Any:
    """`g` repeated along the reduced axes."""
    shape = x.shape
    if not g.shape:
        return broadcast_to(g, shape=shape) if type(g) is Tensor else spread(g, shape, g.dtype, math.prod(shape))
    lead = g.shape[: len(g.shape) - len(ans.shape)]
    return broadcast_to(restored(g, ans, x, axis), shape=(*lead, *shape) if lead else shape)


def keep(ans: Any, x: Any, axis: Axes) -> Any:
    """The answer with the reduced axes put back as ones, to stand beside `x`."""
    return ans if not len(ans.shape) else reshape(ans, shape=_kept(x.shape, axis))


def count(x: Any, axis: Axes) -> int:
    """How many elements of `x` go into one element of the answer."""
    array = array_in(x)
    return int(array.size) if axis is None else math.prod([array.shape[i] for i in axis])


def _sum(x: Any, *, axis: Axes, keepdims: bool) -> Any:
    return _add_up(x, axis, x.dtype, None, keepdims)


def _mean(x: Any, *, axis: Axes, keepdims: bool) -> Any:
    if axis is None and not keepdims:
        total, n = _add_up(x, None), x.size
        if type(total) in _FLOATS and n:  # NumPy sums floats in their own dtype
            return total / n
    n = x.size if axis is None else count(x, axis)
    total = _add_up(x, axis, x.dtype, None, keepdims)
    if x.dtype.kind in "iu":
        return np.trunc(total / n).astype(x.dtype)
    return total / n if n else np.full_like(total, np.nan)


def _mean_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    if axis is None and type(x) is np.ndarray and not g.ndim:
        size = x.size
        return spread(g / size, x.shape, x.dtype, size)
    return _spread(g / count(x, axis), ans, x, axis)


def _extreme(reduce: Any, empty: float) -> Any:
    def fn(x: Any, *, axis: Axes, keepdims: bool) -> Any:
        return reduce(x, axis, keepdims=keepdims, initial=_limit(x.dtype, empty))

    return fn


def _limit(dtype: np.dtype[Any], empty: float) -> Any:
    if dtype.kind == "f":
        return dtype.type(empty)
    info = np.iinfo(dtype)
    return dtype.type(info.min if empty < 0 else info.max)


def _extreme_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    hit = cast(equal(x, keep(ans, x, axis)), dtype=array_in(x).dtype)
    return restored(g, ans, x, axis) * (hit / reduce_sum(hit, axis=axis, keepdims=True))


def _variance(x: Any, *, axis: Axes, keepdims: bool) -> Any:
    return np.var(x, axis=axis, keepdims=keepdims)


def _centred(x: Any, axis: Axes) -> Any:
    return x - reduce_mean(x, axis=axis, keepdims=True)


def _variance_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    return restored(g, ans, x, axis) * (_centred(x, axis) * (2 / count(x, axis)))


def _std_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    top = restored(g, ans, x, axis) * (_centred(x, axis) * (1 / count(x, axis)))
    return ratio(top, keep(ans, x, axis))


def _norm_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    dtype = array_in(x).dtype
    g, size = (cast(v, dtype=dtype) for v in (restored(g, ans, x, axis), keep(ans, x, axis)))
    return ratio(g * conj(x), size)


def _euclidean_norm(x: Any, *, axis: Axes, keepdims: bool) -> Any:
    """Scaled by the largest element, so that squares neither overflow nor vanish."""
    size = np.abs(x)
    top = np.max(size, axis=axis, keepdims=True, initial=0)
    scale = np.where((top == 0) | ~np.isfinite(top), np.ones((), size.dtype), top)
    norm = scale * np.sqrt(_add_up(np.square(size / scale), axis, keepdims=True))
    return norm if keepdims else norm.reshape(_add_up(size, axis).shape)


reduce_sum = primitive(
    "reduce_sum",
    _sum,
    lambda g, ans, x, *, axis, keepdims: _spread(g, ans, x, axis),
    reads="shapes",
)
reduce_mean = primitive(
    "reduce_mean",
    _mean,
    _mean_rule,
    reads="shapes",
)
reduce_max = primitive("reduce_max", _extreme(np.max, -np.inf), _extreme_rule, quiet=True)
reduce_min = primitive("reduce_min", _extreme(np.min, np.inf), _extreme_rule, quiet=True)
reduce_variance = primitive("reduce_variance", _variance, _variance_rule, quiet=True, reads="args")
reduce_std = primitive(
    "reduce_std",
    lambda x, *, axis, keepdims: np.sqrt(_variance(x, axis=axis, keepdims=keepdims)),
    _std_rule,
    quiet=True,
)
euclidean_norm = primitive("euclidean_norm", _euclidean_norm, _norm_rule, quiet=True)
