"""Random tensors that depend on nothing but their seed, a pair of whole numbers; TensorFlow's, number by number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import tensor_of
from tapefit.tape._operators import add, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_effect
from tapefit.tape.ops import _random as stateful
from tapefit.tape.ops._philox import Stream, philox_at
from tapefit.tape.ops._variates import normal_numbers, truncated_normal_numbers, unit_numbers, whole_numbers
from tapefit.types import as_dtype, float32, int32

_SCRAMBLE = 0x3EC8F720 | (0x02461E29 << 32)


def _pair_of(seed: Any) -> tuple[int, int]:
    pair = np.asarray(seed)
    if pair.shape != (2,) or pair.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"seed must have shape [2], got {seed!r}; pass two whole numbers, such as seed=[1, 2]; ops without "
            "'stateless_' in their name take one number."
        )
    return int(pair[0]) % 2**64, int(pair[1]) % 2**64


def stream_of(seed: Any) -> Stream:
    """The stream of a pair: the pair as a counter, scrambled to a key and the upper half of another counter."""
    low, high = _pair_of(seed)
    mixed = [int(w) for w in philox_at(Stream(_SCRAMBLE, high), np.array([low], np.uint64))[0]]
    return Stream(mixed[0] | mixed[1] << 32, mixed[2] | mixed[3] << 32)


Numbers = Callable[[Stream, int, np.dtype[Any]], NDArray[Any]]


@as_effect
def _drawn(numbers: Numbers, dims: tuple[int, ...], seed: Any, to: np.dtype[Any]) -> Tensor:
    return Tensor(numbers(stream_of(seed), math.prod(dims), to).reshape(dims))


def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Numbers drawn evenly from [minval, maxval); differentiable in floating bounds.

    Parameters
    ----------
    shape
        The shape.
    seed
        Two whole numbers.
    minval, maxval
        Bounds; `maxval` is 1 for floating dtypes. For integers None for both gives every number of the dtype.
    dtype
        A floating dtype, int32, int64, uint32 or uint64.

    Raises
    ------
    ValueError
        If the seed is no pair, or the range is empty.
    """
    dims, to = stateful.dimensions(shape, "stateless_uniform"), as_dtype(dtype).numpy_dtype
    if to.kind == "f":
        return stateful.stretched(_drawn(unit_numbers, dims, seed, to), minval, maxval)
    if minval is None and maxval is None:
        return _drawn(lambda stream, n, to: whole_numbers(stream, n, to).astype(to), dims, seed, to)
    ends = stateful.bounds(minval, maxval, to, "stateless_uniform")
    return _drawn(lambda stream, n, to: stateful.within(whole_numbers(stream, n, to), ends, to), dims, seed, to)


def _placed(numbers: Numbers, called: str, kind: str) -> Callable[..., Tensor]:
    """A public op that draws standard numbers and moves them to a mean and a deviation."""

    def op(
        shape: Any,
        seed: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = float32,
        name: str | None = None,
        alg: Any = "auto_select",
    ) -> Tensor:
        standard = _drawn(numbers, stateful.dimensions(shape, called), seed, as_dtype(dtype).numpy_dtype)
        return add(multiply(standard, stddev), mean)

    op.__name__ = op.__qualname__ = called
    op.__doc__ = f"""Numbers drawn from the {kind}; differentiable in `mean` and `stddev`.

    Parameters
    ----------
    shape
        The shape.
    seed
        Two whole numbers.
    mean, stddev
        Numbers or tensors that broadcast against `shape`.
    dtype
        A floating dtype.

    Raises
    ------
    InvalidArgumentError
        If the seed is no pair.
    """
    return op


stateless_normal = _placed(normal_numbers, "stateless_normal", "normal distribution")
stateless_truncated_normal = _placed(
    truncated_normal_numbers, "stateless_truncated_normal", "normal distribution within two deviations"
)


def stateless_gamma(
    shape: Any, seed: Any, alpha: Any, beta: Any = None, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """Numbers drawn from gamma distributions; differentiable in `alpha` and `beta`.

    Parameters
    ----------
    shape
        The shape of the result; its last axes are those of `alpha` and `beta`.
    seed
        Two whole numbers.
    alpha
        The shape parameters, positive.
    beta
        The rates, which broadcast against `alpha`; 1 by default.
    dtype
        A floating dtype.

    Raises
    ------
    InvalidArgumentError
        If the seed is no pair, or `shape` does not end with that of the parameters.
    """
    from tapefit.tape.ops._array import broadcast_to

    dims, (a, b) = stateful.dimensions(shape, "stateless_gamma"), stateful.parameters(alpha, beta, dtype)
    own = a._array.shape
    padded = (1,) * (len(dims) - len(own)) + own
    if len(own) > len(dims) or any(d not in (1, n) for d, n in zip(padded, dims, strict=True)):
        raise InvalidArgumentError(
            f"shape {list(dims)} must end with the shape of the parameters, {list(own)}; add their axes to it."
        )
    a = broadcast_to(a, dims[len(dims) - len(own) :])
    return stateful.scaled_gammas(_gammas(dims[: len(dims) - len(own)], seed, a), a, b, dims)


@as_effect
def _gammas(dims: tuple[int, ...], seed: Any, a: Tensor) -> Tensor:
    return Tensor(stateful.gammas_of(stream_of(seed), a._array, dims))


def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = "int64", name: str | None = None
) -> Tensor:
    """Classes drawn by their unnormalised log-probabilities; not differentiable.

    Parameters
    ----------
    logits
        Of shape (rows, classes).
    num_samples
        How many to draw of each row.
    seed
        Two whole numbers.
    dtype
        int64 by default, or int32.
    """
    return _classes(stateful.matrix(logits), int(num_samples), seed, as_dtype(dtype).numpy_dtype)


@as_effect
def _classes(logits: Tensor, n: int, seed: Any, to: np.dtype[Any]) -> Tensor:
    return Tensor(stateful.classes_of(stream_of(seed), logits._array, n).astype(to))


def split(seed: Any, num: int = 2, alg: Any = "auto_select") -> Tensor:
    """`num` seeds from one; shape (num, 2)."""
    seed = tensor_of(seed)
    to = seed._array.dtype if seed._array.dtype.kind in "iu" else int32.numpy_dtype
    return stateless_uniform([num, 2], seed, None, None, to)


def fold_in(seed: Any, data: Any, alg: Any = "auto_select") -> Tensor:
    """A seed from another and a whole number."""
    first = np.asarray(stateless_uniform([1], seed, None, None, tensor_of(seed).dtype))
    return Tensor(np.array([first[0], np.asarray(data)]).astype(first.dtype))
