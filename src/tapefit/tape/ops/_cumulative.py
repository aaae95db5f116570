"""Running sums, products and log-sums, and the products and log-sums that reduce."""

from __future__ import annotations

from typing import Any

from tapefit.tape._convert import tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._axes import one_axis
from tapefit.tape.ops._reduce import _NUMBERS, _reduction
from tapefit.tape.primitives import _cumulative as p
from tapefit.tape.primitives import euclidean_norm

reduce_prod = _reduction(p.reduce_prod, "The product; its gradient is right at zeros, too.", _NUMBERS)
reduce_logsumexp = _reduction(
    p.reduce_logsumexp, "log(sum(exp(x))), without overflow; infinite maxima share the gradient equally.", "f"
)
reduce_euclidean_norm = _reduction(euclidean_norm, "The root of the sum of squares; its gradient at 0 is 0.", "fc")


def _running(
    primitive: Primitive, x: Any, axis: Any, exclusive: bool, backwards: bool, first: float, **params: Any
) -> Tensor:
    x = tensor_of(x)
    place = one_axis(axis, x._array.ndim, primitive.name) - x._array.ndim
    if backwards:
        x = p.flipped(x, place)
    if exclusive:
        x = p.shifted(x, place, first)
    out = primitive.record((x,), {"axis": place, **params})
    return p.flipped(out, place) if backwards else out


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The sum of the elements so far along an axis.

    Parameters
    ----------
    x
        Tensor, variable or array.
    axis
        The axis.
    exclusive
        Without the element itself, so that the first sum is 0.
    reverse
        From the end to the front.
    """
    return _running(p.cumsum, x, axis, exclusive, reverse, 0.0, reverse=False)


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The product of the elements so far along an axis, with a gradient that is right at zeros.

    Parameters
    ----------
    x
        Tensor, variable or array.
    axis
        The axis.
    exclusive
        Without the element itself, so that the first product is 1.
    reverse
        From the end to the front.
    """
    return _running(p.cumprod, x, axis, exclusive, reverse, 1.0)


def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """log(sum(exp(x))) of the elements so far along an axis, without overflow.

    Parameters
    ----------
    x
        Floating.
    axis
        The axis.
    exclusive
        Without the element itself, so that the first is -inf.
    reverse
        From the end to the front.
    """
    return _running(p.cumulative_logsumexp, x, axis, exclusive, reverse, float("-inf"))
