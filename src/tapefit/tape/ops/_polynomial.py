"""Polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapefit.tape._convert import tensor_of
from tapefit.tape._operators import add, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._create import zeros_like


def polyval(coeffs: Sequence[Any], x: Any, name: str | None = None) -> Tensor:
    """``coeffs[0] * x**(n - 1) + ... + coeffs[n - 1]`` by Horner's scheme; differentiable in all.

    Parameters
    ----------
    coeffs
        A list of numbers or tensors, that of the highest power first.
    x
        Tensor, of any shape.

    Raises
    ------
    ValueError
        If `coeffs` is not a list.
    """
    if not isinstance(coeffs, (list, tuple)):
        raise ValueError(f"polyval expects a list of coefficients, got {type(coeffs).__name__}; use tf.unstack first.")
    x = tensor_of(x)
    if not coeffs:
        return zeros_like(x)
    value = add(zeros_like(x), coeffs[0])
    for c in coeffs[1:]:
        value = add(multiply(value, x), c)
    return value
