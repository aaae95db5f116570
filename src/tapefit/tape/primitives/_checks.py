"""A step that changes nothing and refuses what is not finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._primitive import Primitive, primitive

_IN_GRADIENT = "Not a number (NaN) or infinity (Inf) values detected in gradient. "


def _check_numerics(x: Any, *, message: str) -> Any:
    if x.dtype.kind not in "fc":
        raise InvalidArgumentError(f"check_numerics expects floating or complex numbers, got {x.dtype}; cast them.")
    if np.isfinite(x).all():
        return x
    kinds = [name for name, has in (("Inf", np.isinf(x).any()), ("NaN", np.isnan(x).any())) if has]
    raise InvalidArgumentError(f"{message} : Tensor had {' and '.join(kinds)} values, found by check_numerics.")


def _rule(g: Any, ans: Any, x: Any, *, message: str) -> Any:
    return check_numerics(g, message=message if message.startswith(_IN_GRADIENT) else _IN_GRADIENT + message)


check_numerics: Primitive = primitive("check_numerics", _check_numerics, _rule, reads="shapes")
