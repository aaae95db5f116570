"""Products and quotients that are 0 where a factor is 0, whatever the other."""

from __future__ import annotations

from typing import Any

from tapefit.tape import primitives as t
from tapefit.tape._convert import like, tensor_of
from tapefit.tape._operators import binary
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._math import _SAME, _binary, _unary
from tapefit.tape.primitives import _no_nan as p
from tapefit.tape.primitives import _reciprocal as r

multiply_no_nan = _binary(binary(p.multiply_no_nan), "multiply_no_nan", "x * y, and 0 where y is 0.", _SAME)
xlogy = _binary(binary(p.xlogy), "xlogy", "x * log(y), and 0 where x is 0.", _SAME)
xlog1py = _binary(binary(p.xlog1py), "xlog1py", "x * log(1 + y), and 0 where x is 0.", _SAME)
xdivy = _binary(binary(p.xdivy), "xdivy", "x / y, and 0 where x is 0.", _SAME)
reciprocal = _unary(r.reciprocal, "1 / x.")
rsqrt = _unary(r.rsqrt, "1 / sqrt(x).")


def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, and 0 where x is 0."""
    x = tensor_of(x)
    return t.divide_no_nan.record((like(1.0, x), x), {})
