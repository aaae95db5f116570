"""tapefit: write the loss; tapefit gives you the regression.

``import tapefit as tf`` speaks TensorFlow's names for tensors, the tape and its ops, on NumPy alone.
`fit`, `LinearRegression` and `load` stand beside them and are imported when first used.
"""

from tapefit._lazy import attributes as _attributes

from tapefit import autodiff, errors, linalg, losses, math, nest, nn, random  # isort: skip
from tapefit.tape import GradientTape, Tensor, UnconnectedGradients, Variable
from tapefit.tape.ops._array import (
    boolean_mask,
    broadcast_to,
    concat,
    constant,
    convert_to_tensor,
    expand_dims,
    gather,
    identity,
    reshape,
    split,
    squeeze,
    stack,
    stop_gradient,
    tile,
    transpose,
    unstack,
)
from tapefit.tape.ops._create import (
    eye,
    fill,
    is_tensor,
    linspace,
    one_hot,
    ones,
    ones_like,
    range,
    rank,
    shape,
    size,
    zeros,
    zeros_like,
)
from tapefit.tape.ops._function import function, print
from tapefit.tape.ops._linalg import matmul, norm, tensordot
from tapefit.tape.ops._math import (
    abs,
    add,
    add_n,
    cast,
    clip_by_value,
    cos,
    divide,
    equal,
    exp,
    floor,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    pow,
    round,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    subtract,
    tanh,
    where,
)
from tapefit.tape.ops._reduce import (
    argmax,
    argmin,
    reduce_all,
    reduce_any,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_sum,
)
from tapefit.types import (
    DType,
    TensorShape,
    as_dtype,
    bool,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)

__version__ = "0.1.0"

newaxis = None

__getattr__, __dir__ = _attributes(
    __name__,
    {
        "LinearRegression": "tapefit.regression",
        "RegressionResults": "tapefit.inference",
        "fit": "tapefit.regression",
        "load": "tapefit.regression",
    },
    globals(),
)
