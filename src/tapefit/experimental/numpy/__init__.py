"""NumPy's functions under NumPy's names, of tensors and giving tensors: `tf.experimental.numpy`.

Dtypes follow NumPy: numbers are float64 and int64, and operands of two dtypes meet in the wider one.
"""

from __future__ import annotations

from typing import Any

import numpy as _np

from tapefit.experimental.numpy._functions import function as _function
from tapefit.experimental.numpy._functions import tensor as _tensor
from tapefit.tape import Tensor as ndarray
from tapefit.tape import Variable as _Variable

_FUNCTIONS = """
abs absolute add all allclose amax amin angle any append arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh
argmax argmin argsort around array_equal atleast_1d atleast_2d atleast_3d average bitwise_and bitwise_not bitwise_or
bitwise_xor broadcast_arrays broadcast_to cbrt ceil clip compress concatenate conj conjugate copy cos cosh
count_nonzero cross cumprod cumsum deg2rad diag diag_indices diagflat diagonal diff divide divmod dot dsplit dstack
einsum empty empty_like equal exp exp2 expand_dims expm1 eye fabs fix flip fliplr flipud float_power floor
floor_divide full full_like gcd geomspace greater greater_equal heaviside hsplit hstack hypot identity imag inner
isclose iscomplex iscomplexobj isfinite isinf isnan isneginf isposinf isreal isrealobj ix_ kron lcm less less_equal
linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor logspace matmul max
maximum mean median meshgrid min minimum mod moveaxis multiply nan_to_num nanmax nanmean nanmin nanprod nansum
negative nextafter nonzero not_equal ones ones_like outer pad percentile polyval positive power prod ptp quantile
rad2deg ravel real reciprocal remainder repeat reshape roll rot90 round select sign signbit sin sinc sinh sort split
sqrt square squeeze stack std subtract sum swapaxes take take_along_axis tan tanh tensordot tile trace transpose
trapezoid tri tril triu true_divide vander var vdot vsplit vstack where zeros zeros_like
""".split()  # noqa: SIM905 - a table to be read
_AS_THEY_ARE = """
bool_ complex128 complex64 e finfo float16 float32 float64 iinfo inexact inf int16 int32 int64 int8 int_ isscalar
issubdtype newaxis pi promote_types uint16 uint32 uint64 uint8
""".split()  # noqa: SIM905 - a table to be read


def array(val: Any, dtype: Any = None, copy: bool = True, ndmin: int = 0) -> ndarray:
    """A tensor of the values given, in the dtype that NumPy gives them; tapes follow a tensor or variable."""
    if isinstance(val, (ndarray, _Variable)):
        from tapefit.tape.ops._array import identity
        from tapefit.tape.ops._math import cast

        x = identity(val)
        return x if dtype is None else cast(x, dtype)
    to = getattr(dtype, "as_numpy_dtype", dtype)
    return _tensor(_np.array(val, dtype=to, ndmin=ndmin))  # type: ignore[no-any-return]


asarray = asanyarray = ascontiguousarray = array


def shape(a: Any) -> tuple[int, ...]:
    """The dimensions."""
    return tuple(_np.shape(a))


def ndim(a: Any) -> int:
    """The number of dimensions."""
    return len(shape(a))


def size(x: Any, axis: int | None = None) -> int:
    """The number of elements, or the length of an axis."""
    dims = shape(x)
    return int(_np.prod(dims, dtype=_np.int64)) if axis is None else dims[axis]


__all__ = sorted(
    [*_FUNCTIONS, *_AS_THEY_ARE, "array", "asanyarray", "asarray", "ascontiguousarray", "ndarray", "ndim", "shape"]
    + ["size"]
)


def __getattr__(name: str) -> Any:
    if name in _AS_THEY_ARE:
        return getattr(_np, name)
    if name not in _FUNCTIONS:
        from tapefit._absent import absent

        raise absent(__name__, name)
    found = globals()[name] = _function(name)
    return found


def __dir__() -> list[str]:
    return __all__
