"""Quotients by norms, and the norm of a list of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import stack
from tapefit.tape.ops._linalg import norm


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> tuple[Tensor, Tensor]:
    """`tensor` divided by its norm, and the norm.

    Parameters
    ----------
    tensor, ord, axis
        As for `norm`.

    Returns
    -------
    tuple of Tensor
        The quotient, of the shape of `tensor`, and the norm, with the reduced axes of length 1.
    """
    x = tensor_of(tensor)
    size = norm(x, ord, axis, keepdims=True)
    return o.divide(x, size if size._array.dtype == x._array.dtype else p.cast(size, dtype=x._array.dtype)), size


def global_norm(t_list: Sequence[Any], name: str | None = None) -> Tensor:
    """The Euclidean norm of all elements of several tensors together.

    Parameters
    ----------
    t_list
        Tensors of one dtype; None stands for nothing.

    Returns
    -------
    Tensor
        Of shape ().

    Raises
    ------
    TypeError
        If `t_list` is not a list or tuple.
    """
    if not isinstance(t_list, (list, tuple)):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}; put it in a list.")
    norms = [norm(getattr(t, "_dense", lambda t=t: t)()) for t in t_list if t is not None]
    return norm(stack(norms)) if norms else Tensor(np.zeros((), np.float32))
