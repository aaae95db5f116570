"""Branches: one of several functions is called, and tapes record what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tapefit.errors import InvalidArgumentError
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable

Branch = Callable[[], Any]


def _must_be_callable(function: Any, what: str) -> None:
    if not callable(function):
        raise TypeError(f"{what!r} must be callable, got {function!r}; pass a function.")


def cond(pred: Any, true_fn: Branch, false_fn: Branch, name: str | None = None) -> Any:
    """What `true_fn` returns if `pred` holds, else what `false_fn` returns; the other is not called.

    Parameters
    ----------
    pred
        A Boolean scalar.
    true_fn, false_fn
        Functions without arguments.

    Raises
    ------
    TypeError
        If one of them is no function.
    ValueError
        If `pred` has several elements.

    Examples
    --------
    >>> import tapefit as tf
    >>> x = tf.Variable(-3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.cond(x > 0, lambda: x, lambda: x * x)
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=-6.0>
    """
    _must_be_callable(true_fn, "true_fn")
    _must_be_callable(false_fn, "false_fn")
    return true_fn() if pred else false_fn()


def case(
    pred_fn_pairs: Sequence[tuple[Any, Branch]],
    default: Branch | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function beside the first true condition returns.

    Parameters
    ----------
    pred_fn_pairs
        Pairs of a Boolean scalar and a function without arguments.
    default
        Called where no condition holds.
    exclusive
        Refuse conditions that hold together.

    Raises
    ------
    TypeError
        If an entry is no pair with a function.
    ValueError
        If there are no pairs.
    InvalidArgumentError
        If no condition holds and there is no default; or, with `exclusive`, if several hold.
    """
    pairs = list(pred_fn_pairs)
    if not pairs:
        raise ValueError("case expects at least one pair of a condition and a function, got none; pass one.")
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a pair (condition, function), got {pair!r}.")
        _must_be_callable(pair[1], "function")
    true = [function for condition, function in pairs if condition]
    if exclusive and len(true) > 1:
        raise InvalidArgumentError(
            f"case: {len(true)} conditions hold but exclusive=True; make them exclude each other."
        )
    if true:
        return true[0]()
    if default is None:
        raise InvalidArgumentError("case: none of the conditions holds and there is no default; pass one.")
    _must_be_callable(default, "default")
    return default()


def switch_case(
    branch_index: Any,
    branch_fns: Sequence[Branch] | Sequence[tuple[int, Branch]] | Mapping[int, Branch],
    default: Branch | None = None,
    name: str = "switch_case",
) -> Any:
    """What the function numbered `branch_index` returns.

    Parameters
    ----------
    branch_index
        An integer scalar tensor.
    branch_fns
        Functions without arguments, in order from 0; or pairs of a number and a function; or a dict.
    default
        Called where there is no such number; by default the last function.

    Raises
    ------
    TypeError
        If `branch_index` is no integer tensor.
    ValueError
        If there is no function, or the numbers are not 0, 1, 2, ...
    """
    if not isinstance(branch_index, (Tensor, Variable)):
        raise TypeError(f"'branch_index' must be a tensor, got {branch_index!r}; wrap it in tf.constant.")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"'branch_index' must be an integer tensor, got {branch_index.dtype.name}; cast it.")
    branches = _numbered(branch_fns)
    if not branches:
        raise ValueError("Must provide at least one item in 'branch_fns', got none; pass a function.")
    if sorted(branches) != list(range(len(branches))):
        raise ValueError(f"Branch numbers must be 0 to {len(branches) - 1}, got {sorted(branches)}; number them anew.")
    for function in branches.values():
        _must_be_callable(function, "branch_fns")
    return branches.get(int(branch_index), default or branches[len(branches) - 1])()


def _numbered(branch_fns: Any) -> dict[int, Branch]:
    if isinstance(branch_fns, Mapping):
        return dict(branch_fns)
    if branch_fns and isinstance(branch_fns[0], (tuple, list)):
        return {int(number): function for number, function in branch_fns}
    return dict(enumerate(branch_fns))
