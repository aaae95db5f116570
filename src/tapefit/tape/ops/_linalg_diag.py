"""Diagonals and bands of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import concat, reshape, stack
from tapefit.tape.ops._axes import ints
from tapefit.tape.ops._linalg import matrix_transpose
from tapefit.tape.ops._matrices import stacked
from tapefit.tape.ops._reduce import reduce_sum
from tapefit.tape.primitives import _linalg_parts

_ALIGN = ("LEFT_LEFT", "LEFT_RIGHT", "RIGHT_LEFT", "RIGHT_RIGHT")


def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """The conjugate transpose of the last two axes."""
    return matrix_transpose(stacked(matrix, "adjoint"), conjugate=True)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the diagonal, of shape (...) for matrices (..., n, m)."""
    return reduce_sum(_linalg_parts.diag_part.record((stacked(x, "trace"),), {"k": 0}), -1)


def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """The matrix with zeros but for the diagonal, `num_lower` diagonals below and `num_upper` above it.

    Parameters
    ----------
    input
        Of shape (..., n, m).
    num_lower, num_upper
        How many diagonals to keep; a negative number keeps all on that side.

    Raises
    ------
    InvalidArgumentError
        If there are not so many.
    """
    x = stacked(input, "band_part")
    lower, upper = (int(np.asarray(k)) for k in (num_lower, num_upper))
    for called, k, size in (("num_lower", lower, x._array.shape[-2]), ("num_upper", upper, x._array.shape[-1])):
        if k > size:
            raise InvalidArgumentError(
                f"band_part: {called} must be negative or at most {size}, the size of the matrix, got {k}; use -1 "
                "for all."
            )
    return _linalg_parts.band_part.record((x,), {"lower": lower, "upper": upper})


def _band(k: Any) -> tuple[int, int]:
    """The lowest and the highest diagonal meant."""
    offsets = ints(k, "diag")
    low, high = (offsets[0], offsets[-1])
    if low > high:
        raise InvalidArgumentError(
            f"diag: k must be a diagonal or a pair (lowest, highest), got ({low}, {high}): lower_diag_index must not "
            "be larger than upper_diag_index."
        )
    return low, high


def _length(shape: tuple[int, int], k: int) -> int:
    """How many elements the k-th diagonal has."""
    return min(shape[0] + min(k, 0), shape[1] - max(k, 0))


def _start(k: int, length: int, width: int, align: str) -> int:
    """Where in a row of `width` the elements of the k-th diagonal begin."""
    if align not in _ALIGN:
        raise InvalidArgumentError(f"diag: align must be one of {', '.join(_ALIGN)}, got {align!r}; choose one.")
    above, below = align.split("_")
    left = (k >= 0 and above == "LEFT") or (k <= 0 and below == "LEFT")
    return 0 if left else width - length


def _checked(shape: tuple[int, int], k: tuple[int, int]) -> None:
    n, m = shape
    for i in k:
        if i != 0 and not -n < i < m:
            raise InvalidArgumentError(
                f"diag: k must lie between {1 - n} and {m - 1} for matrices of shape ({n}, {m}), got {i}; it is out of "
                "bound."
            )


def diag_part(
    input: Any, name: str | None = "diag_part", k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """A diagonal of matrices, or several in rows.

    Parameters
    ----------
    input
        Of shape (..., n, m).
    k
        Which diagonal: 0 the main one, positive above it, negative below; or a pair (lowest, highest).
    padding_value
        What fills the rows of shorter diagonals.
    align
        Where the shorter diagonals above and below the main one stand in their rows: ``"RIGHT_LEFT"``,
        ``"LEFT_RIGHT"``, ``"LEFT_LEFT"`` or ``"RIGHT_RIGHT"``.

    Returns
    -------
    Tensor
        Of shape (..., length), or for several diagonals, the highest first, (..., diagonals, longest).
    """
    x = stacked(input, "diag_part")
    low, high = _band(k)
    shape: tuple[int, int] = x._array.shape[-2:]
    _checked(shape, (low, high))
    if low == high:
        return _linalg_parts.diag_part.record((x,), {"k": low})
    width = max(_length(shape, i) for i in range(low, high + 1))
    fill = like(padding_value, x)
    rows = []
    for i in range(high, low - 1, -1):
        row = _linalg_parts.diag_part.record((x,), {"k": i})
        start = _start(i, row._array.shape[-1], width, align)
        rows.append(_padded(row, start, width, fill))
    return stack(rows, axis=-2)


def _padded(row: Tensor, start: int, width: int, fill: Tensor) -> Tensor:
    """`row` from `start` on in a longer row, with `fill` at both sides."""
    *batch, length = row._array.shape
    sides = [
        Tensor(np.broadcast_to(fill._array, (*batch, n)).astype(row._array.dtype))
        for n in (start, width - start - length)
    ]
    return concat([sides[0], row, sides[1]], axis=-1) if width > length else row


def diag(
    diagonal: Any,
    name: str | None = "diag",
    k: Any = 0,
    num_rows: int = -1,
    num_cols: int = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Matrices with these diagonals.

    Parameters
    ----------
    diagonal
        Of shape (..., length); for several diagonals, in rows, (..., diagonals, longest).
    k
        Which diagonal, or a pair (lowest, highest), as for `diag_part`.
    num_rows, num_cols
        The size of the matrices; by default square, and as small as the diagonals allow.
    padding_value
        What stands elsewhere.
    align
        Where shorter diagonals stand in their rows, as for `diag_part`.

    Returns
    -------
    Tensor
        Of shape (..., rows, columns).
    """
    d = tensor_of(diagonal)
    band = _band(k)
    if d._array.ndim < (1 if band[0] == band[1] else 2):
        raise InvalidArgumentError(
            f"diag expects diagonals of at least one dimension (two for several), got shape {d._array.shape}."
        )
    shape = _matrix_shape(d._array.shape[-1], band, int(num_rows), int(num_cols))
    _checked(shape, band)
    whole = _placed(d, band, shape, align)
    if not np.any(np.asarray(padding_value)):
        return whole
    return _where(_inside(shape, band), whole, like(padding_value, d))


def _matrix_shape(width: int, band: tuple[int, int], rows: int, columns: int) -> tuple[int, int]:
    """The size asked for, completed."""
    least = width - min(band[1], 0), width + max(band[0], 0)
    if rows == columns == -1:
        return (max(least),) * 2
    shape = least[0] if rows == -1 else rows, least[1] if columns == -1 else columns
    for called, asked, needed in (("rows", shape[0], least[0]), ("columns", shape[1], least[1])):
        if asked < needed:
            raise InvalidArgumentError(f"diag: The number of {called} is too small: {needed} are needed, got {asked}.")
    if shape[0] != least[0] and shape[1] != least[1]:
        raise InvalidArgumentError(
            f"diag: diagonals of length {width} do not fit a matrix of shape {shape}; either {least[0]} rows or "
            f"{least[1]} columns are needed."
        )
    return shape


def _placed(d: Tensor, band: tuple[int, int], shape: tuple[int, int], align: str) -> Tensor:
    """Zero matrices with the diagonals in their places."""
    low, high = band
    if low == high:
        return _linalg_parts.diag.record((d,), {"k": low, "shape": shape})
    width = d._array.shape[-1]
    total: Any = None
    for row, i in enumerate(range(high, low - 1, -1)):
        length = _length(shape, i)
        start = _start(i, length, width, align)
        part = p.getitem.record((d,), {"key": (Ellipsis, row, slice(start, start + length))})
        placed = _linalg_parts.diag.record((part,), {"k": i, "shape": shape})
        total = placed if total is None else p.add.record((total, placed), {})
    return total  # type: ignore[no-any-return]


def _inside(shape: tuple[int, int], band: tuple[int, int]) -> Tensor:
    above = np.arange(shape[1]) - np.arange(shape[0])[:, None]
    return Tensor((above >= band[0]) & (above <= band[1]))


def _where(condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return p.where.record((condition, x, y), {})


def set_diag(input: Any, diagonal: Any, name: str | None = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT") -> Tensor:
    """`input` with other diagonals.

    Parameters
    ----------
    input
        Of shape (..., n, m).
    diagonal
        The new diagonal, of shape (..., length), or several in rows, as `diag_part` gives them.
    k, align
        As for `diag_part`.

    Raises
    ------
    InvalidArgumentError
        If the diagonals do not have the shape that `diag_part` gives.
    """
    x, d = pair(input, diagonal, "set_diag")
    x, band = stacked(x, "set_diag"), _band(k)
    shape: tuple[int, int] = x._array.shape[-2:]
    _checked(shape, band)
    width = max(_length(shape, i) for i in range(band[0], band[1] + 1))
    rows = () if band[0] == band[1] else (band[1] - band[0] + 1,)
    wanted = (*x._array.shape[:-2], *rows, width)
    if d._array.shape != wanted:
        raise InvalidArgumentError(
            f"set_diag: the diagonals of matrices of shape {x._array.shape} have shape {wanted}, got "
            f"{d._array.shape}; reshape or broadcast them."
        )
    return _where(_inside(shape, band), _placed(d, band, shape, align), x)


def tensor_diag(diagonal: Any, name: str | None = None) -> Tensor:
    """The tensor of twice the dimensions whose elements at equal indices are `diagonal`, and 0 elsewhere."""
    d = tensor_of(diagonal)
    shape = d._array.shape
    if not shape:
        raise InvalidArgumentError("tensor_diag: Input must be at least rank 1, got 0; use tf.reshape(x, [1]).")
    flat = reshape(d, [-1])
    n = d._array.size
    return reshape(_linalg_parts.diag.record((flat,), {"k": 0, "shape": (n, n)}), [*shape, *shape])


def tensor_diag_part(input: Any, name: str | None = None) -> Tensor:
    """The elements at equal indices of a tensor whose second half of dimensions repeats the first."""
    x = tensor_of(input)
    shape = x._array.shape
    half = len(shape) // 2
    if len(shape) % 2 or shape[:half] != shape[half:]:
        raise InvalidArgumentError(
            f"tensor_diag_part expects an even number of dimensions whose second half repeats the first, got {shape}."
        )
    if not shape:
        return x
    n = int(np.prod(shape[:half]))
    return reshape(_linalg_parts.diag_part.record((reshape(x, [n, n]),), {"k": 0}), list(shape[:half]))
