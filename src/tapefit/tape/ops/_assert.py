"""Assertions about values: they return None where they hold, and otherwise say which elements do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_check

_SHOWN = 3  # elements of each tensor that a message shows
Compare = Callable[[Any, Any], Any]

_DOC = """Refuse values unless ``x {sign} y`` for every pair of elements that broadcasting makes.

    Parameters
    ----------
    x, y
        Tensors of one dtype that broadcast; a number or array takes the other's dtype.
    message
        Put before the message of the error.
    summarize
        How many elements of each tensor the message shows; 3 by default.

    Raises
    ------
    InvalidArgumentError
        If a pair does not satisfy it; the message names the first ones.
    """

_SIGN_DOC = """Refuse values unless every element is {sign} 0.

    Parameters
    ----------
    x
        A tensor of numbers.
    message
        Put before the message of the error.
    summarize
        How many elements the message shows; 3 by default.

    Raises
    ------
    InvalidArgumentError
        If an element is not; the message names the first ones.
    """


def _comparison(name: str, sign: str, holds: Compare) -> Callable[..., None]:
    def check(x: Any, y: Any, message: str | None = None, summarize: int | None = None, name: Any = None) -> None:
        a, b = (t._array for t in pair(x, y, check.__name__))
        try:
            wrong = ~np.asarray(holds(a, b))
        except ValueError as error:
            raise InvalidArgumentError(f"{check.__name__} cannot compare shapes {a.shape} and {b.shape}.") from error
        if wrong.any():
            raise InvalidArgumentError(_told(message, f"x {sign} y", wrong, (a, b), summarize))

    check.__name__ = check.__qualname__ = name
    check.__doc__ = _DOC.format(sign=sign)
    return as_check(check)


def _sign(name: str, sign: str, holds: Callable[[Any], Any]) -> Callable[..., None]:
    def check(x: Any, message: str | None = None, summarize: int | None = None, name: Any = None) -> None:
        array = tensor_of(x)._array
        wrong = ~np.asarray(holds(array))
        if wrong.any():
            raise InvalidArgumentError(_told(message, f"x {sign} 0", wrong, (array,), summarize))

    check.__name__ = check.__qualname__ = name
    check.__doc__ = _SIGN_DOC.format(sign=sign)
    return as_check(check)


def _told(
    message: str | None, condition: str, wrong: NDArray[np.bool_], arrays: tuple[Any, ...], summarize: int | None
) -> str:
    """The sentence of a condition that does not hold."""
    n = _SHOWN if summarize is None else summarize
    places = [tuple(int(i) for i in place) for place in np.argwhere(wrong)[:n]]
    shown = "; ".join(
        f"{name} = {', '.join(str(np.broadcast_to(a, wrong.shape)[place]) for place in places)}"
        for name, a in zip("xy", arrays, strict=False)
    )
    count = int(wrong.sum())
    told = f"the condition {condition} does not hold for {count} of {wrong.size} elements, first at "
    told += f"{', '.join(str(list(p)) for p in places)}, where {shown}."
    return f"{message}: {told}" if message else told[0].upper() + told[1:]


assert_equal = _comparison("assert_equal", "==", np.equal)
assert_none_equal = _comparison("assert_none_equal", "!=", np.not_equal)
assert_less = _comparison("assert_less", "<", np.less)
assert_less_equal = _comparison("assert_less_equal", "<=", np.less_equal)
assert_greater = _comparison("assert_greater", ">", np.greater)
assert_greater_equal = _comparison("assert_greater_equal", ">=", np.greater_equal)
assert_positive = _sign("assert_positive", ">", lambda a: a > 0)
assert_negative = _sign("assert_negative", "<", lambda a: a < 0)
assert_non_negative = _sign("assert_non_negative", ">=", lambda a: a >= 0)
assert_non_positive = _sign("assert_non_positive", "<=", lambda a: a <= 0)


@as_check
def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Refuse values unless ``abs(x - y) <= atol + rtol * abs(y)`` for every pair of elements.

    Parameters
    ----------
    x, y
        Floating tensors of one dtype that broadcast.
    rtol, atol
        Tolerances; by default ten times the distance from 1 to the next number of the dtype.
    message, summarize
        As for `assert_equal`.

    Raises
    ------
    InvalidArgumentError
        If a pair does not satisfy it; the message names the first ones.
    ValueError
        If the dtype is not floating.
    """
    a, b = (t._array for t in pair(x, y, "assert_near"))
    if a.dtype.kind not in "fc":
        raise ValueError(f"assert_near compares floating numbers, got dtype {a.dtype}; use assert_equal.")
    default = 10 * np.finfo(a.dtype).eps
    r, t = (default if v is None else float(v) for v in (rtol, atol))
    wrong = ~np.asarray(np.abs(a - b) <= t + r * np.abs(b))
    if wrong.any():
        condition = f"abs(x - y) <= {t:.3g} + {r:.3g} * abs(y)"
        raise InvalidArgumentError(_told(message, condition, wrong, (a, b), summarize))


def assert_all_finite(x: Any, message: str, name: str | None = None) -> Tensor:
    """The tensor itself, unless an element is infinite or NaN.

    Raises
    ------
    InvalidArgumentError
        If one is.
    """
    tensor = tensor_of(x)
    _must_be_finite(tensor, message)
    return tensor


@as_check
def _must_be_finite(tensor: Tensor, message: str) -> None:
    array = tensor._array
    if not np.all(np.isfinite(array)):
        found = [what for what, test in (("NaN", np.isnan), ("Inf", np.isinf)) if test(array).any()]
        raise InvalidArgumentError(f"{message}: Tensor had {' and '.join(found)} values.")


@as_check
def Assert(condition: Any, data: Any, summarize: int | None = None, name: str | None = None) -> None:
    """Refuse to go on unless a condition holds.

    Parameters
    ----------
    condition
        A Boolean scalar.
    data
        Tensors and texts that the message shows.
    summarize
        How many elements of each tensor it shows; 3 by default.

    Raises
    ------
    InvalidArgumentError
        If it does not hold.
    """
    if not condition:
        n = _SHOWN if summarize is None else summarize
        raise InvalidArgumentError(f"Expected a condition to be true; data: {'; '.join(_short(d, n) for d in data)}.")


def _short(x: Any, n: int) -> str:
    if isinstance(x, str):
        return x
    flat = np.ravel(tensor_of(x)._array)
    return ", ".join(str(v) for v in flat[:n]) + (", ..." if len(flat) > n else "")
