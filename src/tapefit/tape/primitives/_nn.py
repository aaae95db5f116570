"""Activations and the softmax family. ``axis`` is negative, so that leading axes do not move it."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import primitive
from tapefit.tape.primitives._compare import greater
from tapefit.tape.primitives._elementwise import exp
from tapefit.tape.primitives._reductions import reduce_sum
from tapefit.tape.primitives._select import where, zeros_for


def _total(x: Any, axis: int) -> Any:
    return reduce_sum(x, axis=(len(x.shape) + axis,), keepdims=True)


def _log_softmax(x: Any, *, axis: int) -> Any:
    shifted = x - np.max(x, axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis, keepdims=True))


relu = primitive(
    "relu",
    lambda x: np.maximum(x, x.dtype.type(0)),
    lambda g, ans, x: where(greater(x, zeros_for(x)), g, zeros_for(g)),
    reads="args",
)
softmax = primitive(
    "softmax",
    lambda x, *, axis: np.exp(_log_softmax(x, axis=axis)),
    lambda g, ans, x, *, axis: ans * (g - _total(g * ans, axis)),
    quiet=True,
    reads="answer",
)
log_softmax = primitive(
    "log_softmax",
    _log_softmax,
    lambda g, ans, x, *, axis: g - exp(ans) * _total(g, axis),
    quiet=True,
    reads="answer",
)
