"""Assertions about ranks, shapes and dtypes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.types import DType, as_dtype, float32


def _prefix(message: str | None) -> str:
    return f"{message}: " if message else ""


def assert_rank(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless `x` has `rank` axes."""
    _check_rank(x, int(rank), tensor_of(x).ndim == int(rank), f"rank {int(rank)}", message)


def assert_rank_at_least(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless `x` has `rank` axes or more."""
    _check_rank(x, int(rank), tensor_of(x).ndim >= int(rank), f"rank at least {int(rank)}", message)


def assert_rank_in(x: Any, ranks: Iterable[Any], message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless the number of axes of `x` is one of `ranks`."""
    wanted = tuple(int(r) for r in ranks)
    _check_rank(x, 0, tensor_of(x).ndim in wanted, f"rank in {wanted}", message)


def _check_rank(x: Any, rank: int, holds: bool, wanted: str, message: str | None) -> None:
    if rank < 0:
        raise ValueError(f"{_prefix(message)}a rank is 0 or more, got {rank}; pass the number of axes.")
    if not holds:
        shape = tuple(tensor_of(x).shape)
        raise ValueError(f"{_prefix(message)}Tensor must have {wanted}. Received rank {len(shape)}, shape {shape}.")


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """The tensor itself; ValueError unless its shape is ()."""
    x = tensor_of(tensor)
    if x.ndim:
        raise ValueError(f"{_prefix(message)}Expected scalar shape, saw shape: {tuple(x.shape)}.")
    return x


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise TypeError unless the dtype is `tf_type`."""
    found, wanted = tensor_of(tensor).dtype, as_dtype(tf_type)
    if found is not wanted:
        raise TypeError(f"{_prefix(message)}tensor must be of type tf.{wanted.name}; got tf.{found.name}.")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise TypeError unless the dtype is a whole-number type."""
    found = tensor_of(x).dtype
    if not found.is_integer:
        raise TypeError(f"{_prefix(message)}Expected x to be integer type. Found: tensor of dtype tf.{found.name}.")


def assert_same_float_dtype(tensors: Iterable[Any] | None = None, dtype: Any = None) -> DType:
    """The one floating dtype of tensors; float32 where there is nothing to go by.

    Raises
    ------
    ValueError
        If they differ, or are not floating.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    for tensor in tensors or ():
        found = tensor_of(tensor).dtype
        wanted = wanted or found
        if found is not wanted:
            raise ValueError(f"Expected tensors of dtype tf.{wanted.name}, got one of tf.{found.name}; cast it.")
    if wanted is not None and not wanted.is_floating:
        raise ValueError(f"Expected floating point type, got tf.{wanted.name}; cast the tensors.")
    return wanted or float32


def is_numeric_tensor(tensor: Any) -> bool:
    """True for a tensor or variable of numbers."""
    return isinstance(tensor, (Tensor, Variable)) and tensor.dtype.numpy_dtype.kind in "iufc"


def assert_proper_iterable(values: Any) -> None:
    """Raise TypeError for what looks like a list of tensors and is none: a tensor, an array, a text."""
    if isinstance(values, (Tensor, Variable, str, bytes)) or hasattr(values, "dtype"):
        raise TypeError(f'Expected argument "values" to be a "proper" iterable. Found: {type(values)}.')
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable. Found: {type(values)}.')


def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Refuse tensors whose dimensions do not fit patterns in which letters stand for unknown lengths.

    Parameters
    ----------
    shapes
        Pairs of a tensor and a pattern, or a dict of them. A pattern is a sequence of lengths, of names (one name, one
        length, in all patterns), and of None or ``"."`` for any length; ``...`` or ``"*"`` at its start stands for any
        number of axes.
    data, summarize
        Accepted for TensorFlow's sake.
    message
        Put before the message of the error.

    Raises
    ------
    ValueError
        If one does not fit.

    Examples
    --------
    >>> import tapefit as tf
    >>> x, y = tf.zeros((3, 2)), tf.zeros(3)
    >>> tf.debugging.assert_shapes([(x, ("N", 2)), (y, ("N",))])
    """
    known: dict[str, int] = {}
    for tensor, pattern in shapes.items() if isinstance(shapes, Mapping) else shapes:
        shape = tuple(tensor_of(tensor).shape)
        wanted = _pattern(pattern, len(shape), shape, message)
        for axis, (length, symbol) in enumerate(zip(shape[len(shape) - len(wanted) :], wanted, strict=True)):
            _check_length(shape, axis + len(shape) - len(wanted), length, symbol, known, message)


def _pattern(pattern: Any, rank: int, shape: tuple[int, ...], message: str | None) -> list[Any]:
    if not hasattr(pattern, "__iter__"):
        raise ValueError(f"{_prefix(message)}a shape pattern is a sequence, got {pattern!r}; write it as a tuple.")
    symbols = list(pattern)
    if any(s is Ellipsis or s == "*" for s in symbols[1:]):
        raise ValueError(f"{_prefix(message)}... is allowed as the first entry only, got {pattern!r}.")
    open_ended = bool(symbols) and (symbols[0] is Ellipsis or symbols[0] == "*")
    symbols = symbols[1:] if open_ended else symbols
    if len(symbols) != rank and not (open_ended and len(symbols) < rank):
        least = "at least " if open_ended else ""
        raise ValueError(
            f"{_prefix(message)}Tensor must have rank {least}{len(symbols)}. Received rank {rank}, shape {shape}."
        )
    return symbols


def _check_length(
    shape: tuple[int, ...], axis: int, length: int, symbol: Any, known: dict[str, int], message: str | None
) -> None:
    if symbol is None or symbol == ".":
        return
    number = isinstance(symbol, int) or (isinstance(symbol, str) and symbol.isdigit())
    wanted = int(symbol) if number else known.setdefault(symbol, length)
    if length != wanted:
        source = "as specified" if number else f"as {symbol} was before"
        raise ValueError(
            f"{_prefix(message)}Dimension {axis} must be {wanted}, {source}. Received size {length}, shape {shape}."
        )
