"""The op that refuses what is not finite."""

from __future__ import annotations

from typing import Any

from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import _checks as p


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """The tensor itself, and an error if it, or the gradient that flows back through it, is not finite.

    Parameters
    ----------
    tensor
        Floating or complex numbers.
    message
        What the error begins with.
    name
        Accepted for TensorFlow's sake.

    Returns
    -------
    Tensor
        The same values.

    Raises
    ------
    InvalidArgumentError
        If an element is NaN or infinite, or the dtype is neither floating nor complex.
    """
    return p.check_numerics.record((tensor_of(tensor),), {"message": message})
