"""NumPy's functions that arrange, sum along axes, sort and compare, applied to tensors.

They keep NumPy's arguments and axes. The table is read when the first of them is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape._convert import like, tensor_of
from tapefit.tape._numpy_elementwise import truncated
from tapefit.tape._slicing import item
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops import _arrange, _array, _create, _cumulative, _linalg_diag, _math, _order, _reduce
from tapefit.tape.primitives import _indices


def _flat_unless(a: Any, axis: Any) -> tuple[Tensor, int]:
    """NumPy's reading of axis=None: the elements in a row."""
    return (_array.reshape(a, [-1]), 0) if axis is None else (tensor_of(a), int(axis))


def _along(op: Callable[..., Any]) -> Callable[..., Any]:
    """``op(a, axis)``, flat for axis=None."""

    def f(a: Any, axis: Any = None) -> Any:
        x, place = _flat_unless(a, axis)
        return op(x, place)

    return f


def _from_front(indices: Any, n: int) -> Any:
    """Indices that may count from the back as such that do not."""
    places = np.asarray(indices)
    return np.where(places < 0, places + n, places)


def _take(a: Any, indices: Any, axis: Any = None) -> Tensor:
    x, place = _flat_unless(a, axis)
    return _array.gather(x, _from_front(indices, x._array.shape[place]), axis=place)


def _take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Tensor:
    x, place = _flat_unless(arr, axis)
    place %= x.ndim
    shape = list(x._array.shape)
    places = _from_front(indices, shape[place])
    shape[place] = places.shape[place]
    full = Tensor(np.broadcast_to(places, shape))
    return _indices.take_along.record((x, full), {"axis": place - x.ndim})


def _sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Tensor:
    x, place = _flat_unless(a, axis)
    return _order.sort(x, place)


def _flip(m: Any, axis: Any = None) -> Tensor:
    x = tensor_of(m)
    return _arrange.reverse(x, range(x.ndim) if axis is None else axis)


def _rot90(m: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Tensor:
    x, (first, second) = tensor_of(m), axes
    for _ in range(k % 4):
        x = _flip(_swapaxes(x, first, second), first)
    return x


def _roll(a: Any, shift: Any, axis: Any = None) -> Tensor:
    x = tensor_of(a)
    if axis is None:
        return _array.reshape(_arrange.roll(_array.reshape(x, [-1]), shift, 0), x._array.shape)
    by, along = np.broadcast_arrays(np.atleast_1d(shift), np.atleast_1d(axis))
    return _arrange.roll(x, by, along)


def _pad(array: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Tensor:
    x = tensor_of(array)
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))
    if mode == "edge":
        for axis, (before, after) in enumerate(widths):
            n = x._array.shape[axis]
            x = _array.gather(x, np.clip(np.arange(-before, n + after), 0, n - 1), axis=axis)
        return x
    return _arrange.pad(x, widths, mode, constant_values)


def _array_split(ary: Any, indices_or_sections: Any, axis: int = 0, *, even: bool = False) -> list[Tensor]:
    x = tensor_of(ary)
    place = axis % x.ndim
    n = x._array.shape[place]
    if np.ndim(indices_or_sections):
        ends = [0, *(int(i) for i in indices_or_sections), n]
    else:
        k = int(indices_or_sections)
        if even and n % k:
            raise ValueError("array split does not result in an equal division")
        ends = [0, *np.cumsum([n // k + (i < n % k) for i in range(k)]).tolist()]
    before = (slice(None),) * place
    return [item(x, (*before, slice(a, b))) for a, b in pairwise(ends)]


def _split_along(axis: int) -> Callable[..., list[Tensor]]:
    def f(ary: Any, indices_or_sections: Any) -> list[Tensor]:
        place = 0 if axis == 1 and tensor_of(ary).ndim == 1 else axis
        return _array_split(ary, indices_or_sections, place, even=True)

    return f


def _parts(arrays: Any) -> list[Any]:
    """Arrays to be joined, those that are no tensors in the dtype of those that are."""
    known = next(tensor_of(a) for a in arrays if hasattr(a, "_array") or hasattr(a, "_value_for_op"))
    return [tensor_of(a) if hasattr(a, "_array") or hasattr(a, "_value_for_op") else like(a, known) for a in arrays]


def _at_least(n: int, x: Any) -> Tensor:
    """NumPy's atleast_1d, 2d, 3d of one tensor."""
    x = tensor_of(x)
    shape = tuple(x._array.shape)
    wanted = {
        1: {0: (1,)},
        2: {0: (1, 1), 1: (1, *shape)},
        3: {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)},
    }[n].get(len(shape))
    return x if wanted is None else _array.reshape(x, wanted)


def _each_at_least(n: int) -> Callable[..., Any]:
    def f(*arys: Any) -> Any:
        made = [_at_least(n, a) for a in arys]
        return made[0] if len(made) == 1 else tuple(made)

    return f


def _hstack(tup: Any) -> Tensor:
    parts = [_at_least(1, a) for a in _parts(tup)]
    return _array.concat(parts, 0 if parts[0].ndim == 1 else 1)


def _column_stack(tup: Any) -> Tensor:
    parts = [_array.reshape(a, [-1, 1]) if a.ndim < 2 else a for a in _parts(tup)]
    return _array.concat(parts, 1)


def _append(arr: Any, values: Any, axis: Any = None) -> Tensor:
    parts = _parts([arr, values])
    return _array.concat([_flat_unless(p, axis)[0] for p in parts], 0 if axis is None else axis)


def _swapaxes(a: Any, axis1: int, axis2: int) -> Tensor:
    x = tensor_of(a)
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return _array.transpose(x, order)


def _moveaxis(a: Any, source: Any, destination: Any) -> Tensor:
    x = tensor_of(a)
    froms, tos = ([int(i) % x.ndim for i in np.atleast_1d(v)] for v in (source, destination))
    order = [i for i in range(x.ndim) if i not in froms]
    for to, place in sorted(zip(tos, froms, strict=True)):
        order.insert(to, place)
    return _array.transpose(x, order)


def _slice(x: Tensor, axis: int, start: int | None, stop: int | None) -> Tensor:
    return item(x, (*[slice(None)] * (axis % x.ndim), slice(start, stop)))


def _diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    x = tensor_of(a)
    for _ in range(n):
        x = o.subtract(_slice(x, axis, 1, None), _slice(x, axis, None, -1))
    return x


def _trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    y = like(y, tensor_of(x)) if x is not None and not hasattr(y, "_array") else tensor_of(y)
    heights = o.add(_slice(y, axis, 1, None), _slice(y, axis, None, -1))
    if x is None:
        return _reduce.reduce_sum(o.multiply(heights, 0.5 * dx), axis)
    steps = _diff(like(x, y) if not hasattr(x, "_array") else x, axis=-1 if np.ndim(x) == 1 else axis)
    if steps.ndim == 1:
        shape = [1] * y.ndim
        shape[axis] = -1
        steps = _array.reshape(steps, shape)
    return _reduce.reduce_sum(o.multiply(o.multiply(heights, steps), 0.5), axis)


def _average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Tensor:
    if weights is None:
        return _reduce.reduce_mean(a, axis, keepdims)
    x, w = (tensor_of(a), weights) if hasattr(a, "_array") else (like(a, tensor_of(weights)), weights)
    w = tensor_of(w) if hasattr(w, "_array") else like(w, x)
    if w.ndim == 1 and x.ndim > 1:
        shape = [1] * x.ndim
        shape[axis] = -1
        w = _array.reshape(w, shape)
    w = _array.broadcast_to(w, x._array.shape)
    return o.divide(_reduce.reduce_sum(o.multiply(x, w), axis, keepdims), _reduce.reduce_sum(w, axis, keepdims))


def _quantile(a: Any, q: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    """Linear interpolation between the two sorted elements that lie around each quantile."""
    x, place = _flat_unless(a, axis)
    rows = _order.sort(_moveaxis(x, place, 0), 0)
    at = np.asarray(q, np.float64) * (rows._array.shape[0] - 1)
    low = np.floor(at).astype(int)
    share = (at - low).reshape((*low.shape, *[1] * (rows.ndim - 1))).astype(rows._array.dtype)
    below, above = (_array.gather(rows, i) for i in (low, np.minimum(low + 1, rows._array.shape[0] - 1)))
    found = o.add(below, o.multiply(o.subtract(above, below), share))
    if not keepdims:
        return found
    lead = low.ndim
    shape = [1] * tensor_of(a).ndim if axis is None else [*x._array.shape]
    shape[place] = 1
    return _array.reshape(found, [*low.shape, *shape]) if lead else _array.reshape(found, shape)


def _without_nan(reduce: Callable[..., Tensor], neutral: float, of_none: float | None = None) -> Callable[..., Tensor]:
    """`reduce` of the elements that are not NaN; `of_none` where there is none (by default what `reduce` gives)."""

    def f(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        x = tensor_of(a)
        missing = _math.is_nan(x)
        found = reduce(_math.where(missing, neutral, x), axis, keepdims)
        return found if of_none is None else _math.where(_reduce.reduce_all(missing, axis, keepdims), of_none, found)

    return f


def _nanmean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    x = tensor_of(a)
    there = _math.cast(_math.logical_not(_math.is_nan(x)), x.dtype)
    total = _reduce.reduce_sum(_math.where(_math.is_nan(x), 0.0, x), axis, keepdims)
    return o.divide(total, _reduce.reduce_sum(there, axis, keepdims))


def _nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    x = tensor_of(x)
    ends = np.finfo(x._array.dtype)
    x = _math.where(_math.is_nan(x), nan, x)
    x = _math.where(o.equal(x, np.inf), float(ends.max) if posinf is None else posinf, x)
    return _math.where(o.equal(x, -np.inf), float(ends.min) if neginf is None else neginf, x)


def _round(a: Any, decimals: int = 0) -> Tensor:
    scale = 10.0**decimals
    return _math.round(a) if not decimals else o.divide(_math.round(o.multiply(a, scale)), scale)


def _sinc(x: Any) -> Tensor:
    angle = o.multiply(tensor_of(x), np.pi)
    safe = _math.where(o.equal(angle, 0), 1.0, angle)
    # 1 - angle**2 / 6 has the derivatives of sin(angle) / angle at 0, to the third
    near = o.subtract(1.0, o.divide(_math.square(angle), 6.0))
    return _math.where(o.equal(angle, 0), near, o.divide(_math.sin(safe), safe))


def _full_like(a: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    shape = _create.zeros_like(a, dtype)
    return _array.broadcast_to(like(fill_value, shape), shape._array.shape)


def _polyval(p: Any, x: Any) -> Tensor:
    coefficients = _array.unstack(p) if hasattr(p, "_array") or hasattr(p, "_value_for_op") else list(p)
    value: Any = 0.0
    for c in coefficients:
        value = o.add(o.multiply(value, x), c) if not isinstance(value, float) else o.add(o.multiply(x, 0.0), c)
    return tensor_of(value)


def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True) -> Tensor:
    if endpoint:
        return _create.linspace(start, stop, num)
    return _create.linspace(start, stop, num + 1)[:-1]


def _broadcast_arrays(*args: Any) -> tuple[Tensor, ...]:
    parts = _parts(args)
    shape = np.broadcast_shapes(*(p._array.shape for p in parts))
    return tuple(_array.broadcast_to(p, shape) for p in parts)


def _prod(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    return _cumulative.reduce_prod(a, axis, keepdims)


def _off(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose results have no derivative: computed on the values."""

    def plain(*args: Any, **options: Any) -> Any:
        return f(
            *(np.asarray(a) if hasattr(a, "_array") or hasattr(a, "_value_for_op") else a for a in args), **options
        )

    return plain


_NO_DERIVATIVE = (
    np.allclose, np.argpartition, np.argsort, np.argwhere, np.array_equal, np.array_equiv, np.array_repr, np.array_str,
    np.count_nonzero, np.digitize, np.flatnonzero, np.isclose, np.iscomplex, np.isin, np.isneginf, np.isposinf,
    np.isreal, np.nonzero, np.searchsorted, np.may_share_memory, np.shares_memory,
)  # fmt: skip

FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{f: _off(f) for f in _NO_DERIVATIVE},
    np.amax: lambda a, axis=None, *, keepdims=False: _reduce.reduce_max(a, axis, keepdims),
    np.amin: lambda a, axis=None, *, keepdims=False: _reduce.reduce_min(a, axis, keepdims),
    np.append: _append,
    np.around: _round,
    np.array_split: _array_split,
    np.atleast_1d: _each_at_least(1),
    np.atleast_2d: _each_at_least(2),
    np.atleast_3d: _each_at_least(3),
    np.average: _average,
    np.broadcast_arrays: _broadcast_arrays,
    np.column_stack: _column_stack,
    np.compress: lambda condition, a, axis=None: _array.boolean_mask(*_flat_first(a, axis, condition)),
    np.copy: lambda a: _array.identity(a),
    np.cumprod: _along(lambda x, axis: _cumulative.cumprod(x, axis)),
    np.cumsum: _along(lambda x, axis: _cumulative.cumsum(x, axis)),
    np.diagflat: lambda v, k=0: _linalg_diag.diag(_array.reshape(v, [-1]), k=k),
    np.diff: _diff,
    np.dsplit: _split_along(2),
    np.dstack: lambda tup: _array.concat([_at_least(3, a) for a in _parts(tup)], 2),
    np.empty_like: lambda a, dtype=None: _create.zeros_like(a, dtype),
    np.fix: truncated,
    np.flip: _flip,
    np.fliplr: lambda m: _flip(m, 1),
    np.flipud: lambda m: _flip(m, 0),
    np.full_like: _full_like,
    np.hsplit: _split_along(1),
    np.hstack: _hstack,
    np.linspace: _linspace,
    np.median: lambda a, axis=None, *, keepdims=False: _quantile(a, 0.5, axis, keepdims=keepdims),
    np.meshgrid: lambda *xi, indexing="xy": tuple(_arrange.meshgrid(*xi, indexing=indexing)),
    np.moveaxis: _moveaxis,
    np.nan_to_num: _nan_to_num,
    np.nanmax: _without_nan(_reduce.reduce_max, -np.inf, np.nan),
    np.nanmean: _nanmean,
    np.nanmin: _without_nan(_reduce.reduce_min, np.inf, np.nan),
    np.nanprod: _without_nan(_cumulative.reduce_prod, 1.0),
    np.nansum: _without_nan(_reduce.reduce_sum, 0.0),
    np.pad: _pad,
    np.percentile: lambda a, q, axis=None, *, keepdims=False: _quantile(
        a, np.asarray(q) / 100, axis, keepdims=keepdims
    ),
    np.polyval: _polyval,
    np.prod: _prod,
    np.ptp: lambda a, axis=None, *, keepdims=False: o.subtract(
        _reduce.reduce_max(a, axis, keepdims), _reduce.reduce_min(a, axis, keepdims)
    ),
    np.quantile: _quantile,
    np.repeat: lambda a, repeats, axis=None: _arrange.repeat(a, repeats, axis),
    np.roll: _roll,
    np.rot90: _rot90,
    np.round: _round,
    np.sinc: _sinc,
    np.sort: _sort,
    np.split: partial(_array_split, even=True),
    np.swapaxes: _swapaxes,
    np.take: _take,
    np.take_along_axis: _take_along_axis,
    np.trapezoid: _trapezoid,
    np.vsplit: _split_along(0),
    np.vstack: lambda tup: _array.concat([_at_least(2, a) for a in _parts(tup)], 0),
}


def _flat_first(a: Any, axis: Any, condition: Any) -> tuple[Tensor, Any, int]:
    """A tensor, a mask as long as its axis, and the axis."""
    x, place = _flat_unless(a, axis)
    mask = np.zeros(x._array.shape[place], bool)
    mask[: len(condition)] = condition
    return x, mask, place
