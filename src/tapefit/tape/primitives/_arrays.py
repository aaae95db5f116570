"""Ops that move elements about and compute nothing.

A cotangent may have leading axes before those of the answer; each rule leaves them in place.
"""

import math
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive, through

_SMALL = 4096  # elements
_empty = np.empty


def _lead(g: Any, ans: Any) -> tuple[int, ...]:
    """The leading axes that `g` has and `ans` has not."""
    return tuple(g.shape[: len(g.shape) - len(ans.shape)])


def _broadcast_to(x: Any, *, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(x, shape) if x.ndim or not shape else spread(x, shape, x.dtype, math.prod(shape))


def spread(x: Any, shape: tuple[int, ...], dtype: np.dtype[Any], size: int) -> Any:
    """A 0-d array or scalar of this dtype repeated to fill `shape`, which has `size` elements."""
    # np.broadcast_to takes ten times as long to set strides of 0, and twice as long as filling a small array
    if size > _SMALL:
        return np.ndarray(shape, dtype, np.asarray(x), strides=(0,) * len(shape))
    full = _empty(shape, dtype)
    full.fill(x)
    return full


def _transpose_rule(g: Any, ans: Any, x: Any, *, axes: tuple[int, ...]) -> Any:
    lead = len(_lead(g, ans))
    inverse = tuple(int(i) + lead for i in np.argsort(axes))
    return transpose(g, axes=(*range(lead), *inverse))


def _concat_rule(g: Any, ans: Any, *parts: Any, axis: int, place: int) -> Any:
    start = sum(p.shape[axis] for p in parts[:place])
    lead = len(_lead(g, ans))
    return getitem(g, key=(*[slice(None)] * (lead + axis), slice(start, start + parts[place].shape[axis])))


def _put(x: Any, *, key: Any, shape: tuple[int, ...]) -> Any:
    out = np.zeros(shape, x.dtype)
    out[key] = x
    return out


def _getitem_rule(g: Any, ans: Any, x: Any, *, key: tuple[Any, ...]) -> Any:
    lead = _lead(g, ans)
    return put(g, key=(*[slice(None)] * len(lead), *key), shape=(*lead, *x.shape))


def _put_rule(g: Any, ans: Any, x: Any, *, key: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    return getitem(g, key=(*[slice(None)] * len(_lead(g, ans)), *key))


def _take(x: Any, indices: Any, *, axis: int) -> Any:
    return np.take(x, indices, axis)


def _take_rule(g: Any, ans: Any, x: Any, indices: Any, *, axis: int) -> Any:
    lead = _lead(g, ans)
    return add_at(g, indices, axis=axis + len(lead), shape=(*lead, *x.shape))


def _add_at(x: Any, indices: Any, *, axis: int, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with the slices of `x` added at `indices` along `axis`; duplicates add up."""
    out = np.zeros(shape, x.dtype)
    np.add.at(out, (*[slice(None)] * axis, indices), x)
    return out


def _add_at_rule(g: Any, ans: Any, x: Any, indices: Any, *, axis: int, shape: tuple[int, ...]) -> Any:
    return take(g, indices, axis=axis + len(_lead(g, ans)))


reshape: Primitive = primitive(
    "reshape",
    lambda x, *, shape: np.reshape(x, shape),
    lambda g, ans, x, *, shape: reshape(g, shape=(*_lead(g, ans), *x.shape)),
    reads="shapes",
)
broadcast_to = primitive("broadcast_to", _broadcast_to, through, broadcasts=True, reads="shapes")
transpose = primitive("transpose", lambda x, *, axes: np.transpose(x, axes), _transpose_rule, reads="shapes")
swap_last: Primitive = primitive(
    "matrix_transpose", lambda x: np.swapaxes(x, -1, -2), lambda g, ans, x: swap_last(g), reads="shapes"
)
concat = primitive("concat", lambda *parts, axis: np.concatenate(parts, axis), variadic=_concat_rule, reads="shapes")
getitem = primitive("getitem", lambda x, *, key: x[key], _getitem_rule, reads="shapes")
put = primitive("put", _put, _put_rule, reads="shapes")
take = primitive("gather", _take, _take_rule, None, reads="args")
add_at = primitive("add_at", _add_at, _add_at_rule, None, reads="args")
