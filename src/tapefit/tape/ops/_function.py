"""`function` and `print`: names that programs written for TensorFlow use around their ops."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any, overload


@overload
def function(func: Callable[..., Any]) -> Callable[..., Any]: ...
@overload
def function(func: None = None, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]: ...
def function(func: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Accept TensorFlow's decorator: the function runs as it is, op by op, with the same results.

    Parameters
    ----------
    func
        The Python function.
    options
        TensorFlow's options (``input_signature``, ``jit_compile``, ...); they change speed there, nothing here.
    """
    return func if func is not None else lambda f: f


def print(*inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n", **options: Any) -> None:
    """Print values, tensors as bare arrays, to standard error as TensorFlow does."""
    from tapefit.tape._tensor import Tensor
    from tapefit.tape._variable import Variable

    bare = [x.numpy() if isinstance(x, (Tensor, Variable)) else x for x in inputs]
    builtins.print(*bare, sep=sep, end=end, file=sys.stderr if output_stream is None else output_stream)
