"""Random tensors, the same as TensorFlow's for the same global seed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import convert, like, pair, tensor_of
from tapefit.tape._operators import add, divide, multiply, subtract
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_effect
from tapefit.tape.ops._axes import ints
from tapefit.tape.ops._philox import Stream, philox, words
from tapefit.tape.ops._seeds import dtype_of_shape, next_stream
from tapefit.tape.ops._variates import normal_numbers, truncated_normal_numbers, unit_float64, unit_numbers
from tapefit.tape.ops._variates import whole_numbers as raw_numbers
from tapefit.types import as_dtype, float32

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_RESERVED = 256  # groups of words that TensorFlow reserves a number


def _drawn(
    numbers: Callable[[Stream, int, np.dtype[Any]], NDArray[Any]],
    called: str,
    shape: Any,
    dims: tuple[int, ...],
    to: np.dtype[Any],
    seed: int | None,
) -> Tensor:
    """Standard numbers of a distribution, from where the op's stream stands."""
    n = math.prod(dims)
    stream = next_stream(seed, (called, to.name, dtype_of_shape(shape)), n * _RESERVED)
    return Tensor(numbers(stream, n, to).reshape(dims))


@as_effect
def _unit(shape: Any, dims: tuple[int, ...], to: np.dtype[Any], seed: int | None) -> Tensor:
    return _drawn(unit_numbers, "uniform", shape, dims, to, seed)


@as_effect
def _standard_normal(shape: Any, dims: tuple[int, ...], to: np.dtype[Any], seed: int | None) -> Tensor:
    return _drawn(normal_numbers, "normal", shape, dims, to, seed)


@as_effect
def _standard_truncated(shape: Any, dims: tuple[int, ...], to: np.dtype[Any], seed: int | None) -> Tensor:
    return _drawn(truncated_normal_numbers, "truncated_normal", shape, dims, to, seed)


def dimensions(shape: Any, op: str) -> tuple[int, ...]:
    """The shape of random numbers as ints.

    Raises
    ------
    InvalidArgumentError
        If one is negative.
    """
    dims = ints(shape, op)
    if any(d < 0 for d in dims):
        raise InvalidArgumentError(
            f"{op} expects dimensions >= 0, got {list(dims)}; a shape has no free dimension here."
        )
    return dims


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers drawn evenly from [minval, maxval); differentiable in floating bounds.

    Parameters
    ----------
    shape
        The shape.
    minval, maxval
        Bounds; `maxval` is 1 for floating dtypes, and must be given for integers.
    dtype
        float16, float32, float64, int32 or int64.
    seed
        A seed of this op; by default the next of the global sequence.

    Raises
    ------
    ValueError
        If an integer dtype comes without `maxval`, or the range is empty.
    """
    dims, to = dimensions(shape, "uniform"), as_dtype(dtype).numpy_dtype
    if to.kind in "iu":
        return _whole(shape, dims, bounds(minval, maxval, to, "uniform"), to, seed)
    return stretched(_unit(shape, dims, to, seed), minval, maxval)


def stretched(unit: Tensor, minval: Any, maxval: Any) -> Tensor:
    """Numbers in [0, 1) moved to [minval, maxval)."""
    if maxval is None and isinstance(minval, int) and minval == 0:
        return unit
    low, high = (like(v, unit) for v in (minval, 1 if maxval is None else maxval))
    return add(multiply(unit, subtract(high, low)), low)


def bounds(minval: Any, maxval: Any, to: np.dtype[Any], op: str) -> tuple[int, int]:
    """The bounds of whole numbers, checked."""
    if maxval is None:
        raise ValueError(f"{op} needs maxval for dtype {to.name}, got None; pass the bound above the largest number.")
    low, high = int(minval), int(maxval)
    if low >= high:
        raise ValueError(f"{op} expects minval < maxval, got {low} and {high}; widen the range.")
    return low, high


def within(raw: NDArray[np.uint64], ends: tuple[int, int], to: np.dtype[Any]) -> NDArray[Any]:
    """Whole numbers from the first bound on, below the second."""
    low, high = ends
    return (raw % np.uint64(high - low) + np.uint64(low % 2**64)).astype(to)


@as_effect
def _whole(shape: Any, dims: tuple[int, ...], ends: tuple[int, int], to: np.dtype[Any], seed: int | None) -> Tensor:
    return _drawn(
        lambda stream, n, dtype: within(raw_numbers(stream, n, dtype), ends, dtype), "whole", shape, dims, to, seed
    )


def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers drawn from the normal distribution; differentiable in `mean` and `stddev`.

    Parameters
    ----------
    shape
        The shape.
    mean, stddev
        Numbers or tensors that broadcast against `shape`.
    dtype
        A floating dtype.
    seed
        A seed of this op; by default the next of the global sequence.
    """
    dims, to = dimensions(shape, "normal"), as_dtype(dtype).numpy_dtype
    return add(multiply(_standard_normal(shape, dims, to, seed), stddev), mean)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers drawn from the normal distribution within two deviations; differentiable in `mean` and `stddev`.

    Parameters
    ----------
    shape
        The shape.
    mean, stddev
        Numbers or tensors that broadcast against `shape`.
    dtype
        A floating dtype.
    seed
        A seed of this op; by default the next of the global sequence.
    """
    dims, to = dimensions(shape, "truncated_normal"), as_dtype(dtype).numpy_dtype
    return add(multiply(_standard_truncated(shape, dims, to, seed), stddev), mean)


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Numbers drawn from gamma distributions; differentiable in `alpha` and `beta`.

    Parameters
    ----------
    shape
        How many numbers to draw of each distribution.
    alpha
        The shape parameters, positive.
    beta
        The rates, which broadcast against `alpha`; 1 by default.
    dtype
        A floating dtype.
    seed
        A seed of this op; by default the next of the global sequence.

    Returns
    -------
    Tensor
        Of shape ``shape + broadcast of alpha and beta``.
    """
    dims, (a, b) = dimensions(shape, "gamma"), parameters(alpha, beta, dtype)
    drawn = _gammas(shape, dims, a, seed)
    return scaled_gammas(drawn, a, b, (*dims, *a._array.shape))


def parameters(alpha: Any, beta: Any, dtype: Any) -> tuple[Tensor, Tensor]:
    """Shape parameters and rates, of one dtype and, of the first, the shape of both."""
    from tapefit.tape.ops._array import broadcast_to

    a = convert(alpha, dtype)
    a, b = pair(a, 1 if beta is None else convert(beta, dtype), "gamma")
    return broadcast_to(a, np.broadcast_shapes(a._array.shape, b._array.shape)), b


def gammas_of(stream: Stream, a: NDArray[Any], dims: tuple[int, ...]) -> NDArray[Any]:
    """Gamma numbers of scale 1, (*dims, *a.shape); each distribution has its stretch of the stream."""
    from tapefit.tape.ops._gammas import gamma_numbers

    n = math.prod(dims)
    drawn = gamma_numbers(stream, np.repeat(a.ravel().astype(np.float64), n)).reshape(a.size, n)
    return drawn.T.reshape(*dims, *a.shape).astype(a.dtype)


@as_effect
def _gammas(shape: Any, dims: tuple[int, ...], a: Tensor, seed: int | None) -> Tensor:
    array = a._array
    length = math.prod(dims) * array.size * _RESERVED
    stream = next_stream(seed, ("gamma", array.dtype.name, dtype_of_shape(shape)), length)
    return Tensor(gammas_of(stream, array, dims))


def scaled_gammas(drawn: Tensor, a: Tensor, b: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Gamma numbers drawn for the shapes `a`, connected with them and divided by the rates."""
    from tapefit.tape.ops._array import broadcast_to
    from tapefit.tape.ops._math import maximum
    from tapefit.tape.primitives._random import random_gamma

    connected = random_gamma.record((broadcast_to(a, shape), drawn), {})
    tiny = np.finfo(connected._array.dtype).tiny
    return maximum(tiny, divide(connected, b))


def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Classes drawn by their unnormalised log-probabilities; not differentiable.

    Parameters
    ----------
    logits
        Of shape (rows, classes).
    num_samples
        How many to draw of each row.
    dtype
        int64 by default, or int32.
    seed
        A seed of this op; by default the next of the global sequence.

    Returns
    -------
    Tensor
        Of shape (rows, num_samples).
    """
    return _classes(matrix(logits), int(num_samples), as_dtype("int64" if dtype is None else dtype).name, seed)


def matrix(logits: Any) -> Tensor:
    """Log-probabilities, one row a distribution.

    Raises
    ------
    InvalidArgumentError
        If they are not a matrix, or have no class.
    """
    x = tensor_of(logits)
    if x.ndim != 2 or not x._array.shape[1]:
        raise InvalidArgumentError(
            f"logits should be a matrix (rows, classes), got shape {list(x.shape)}; for one distribution pass [logits]."
        )
    return x


@as_effect
def _classes(logits: Tensor, n: int, dtype: str, seed: int | None) -> Tensor:
    length = logits._array.shape[0] * -(-n // 4) * 8 * _RESERVED
    stream = next_stream(seed, ("categorical", logits._array.dtype.name, dtype), length)
    return Tensor(classes_of(stream, logits._array, n).astype(dtype))


def classes_of(stream: Stream, logits: NDArray[Any], n: int) -> NDArray[np.int64]:
    """`n` classes a row, from one uniform number each and the running sum of the weights."""
    u = unit_float64(philox(stream, 2 * n * len(logits))).reshape(len(logits), n)
    finite = np.isfinite(logits)
    top = np.max(logits, axis=1, keepdims=True, initial=-np.inf, where=finite)
    weights = np.where(finite, np.exp((logits - top).astype(np.float64)), 0.0)
    ends = np.cumsum(weights, axis=1)
    return np.asarray((ends[:, None, :] <= (u * ends[:, -1:])[..., None]).sum(axis=-1), np.int64)


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The slices along the first axis in random order, by Fisher and Yates; differentiable.

    Parameters
    ----------
    value
        A tensor with at least one axis.
    seed
        A seed of this op; by default the next of the global sequence.
    """
    from tapefit.tape.ops._array import gather

    x = tensor_of(value)
    return gather(x, _order(len(x), x.dtype.name, seed)) if x.ndim else x


@as_effect
def _order(n: int, dtype: str, seed: int | None) -> Tensor:
    order = list(range(n))
    numbers = words(next_stream(seed, ("shuffle", dtype), -(-(n - 1) // 4)))
    for i in range(n - 1):
        j = i + next(numbers) % (n - i)
        order[i], order[j] = order[j], order[i]
    return Tensor(np.array(order, np.int64))
