"""The normal distribution function's logarithm as an op of the tape, accurate in both tails."""

from __future__ import annotations

import math
from typing import Any

from scipy import special

from tapefit.tape import primitives as p
from tapefit.tape._convert import tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor

_LOG_ROOT = 0.5 * math.log(2 * math.pi)


def _rule(g: Any, ans: Any, x: Any) -> Any:
    return g * p.exp(-0.5 * p.square(x) - _LOG_ROOT - ans)  # the density over the distribution function


_log_ndtr = Primitive("log_ndtr", special.log_ndtr, (_rule,), quiet=True)


def log_ndtr(x: Any) -> Tensor:
    """The logarithm of the standard normal distribution function, of the shape of `x`."""
    return _log_ndtr.record((tensor_of(x),), {})
