"""Activations beside relu, sigmoid, tanh and softplus."""

from __future__ import annotations

import math
from typing import Any

from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import concat
from tapefit.tape.ops._math import clip_by_value, expm1, relu, sigmoid, softplus, tanh, where

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _below_zero(x: Tensor, below: Any) -> Tensor:
    """x where it is positive, else `below` of it; the part that is not taken sees 0."""
    positive = o.greater(x, like(0.0, x))
    return where(positive, x, below(where(positive, like(0.0, x), x)))


def elu(features: Any, alpha: float = 1.0, name: str | None = None) -> Tensor:
    """x where it is positive, else alpha * (exp(x) - 1)."""
    return _below_zero(tensor_of(features), lambda x: o.multiply(expm1(x), alpha))


def selu(features: Any, name: str | None = None) -> Tensor:
    """The scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017)."""
    return o.multiply(elu(features, _SELU_ALPHA), _SELU_SCALE)


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Tensor:
    """x times the normal distribution function of x, or its approximation by tanh (Hendrycks and Gimpel 2016)."""
    x = tensor_of(features)
    if approximate:
        inner = o.multiply(o.add(x, o.multiply(o.power(x, 3), 0.044715)), math.sqrt(2 / math.pi))
        return o.multiply(o.multiply(x, 0.5), o.add(tanh(inner), 1.0))
    from tapefit.tape.primitives._special import erf

    return o.multiply(o.multiply(x, 0.5), o.add(erf.record((o.multiply(x, math.sqrt(0.5)),), {}), 1.0))


def silu(features: Any, beta: Any = 1.0, name: str | None = None) -> Tensor:
    """x * sigmoid(beta * x), also called swish."""
    x = tensor_of(features)
    return o.multiply(x, sigmoid(o.multiply(x, beta)))


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """x where it is positive, else alpha * x."""
    x = tensor_of(features)
    return where(o.greater(x, like(0.0, x)), x, o.multiply(x, alpha))


def relu6(features: Any, name: str | None = None) -> Tensor:
    """x held between 0 and 6; its derivative at both is 0."""
    x = tensor_of(features)
    inside = p.logical_and.record((o.greater(x, like(0.0, x)), o.less(x, like(6.0, x))), {})
    return where(inside, x, p.stop_gradient.record((clip_by_value(x, 0.0, 6.0),), {}))


def softsign(features: Any, name: str | None = None) -> Tensor:
    """x / (1 + abs(x))."""
    x = tensor_of(features)
    return o.divide(x, o.add(o.absolute(x), 1.0))


def crelu(features: Any, axis: int = -1, name: str | None = None) -> Tensor:
    """relu(x) and relu(-x), side by side along an axis."""
    x = tensor_of(features)
    return relu(concat([x, o.negative(x)], axis))


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(sigmoid(x)), without overflow."""
    return o.negative(softplus(o.negative(x)))
