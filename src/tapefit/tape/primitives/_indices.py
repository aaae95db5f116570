"""Elements chosen by index along an axis, or by whole coordinates; duplicates add up on the way back.

A cotangent may have leading axes that the indices have not.
"""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive


def _led(x: Any, indices: Any) -> Any:
    """The indices repeated for the leading axes of `x`."""
    return np.broadcast_to(indices, (*x.shape[: x.ndim - indices.ndim], *indices.shape))


def _add_along(x: Any, indices: Any, *, axis: int, length: int) -> Any:
    """Zeros with the elements of `x` added at `indices` along an axis that becomes `length` long."""
    places = _led(x, indices)
    shape = list(x.shape)
    shape[axis] = length
    out = np.zeros(shape, x.dtype)
    where = list(np.indices(x.shape, sparse=True))
    where[axis] = places
    np.add.at(out, tuple(where), x)
    return out


def _coordinates(indices: Any, lead: int) -> tuple[Any, ...]:
    return (*[slice(None)] * lead, *np.moveaxis(indices, -1, 0))


def _scatter_nd(updates: Any, indices: Any, *, shape: tuple[int, ...], lead: int) -> Any:
    out = np.zeros((*updates.shape[:lead], *shape), updates.dtype)
    np.add.at(out, _coordinates(indices, lead), updates)
    return out


def _extra(g: Any, ans: Any) -> int:
    return len(g.shape) - len(ans.shape)


take_along: Primitive = primitive(
    "take_along",
    lambda x, indices, *, axis: np.take_along_axis(x, _led(x, indices), axis),
    lambda g, ans, x, indices, *, axis: add_along(g, indices, axis=axis, length=x.shape[axis]),
    None,
    reads="args",
)
add_along: Primitive = primitive(
    "add_along",
    _add_along,
    lambda g, ans, x, indices, *, axis, length: take_along(g, indices, axis=axis),
    None,
    reads="args",
)
gather_nd: Primitive = primitive(
    "gather_nd",
    lambda x, indices, *, lead: x[_coordinates(indices, lead)],
    lambda g, ans, x, indices, *, lead: scatter_nd(g, indices, shape=tuple(x.shape[lead:]), lead=lead + _extra(g, ans)),
    None,
    reads="args",
)
scatter_nd: Primitive = primitive(
    "scatter_nd",
    _scatter_nd,
    lambda g, ans, x, indices, *, shape, lead: gather_nd(g, indices, lead=lead + _extra(g, ans)),
    None,
    reads="args",
)
