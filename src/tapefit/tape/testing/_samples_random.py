"""Samples of the rows that connect random numbers with the parameters of their distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tapefit.tape.primitives._random  # noqa: F401 - the row enters the table when imported
from tapefit.tape._tensor import Tensor
from tapefit.tape.testing._domains import positive
from tapefit.tape.testing._sample import Samples


def _at_fixed_quantiles(row: Callable[..., Any]) -> Callable[..., Any]:
    """The numbers at fixed quantiles of gamma distributions, connected with the shapes by the row alone."""

    def f(a: Tensor, drawn: Tensor) -> Any:
        from scipy import special

        shape = a._array.shape
        quantiles = np.linspace(0.2, 0.9, int(np.prod(shape))).reshape(shape)
        return row(a, Tensor(np.asarray(special.gammaincinv(a._array, quantiles), a._array.dtype)))

    return f


RANDOM: dict[str, Samples] = {
    "random_gamma": Samples(
        domains=(positive, positive),
        cases=tuple(((shape, shape), {}) for shape in ((), (3,), (2, 2), (0,))),
        within=_at_fixed_quantiles,
        dtypes=("float32",),
    ),
}
