"""NumPy functions applied to tensors: recorded where they have a tape op, refused by name where they have not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape import _operators as o
from tapefit.tape._convert import pair
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.ops import _array, _create, _linalg, _math, _reduce


def _matmul(a: Any, b: Any) -> Tensor:
    """NumPy's product takes vectors, too, where TensorFlow's operator does not."""
    a, b = pair(a, b, "matmul")
    if len(b.shape) == 1:
        return _linalg.tensordot(a, b, 1)
    if len(a.shape) == 1:
        return _linalg.matvec(b, a, transpose_a=True)
    return o.matmul(a, b)


_UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: o.add,
    np.subtract: o.subtract,
    np.multiply: o.multiply,
    np.true_divide: o.divide,
    np.floor_divide: o.floordiv,
    np.remainder: o.floormod,
    np.power: o.power,
    np.float_power: o.power,
    np.matmul: _matmul,
    np.negative: o.negative,
    np.positive: _array.identity,
    np.absolute: _math.abs,
    np.fabs: _math.abs,
    np.square: _math.square,
    np.sqrt: _math.sqrt,
    np.exp: _math.exp,
    np.expm1: _math.expm1,
    np.log: _math.log,
    np.log1p: _math.log1p,
    np.sin: _math.sin,
    np.cos: _math.cos,
    np.tanh: _math.tanh,
    np.sign: _math.sign,
    np.floor: _math.floor,
    np.ceil: _math.ceil,
    np.rint: _math.round,
    np.conjugate: _math.conj,
    np.maximum: _math.maximum,
    np.minimum: _math.minimum,
    np.logaddexp: lambda x, y: _math.maximum(x, y) + _math.softplus(-_math.abs(o.subtract(x, y))),
    np.equal: o.equal,
    np.not_equal: o.not_equal,
    np.less: o.less,
    np.less_equal: o.less_equal,
    np.greater: o.greater,
    np.greater_equal: o.greater_equal,
    np.logical_and: o.logical_and,
    np.logical_or: o.logical_or,
    np.logical_xor: o.logical_xor,
    np.logical_not: o.logical_not,
    np.isnan: _math.is_nan,
    np.isinf: _math.is_inf,
    np.isfinite: _math.is_finite,
}


def _freedom(a: Any, axis: Any, ddof: float) -> float:
    """n / (n - ddof), for the n elements that go into one."""
    shape = _shape_of(a)
    n = float(np.prod([shape[i] for i in np.atleast_1d(_every(a, axis))]))
    return n / (n - ddof)


def _variance(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Tensor:
    return _reduce.reduce_variance(a, axis, keepdims) * _freedom(a, axis, ddof)


def _deviation(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Tensor:
    return _reduce.reduce_std(a, axis, keepdims) * float(np.sqrt(_freedom(a, axis, ddof)))


def _clip(a: Any, low: Any, high: Any) -> Tensor:
    if low is None or high is None:
        held = a if low is None else _math.maximum(a, low)
        return _array.identity(held) if high is None else _math.minimum(held, high)
    return _math.clip_by_value(a, low, high)


def _every(a: Any, axis: Any) -> Any:
    return range(len(_shape_of(a))) if axis is None else axis


def _shape_of(a: Any) -> tuple[int, ...]:
    return tuple(a.shape)


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: lambda a, axis=None, *, keepdims=False: _reduce.reduce_sum(a, axis, keepdims),
    np.mean: lambda a, axis=None, *, keepdims=False: _reduce.reduce_mean(a, axis, keepdims),
    np.max: lambda a, axis=None, *, keepdims=False: _reduce.reduce_max(a, axis, keepdims),
    np.min: lambda a, axis=None, *, keepdims=False: _reduce.reduce_min(a, axis, keepdims),
    np.var: lambda a, axis=None, *, ddof=0, keepdims=False: _variance(a, axis, ddof=ddof, keepdims=keepdims),
    np.std: lambda a, axis=None, *, ddof=0, keepdims=False: _deviation(a, axis, ddof=ddof, keepdims=keepdims),
    np.any: lambda a, axis=None, *, keepdims=False: _reduce.reduce_any(a, axis, keepdims),
    np.all: lambda a, axis=None, *, keepdims=False: _reduce.reduce_all(a, axis, keepdims),
    np.argmax: lambda a, axis=None: _reduce.argmax(_array.reshape(a, [-1]) if axis is None else a, axis),
    np.argmin: lambda a, axis=None: _reduce.argmin(_array.reshape(a, [-1]) if axis is None else a, axis),
    np.where: lambda condition, x=None, y=None: _math.where(condition, x, y),
    np.clip: lambda a, a_min=None, a_max=None, *, min=None, max=None: _clip(
        a, a_min if min is None else min, a_max if max is None else max
    ),
    np.reshape: lambda a, shape: _array.reshape(a, shape),
    np.ravel: lambda a: _array.reshape(a, [-1]),
    np.squeeze: lambda a, axis=None: _array.squeeze(a, axis),
    np.expand_dims: lambda a, axis: _array.expand_dims(a, axis),
    np.transpose: lambda a, axes=None: _array.transpose(a, axes),
    np.broadcast_to: lambda array, shape: _array.broadcast_to(array, shape),
    np.tile: lambda A, reps: _array.tile(A, reps),
    np.concatenate: lambda arrays, axis=0: _array.concat(arrays, axis),
    np.stack: lambda arrays, axis=0: _array.stack(arrays, axis),
    np.dot: lambda a, b: _linalg.tensordot(a, b, 1) if a.ndim and b.ndim else o.multiply(a, b),
    np.tensordot: lambda a, b, axes=2: _linalg.tensordot(a, b, axes),
    np.zeros_like: lambda a, dtype=None: _create.zeros_like(a, dtype),
    np.ones_like: lambda a, dtype=None: _create.ones_like(a, dtype),
    np.shape: lambda a: _shape_of(a),
    np.ndim: lambda a: len(_shape_of(a)),
    np.size: lambda a: int(np.prod(_shape_of(a), dtype=np.int64)),
}


def _rarer(f: Any) -> Callable[..., Any] | None:
    """The op of a rarer function; their tables are read when one is needed."""
    from tapefit.tape import _numpy_arrays, _numpy_elementwise, _numpy_linalg

    if isinstance(f, np.ufunc):
        return _numpy_elementwise.UFUNCS.get(f.__name__) or _numpy_linalg.UFUNCS.get(f.__name__)
    found = (table.FUNCTIONS.get(f) for table in (_numpy_arrays, _numpy_elementwise, _numpy_linalg))
    return next((op for op in found if op is not None), None)


def _array_ufunc(self: Any, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    op = _UFUNCS.get(ufunc) or _rarer(ufunc)
    if method == "__call__" and op is not None and not options:
        return op(*inputs)
    what = f"np.{ufunc.__name__}" if method == "__call__" else f"np.{ufunc.__name__}.{method}"
    if method == "__call__" and op is not None:
        what += f" with {', '.join(sorted(options))}"
    return _off_the_tape(what, getattr(ufunc, method), inputs, options)


def _array_function(self: Any, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
    op = _FUNCTIONS.get(func) or _rarer(func)
    if op is None:
        return _off_the_tape(_name(func), func, args, kwargs)
    try:
        return op(*args, **kwargs)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        raise TypeError(
            f"{_name(func)} on a tensor does not take these options: {error}; use the tf op instead."
        ) from None


def _name(func: Callable[..., Any]) -> str:
    module = getattr(func, "__module__", "") or ""
    return f"np.{module.removeprefix('numpy').strip('.') + '.' if module.startswith('numpy.') else ''}{func.__name__}"


def _off_the_tape(what: str, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Compute on plain arrays where no tape is listening; refuse where one would lose the path."""
    leaves = nest.flatten([list(args), kwargs])
    followed = [t for t in leaves if isinstance(t, (Tensor, Variable)) and _is_followed(t)]
    if followed:
        raise TypeError(
            f"{what} has no tape op, and a tape follows its argument, so the gradient would be lost; "
            "use a tf op, or call .numpy() on the argument to leave the tape on purpose."
        )

    def plain(leaf: Any) -> Any:
        return leaf.numpy() if isinstance(leaf, (Tensor, Variable)) else leaf

    args, kwargs = nest.map_structure(plain, args), nest.map_structure(plain, kwargs)
    return func(*args, **kwargs)


def _is_followed(t: Tensor | Variable) -> bool:
    if isinstance(t, Variable):
        t._value_for_op()
    return any(t._uid in tape._live for tape in stack.tapes)


def attach() -> None:
    """Give `Tensor` and `Variable` NumPy's protocols; called once, when the package is imported."""
    for cls in (Tensor, Variable):
        cls.__array_ufunc__ = _array_ufunc  # type: ignore[union-attr]
        cls.__array_function__ = _array_function  # type: ignore[union-attr]
