"""`function` and `print`: names that programs written for TensorFlow use around their ops."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from tapefit.tape._whole import as_effect


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    *,
    on_trace: Callable[[str], Any] | None = None,
    **options: Any,
) -> Any:
    """Write a function down once for each signature, as a program, and replay that from the second call on.

    The first call runs the function as it is; later calls with tensors of the same shapes and dtypes repeat what it
    did to tensors and variables, without Python between the steps. What else the function does (printing, counting,
    appending to lists) happens in the first call alone; `tapefit.print` and random numbers are repeated.

    Parameters
    ----------
    func
        The Python function.
    input_signature
        `TensorSpec`s that the arguments are converted to.
    on_trace
        Called with a sentence each time the function is traced, such as ``on_trace=print``.
    options
        TensorFlow's other options (``jit_compile``, ``reduce_retracing``, ...) are accepted and change nothing.

    Returns
    -------
    Function
        ``print(f)`` shows its programs.

    Raises
    ------
    OperatorNotAllowedInGraphError
        In the first call, if the function decides by the value of a tensor.

    Examples
    --------
    >>> import tapefit as tf
    >>> w = tf.Variable(3.0)
    >>> @tf.function
    ... def step(rate):
    ...     with tf.GradientTape() as tape:
    ...         loss = w * w
    ...     w.assign_sub(rate * tape.gradient(loss, w))
    ...     return loss
    >>> float(step(tf.constant(0.25))), float(step(tf.constant(0.25)))
    (9.0, 2.25)
    """
    from tapefit.tape.function import Function

    def made(f: Callable[..., Any]) -> Callable[..., Any]:
        return Function(f, input_signature, on_trace)

    return made if func is None else made(func)


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Let every `tapefit.function` run op by op, as plain Python, from the next call on; False turns it back."""
    from tapefit.tape.function import Switch

    Switch.eagerly = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Whether `run_functions_eagerly` was called with True."""
    from tapefit.tape.function import Switch

    return Switch.eagerly


@as_effect
def print(*inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n", **options: Any) -> None:
    """Print values, tensors as bare arrays, to standard error as TensorFlow does."""
    from tapefit.tape._tensor import Tensor
    from tapefit.tape._variable import Variable

    bare = [x.numpy() if isinstance(x, (Tensor, Variable)) else x for x in inputs]
    builtins.print(*bare, sep=sep, end=end, file=sys.stderr if output_stream is None else output_stream)
