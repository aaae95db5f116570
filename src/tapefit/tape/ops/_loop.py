"""while_loop: Python's loop under TensorFlow's name; tapes record what its body does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit import nest
from tapefit.tape._convert import convert
from tapefit.tape.ops._tensor_array import TensorArray


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Call `body` on the loop variables, and on what it returns, as long as `cond` of them holds.

    Parameters
    ----------
    cond
        ``cond(*loop_vars)`` gives a Boolean scalar.
    body
        ``body(*loop_vars)`` gives the next loop variables, in the same structure.
    loop_vars
        A list or tuple of tensors, or of structures of them.
    maximum_iterations
        Stop after so many calls of `body`.
    shape_invariants, parallel_iterations, back_prop, swap_memory
        Accepted for TensorFlow's sake; they change nothing.

    Returns
    -------
    list or tuple
        The loop variables at the end, as tensors.

    Raises
    ------
    TypeError
        If `cond` or `body` is no function.
    ValueError
        If there are no loop variables, or `body` returns another structure.

    Examples
    --------
    >>> import tapefit as tf
    >>> i, total = tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s * 2.0), (0, tf.constant(1.0)))
    >>> total
    <tf.Tensor: shape=(), dtype=float32, numpy=16.0>
    """
    for what, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"{what!r} must be callable, got {function!r}; pass a function.")
    if not isinstance(loop_vars, (list, tuple)) or not loop_vars:
        raise ValueError(f"'loop_vars' must be a list or tuple with at least one entry, got {loop_vars!r}; pass one.")
    limit = None if maximum_iterations is None else int(maximum_iterations)
    form, done = list(loop_vars), 0
    while (limit is None or done < limit) and cond(*loop_vars):
        after = body(*loop_vars)
        loop_vars = after if isinstance(after, (list, tuple)) else type(loop_vars)([after])
        nest.assert_same_structure(form, list(loop_vars))
        done += 1
    return nest.map_structure(lambda v: v if isinstance(v, TensorArray) else convert(v), loop_vars)
