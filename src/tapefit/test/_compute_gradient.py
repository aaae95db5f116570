"""compute_gradient: the tape's jacobians and those of differences, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.tape import GradientTape, Tensor
from tapefit.tape._convert import convert

Matrices = tuple[NDArray[Any], ...]


def compute_gradient(f: Callable[..., Any], x: Sequence[Any], delta: float | None = None) -> tuple[Matrices, Matrices]:
    """The jacobians of a function, from the tape and from central differences.

    Parameters
    ----------
    f
        A function of real tensors that returns one tensor.
    x
        Its arguments, in a list.
    delta
        The step of the differences; 1/1024 by default.

    Returns
    -------
    tuple
        Two tuples with one matrix an argument: rows for the elements of the result, columns for those of the argument.

    Raises
    ------
    ValueError
        If `x` is no list.

    Examples
    --------
    >>> import tapefit as tf
    >>> tape, differences = tf.test.compute_gradient(tf.square, [[1.0, 2.0]])
    >>> tape[0]
    array([[2., 0.],
           [0., 4.]], dtype=float32)
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError(f"`x` must be a list or tuple of arguments, got {type(x).__name__}; write [x].")
    arguments, step = [convert(a) for a in x], 1 / 1024 if delta is None else delta
    with GradientTape() as tape:
        tape.watch(arguments)
        y = f(*arguments)
    found = tape.jacobian(y, arguments, unconnected_gradients="zero")
    exact = tuple(np.asarray(j._array).reshape(y._array.size, -1) for j in found)
    return exact, tuple(_differences(f, arguments, i, step, y._array.size) for i in range(len(arguments)))


def _differences(f: Callable[..., Any], arguments: list[Tensor], i: int, step: float, rows: int) -> NDArray[Any]:
    array = np.asarray(arguments[i]._array)
    out = np.zeros((rows, array.size), array.dtype)
    for column in range(array.size):
        up, down = (_moved(f, arguments, i, column, sign * step) for sign in (1, -1))
        out[:, column] = (up - down) / (2 * step)
    return out


def _moved(f: Callable[..., Any], arguments: list[Tensor], i: int, column: int, by: float) -> NDArray[Any]:
    moved = np.array(arguments[i]._array)
    moved.reshape(-1)[column] += by
    return np.ravel(f(*arguments[:i], Tensor(moved), *arguments[i + 1 :])._array)
