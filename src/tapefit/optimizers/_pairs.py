"""Pairs of a gradient and its variable, checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from tapefit.errors import GradientWarning, InvalidArgumentError
from tapefit.optimizers._transform import Array
from tapefit.tape import Tensor, Variable
from tapefit.tape._convert import convert, tensor_of
from tapefit.tape.primitives import cast


def present(grads_and_vars: Iterable[tuple[Any, Variable]]) -> list[tuple[Any, Variable]]:
    """The pairs that have a gradient; a warning names the others."""
    pairs = [_pair(p) for p in grads_and_vars]
    missing = [v.name for g, v in pairs if g is None]
    if len(missing) == len(pairs):
        raise ValueError(
            f"No gradients provided for any variable: {missing}; compute the loss from these variables inside the "
            "tape's `with` block."
        )
    if missing:
        warnings.warn(
            f"Gradients do not exist for the variables {missing}, which stay as they are; compute the loss from them, "
            "or leave them out.",
            GradientWarning,
            stacklevel=3,
        )
    return [(g, v) for g, v in pairs if g is not None]


def _pair(pair: Any) -> tuple[Any, Variable]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[1], Variable):
        raise TypeError(
            f"apply_gradients expects pairs (gradient, tf.Variable), got {pair!r}; pass zip(gradients, variables)."
        )
    return pair[0], pair[1]


def gradient_array(g: Any, variable: Variable) -> Array:
    """A gradient as an array of its variable's dtype."""
    array, dtype = np.asarray(convert(g)._array), variable._value._array.dtype
    if array.shape != variable._value._array.shape:
        raise InvalidArgumentError(
            f"The gradient of variable {variable.name!r} has shape {array.shape}, but the variable has "
            f"{tuple(variable.shape)}; pass the gradient of this variable."
        )
    return array.astype(dtype, copy=False)


def gradient_tensor(g: Any, variable: Variable) -> Tensor:
    """`gradient_array` as a tensor that tf.function follows."""
    found = tensor_of(convert(g))
    gradient_array(np.zeros(found.shape), variable)  # for its message
    dtype = variable._value._array.dtype
    return found if found._array.dtype == dtype else cast.record((found,), {"dtype": dtype})
