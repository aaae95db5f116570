"""Running sums and products along an axis, and the products and log-sums that reduce.

``axis`` of the running ones is negative, so that leading axes of a cotangent do not move it.
"""

import math
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._arrays import concat, getitem, reshape, transpose
from tapefit.tape.primitives._compare import equal
from tapefit.tape.primitives._elementwise import exp
from tapefit.tape.primitives._ratio import ratio
from tapefit.tape.primitives._reductions import Axes, keep, reduce_sum, restored
from tapefit.tape.primitives._select import array_in, constant_like, known, where, written_down, zeros_for


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    """The key that takes `part` of an axis counted from the back."""
    return (Ellipsis, part, *[slice(None)] * (-axis - 1))


def flipped(x: Any, axis: int) -> Any:
    """The elements along an axis in reverse order."""
    return getitem(x, key=_along(axis, slice(None, None, -1)))


def shifted(x: Any, axis: int, first: float) -> Any:
    """The elements along an axis one place on, behind a first one: what makes a running op exclusive."""
    array = array_in(x)
    shape = list(array.shape)
    if not shape[axis]:
        return x
    shape[axis] = 1
    head = np.full(shape, first, array.dtype)
    return concat(head, getitem(x, key=_along(axis, slice(0, -1))), axis=array.ndim + axis)


def _cumsum(x: Any, *, axis: int, reverse: bool) -> Any:
    turned = np.flip(x, axis) if reverse else x
    out = np.cumsum(turned, axis, dtype=x.dtype)
    return np.flip(out, axis) if reverse else out


def _square(x: Any, axis: int) -> tuple[Any, Any]:
    """`x` with a new axis before `axis`, and the places where the two axes meet on and above the diagonal."""
    shape = array_in(x).shape
    n, after = shape[axis], len(shape) + axis
    apart = reshape(x, shape=(*shape[:after], 1, *shape[after:]))
    ones = [1] * (-axis - 1)
    return apart, np.arange(n).reshape(n, 1, *ones) - np.arange(n).reshape(1, n, *ones)


def _cumprod_rule(g: Any, ans: Any, x: Any, *, axis: int) -> Any:
    if not written_down(x) and np.all(array_in(x) != 0):
        return ratio(cumsum(g * ans, axis=axis, reverse=True), x)
    # sum over j >= i of g[j] times the product of x[0..j] without x[i], which a zero does not spoil
    apart, order = _square(x, axis)
    without = cumprod(where(order == 0, constant_like(1, x), apart), axis=axis)
    kept = where(order <= 0, without, zeros_for(x))
    shape = g.shape
    after = len(shape) + axis
    return reduce_sum(
        reshape(g, shape=(*shape[:after], 1, *shape[after:])) * kept, axis=(len(shape) + axis + 1,), keepdims=False
    )


def _cumulative_logsumexp_rule(g: Any, ans: Any, x: Any, *, axis: int) -> Any:
    # sum over j >= i of g[j] exp(x[i] - ans[j]): exponents are never positive
    x_apart, order = _columns(x, axis)
    ans_apart, _ = _square(ans, axis)
    gap = where(order <= 0, x_apart - ans_apart, constant_like(-np.inf, x))
    shape = g.shape
    after = len(shape) + axis
    weights = exp(where(equal(ans_apart, constant_like(-np.inf, x)), constant_like(-np.inf, x), gap))
    return reduce_sum(
        reshape(g, shape=(*shape[:after], 1, *shape[after:])) * weights, axis=(len(shape) + axis + 1,), keepdims=False
    )


def _columns(x: Any, axis: int) -> tuple[Any, Any]:
    """`x` with a new axis behind `axis`, and the order of the places."""
    shape = array_in(x).shape
    after = len(shape) + axis + 1
    _, order = _square(x, axis)
    return reshape(x, shape=(*shape[:after], 1, *shape[after:])), order


def _others(x: Any, axis: Axes) -> Any:
    """For each element the product of the others that are reduced with it."""
    shape = array_in(x).shape
    n = len(shape)
    gone = tuple(range(n)) if axis is None else axis
    order = (*[i for i in range(n) if i not in gone], *gone)
    moved = transpose(x, axes=order)
    flat = reshape(moved, shape=(*moved.shape[: n - len(gone)], math.prod([shape[i] for i in gone])))
    before = cumprod(shifted(flat, -1, 1.0), axis=-1)
    behind = flipped(cumprod(shifted(flipped(flat, -1), -1, 1.0), axis=-1), -1)
    back = reshape(before * behind, shape=tuple(moved.shape))
    return transpose(back, axes=tuple(int(i) for i in np.argsort(order)))


def _prod_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    quick = not written_down(x) and np.all(array_in(x) != 0)
    others = ratio(keep(ans, x, axis), x) if quick else _others(x, axis)
    return restored(g, ans, x, axis) * others


def _logsumexp(x: Any, *, axis: Axes, keepdims: bool) -> Any:
    top = np.max(x, axis, keepdims=True, initial=-np.inf)
    finite = np.where(np.isfinite(top), top, np.zeros((), x.dtype))
    out = np.log(np.sum(np.exp(x - finite), axis, keepdims=True)) + finite
    return out if keepdims else np.sum(out, axis)


def _logsumexp_rule(g: Any, ans: Any, x: Any, *, axis: Axes, keepdims: bool) -> Any:
    # the weights do not depend on the shift, which is therefore a constant; infinite tops share the weight equally
    top = known(lambda a: np.max(a, axis, keepdims=True, initial=-np.inf), x)
    tied = known(lambda a, top: np.isinf(top) & (a == top), x, top)
    shift = known(lambda top: np.where(np.isfinite(top), top, np.zeros((), top.dtype)), top)
    gap = where(tied, zeros_for(x), x - shift)
    below = known(lambda a, top: np.isposinf(top) & (a != top), x, top)
    weights = exp(where(below, constant_like(-np.inf, x), gap))
    return restored(g, ans, x, axis) * (weights / reduce_sum(weights, axis=axis, keepdims=True))


cumsum: Primitive = primitive(
    "cumsum",
    _cumsum,
    lambda g, ans, x, *, axis, reverse: cumsum(g, axis=axis, reverse=not reverse),
    reads="shapes",
)
cumprod: Primitive = primitive(
    "cumprod", lambda x, *, axis: np.cumprod(x, axis, dtype=x.dtype), _cumprod_rule, quiet=True
)
cumulative_logsumexp = primitive(
    "cumulative_logsumexp",
    lambda x, *, axis: np.logaddexp.accumulate(x, axis),
    _cumulative_logsumexp_rule,
    quiet=True,
)
reduce_prod = primitive(
    "reduce_prod",
    lambda x, *, axis, keepdims: np.prod(x, axis, x.dtype, keepdims=keepdims),
    _prod_rule,
    quiet=True,
)
reduce_logsumexp = primitive("reduce_logsumexp", _logsumexp, _logsumexp_rule, quiet=True)
