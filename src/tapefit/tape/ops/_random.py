"""Random tensors, the same as TensorFlow's for the same global seed."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape._convert import convert, tensor_of
from tapefit.tape._operators import add, multiply
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._axes import ints
from tapefit.tape.ops._philox import normal_pairs, philox, unit_float32, unit_float64, words
from tapefit.types import as_dtype, float32

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

_SEED_WITHOUT_GLOBAL = 87654321  # TensorFlow's, for an op seed where set_seed was never called


class _Source(threading.local):
    """The global seed and where its sequence of op seeds stands."""

    def __init__(self) -> None:
        self.seed: int | None = None
        self.sequence: Random | None = None


_source = _Source()


def set_seed(seed: int) -> None:
    """Start the global sequence of random numbers anew.

    Parameters
    ----------
    seed
        A whole number.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.random.set_seed(0)
    >>> tf.random.uniform((2,))
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([0.29197514, 0.20656645], dtype=float32)>
    """
    from random import Random  # costs a twentieth of `import tapefit`

    _source.seed = int(seed)
    _source.sequence = Random(int(seed))


def seeds_of_next(seed: int | None) -> tuple[int, int]:
    """The key and the stream of the next random op, by its own seed and the global one."""
    if seed is not None:
        return _SEED_WITHOUT_GLOBAL if _source.seed is None else _source.seed, int(seed)
    if _source.seed is None or _source.sequence is None:
        return int.from_bytes(os.urandom(8), "little"), int.from_bytes(os.urandom(8), "little")
    return _source.seed, _source.sequence.randint(0, 2**31 - 1)


def _words(n: int, seed: int | None) -> NDArray[np.uint32]:
    """The 32-bit words of the next op."""
    return philox(*seeds_of_next(seed), n)


def _unit(n: int, dtype: np.dtype[Any], seed: int | None) -> NDArray[Any]:
    if dtype == np.float64:
        return unit_float64(_words(2 * n, seed))
    return unit_float32(_words(n, seed))


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers drawn evenly from [minval, maxval).

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
    dims, to = ints(shape, "uniform"), as_dtype(dtype).numpy_dtype
    n = int(np.prod(dims, dtype=np.int64))
    if to.kind in "iu":
        return _integers(dims, minval, maxval, to, seed)
    low, high = (convert(v)._array.astype(to) for v in (minval, 1.0 if maxval is None else maxval))
    return Tensor((_unit(n, to, seed).reshape(dims) * (high - low) + low).astype(to))


def _integers(dims: tuple[int, ...], minval: Any, maxval: Any, to: np.dtype[Any], seed: int | None) -> Tensor:
    if maxval is None:
        raise ValueError(
            f"uniform needs maxval for dtype {to.name}, got None; pass the bound above the largest number."
        )
    low, high = int(minval), int(maxval)
    if low >= high:
        raise ValueError(f"uniform expects minval < maxval, got {low} and {high}; widen the range.")
    n = int(np.prod(dims, dtype=np.int64))
    if to.itemsize == 8:
        pairs = _words(2 * n, seed).astype(np.uint64)
        raw = pairs[0::2] | (pairs[1::2] << np.uint64(32))
    else:
        raw = _words(n, seed).astype(np.uint64)
    return Tensor((low + (raw % np.uint64(high - low)).astype(np.int64)).astype(to).reshape(dims))


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
    dims, to = ints(shape, "normal"), as_dtype(dtype).numpy_dtype
    n = int(np.prod(dims, dtype=np.int64))
    standard = Tensor(normal_pairs(_unit(n + n % 2, to, seed))[:n].astype(to).reshape(dims))
    return add(multiply(standard, stddev), mean)


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
    if not x.ndim:
        return x
    order, numbers = list(range(len(x))), words(*seeds_of_next(seed))
    for i in range(len(order) - 1):
        j = i + next(numbers) % (len(order) - i)
        order[i], order[j] = order[j], order[i]
    return gather(x, np.array(order, np.int64))
