"""Reductions over some or all axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import tensor_of
from tapefit.tape._primitive import Primitive, answered
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._axes import one_axis, several_axes
from tapefit.types import as_dtype, int64

_DOC = """{what}

    Parameters
    ----------
    input_tensor
        Tensor, variable or array.
    axis
        The axes to reduce, counted from the front or, negative, from the back; None for all.
    keepdims
        Keep the reduced axes with length 1.
    name
        Accepted for TensorFlow's sake.

    Returns
    -------
    Tensor
        The input's shape without the reduced axes{dtype}.

    Raises
    ------
    InvalidArgumentError
        If the tensor has no such axis.
    """


def _reduction(
    primitive: Primitive, what: str, kinds: str = "", dtype: str = ", in its dtype"
) -> Callable[..., Tensor]:
    fn, quiet = primitive.fn, primitive.quiet

    def op(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
        x = input_tensor if type(input_tensor) is Tensor else tensor_of(input_tensor)
        array = x._array
        if kinds and array.dtype.kind not in kinds:
            raise InvalidArgumentError(
                f"{primitive.name} cannot take a {x.dtype.name} tensor; cast it first, as in tf.cast(x, tf.float32)."
            )
        if axis is None and keepdims is False and not quiet:
            return answered(primitive, (x,), fn(array, axis=None, keepdims=False), p.WHOLE)
        axes = None if axis is None else several_axes(axis, array.ndim, primitive.name)
        return primitive.record((x,), {"axis": axes, "keepdims": keepdims})

    op.__name__ = op.__qualname__ = primitive.name
    op.__doc__ = _DOC.format(what=what, dtype=dtype)
    return op


_NUMBERS = "iufc"
reduce_sum = _reduction(p.reduce_sum, "The sum.", _NUMBERS)
reduce_mean = _reduction(p.reduce_mean, "The mean; of integers truncated, as in TensorFlow.", _NUMBERS)
reduce_max = _reduction(p.reduce_max, "The largest element; ties share the gradient equally.", "iuf")
reduce_min = _reduction(p.reduce_min, "The smallest element; ties share the gradient equally.", "iuf")
reduce_variance = _reduction(p.reduce_variance, "The variance, dividing by the number of elements.", "f")
reduce_std = _reduction(p.reduce_std, "The standard deviation; its gradient where all are equal is 0.", "f")
reduce_any = _reduction(p.reduce_any, "Whether any element is true.", "b", ", Boolean")
reduce_all = _reduction(p.reduce_all, "Whether all elements are true.", "b", ", Boolean")


def argmax(input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None) -> Tensor:
    """The index of the largest element along an axis (by default the first); the first one at a tie."""
    return _arg(p.argmax, input, axis, output_type)


def argmin(input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None) -> Tensor:
    """The index of the smallest element along an axis (by default the first); the first one at a tie."""
    return _arg(p.argmin, input, axis, output_type)


def _arg(primitive: Primitive, x: Any, axis: Any, output_type: Any) -> Tensor:
    x = tensor_of(x)
    place = one_axis(0 if axis is None else axis, x._array.ndim, primitive.name)
    return primitive.record((x,), {"axis": place, "dtype": as_dtype(output_type).numpy_dtype})
