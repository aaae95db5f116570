"""Blocks of space moved to the depth or the batch of a tensor and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape._convert import tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._arrange import pad, slice_of
from tapefit.tape.ops._array import reshape, transpose
from tapefit.tape.ops._axes import ints


def _channels_last(x: Tensor, data_format: str, op: str) -> tuple[Tensor, bool]:
    """The tensor as (batch, height, width, depth), and whether its depth was the second axis."""
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError(f"{op} expects data_format 'NHWC' or 'NCHW', got {data_format!r}; use one of them.")
    if x.ndim != 4:
        raise ValueError(f"{op} expects a tensor of 4 dimensions, got {x.ndim}; add axes of length 1.")
    turned = data_format == "NCHW"
    return (transpose(x, [0, 2, 3, 1]) if turned else x), turned


def space_to_depth(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Tensor:
    """Each block of height and width as one place of greater depth.

    Parameters
    ----------
    input
        Of shape (batch, height, width, depth), or with the depth second for ``"NCHW"``.
    block_size
        The side of a block, which divides height and width.

    Returns
    -------
    Tensor
        (batch, height / block, width / block, depth * block**2).
    """
    x, turned = _channels_last(tensor_of(input), data_format, "space_to_depth")
    n, h, w, c = x._array.shape
    b = int(block_size)
    if b < 1 or h % b or w % b:
        raise InvalidArgumentError(f"Image width {w} and height {h} should be divisible by block_size: {b}.")
    apart = transpose(reshape(x, [n, h // b, b, w // b, b, c]), [0, 1, 3, 2, 4, 5])
    deep = reshape(apart, [n, h // b, w // b, b * b * c])
    return transpose(deep, [0, 3, 1, 2]) if turned else deep


def depth_to_space(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Tensor:
    """Each place of great depth as a block of height and width: the inverse of `space_to_depth`.

    Parameters
    ----------
    input
        Of shape (batch, height, width, depth), or with the depth second for ``"NCHW"``.
    block_size
        The side of a block, whose square divides the depth.

    Returns
    -------
    Tensor
        (batch, height * block, width * block, depth / block**2).
    """
    x, turned = _channels_last(tensor_of(input), data_format, "depth_to_space")
    n, h, w, c = x._array.shape
    b = int(block_size)
    if b < 1 or c % (b * b):
        raise InvalidArgumentError(f"The depth {c} should be divisible by the square of block_size: {b * b}.")
    apart = transpose(reshape(x, [n, h, w, b, b, c // (b * b)]), [0, 1, 3, 2, 4, 5])
    wide = reshape(apart, [n, h * b, w * b, c // (b * b)])
    return transpose(wide, [0, 3, 1, 2]) if turned else wide


def _pairs(widths: Any, n: int, op: str) -> Any:
    pairs = np.asarray(widths).reshape(-1, 2).astype(int)
    if len(pairs) != n:
        raise InvalidArgumentError(f"{op} expects {n} pairs, one an axis of the block, got {len(pairs)}.")
    return pairs


def space_to_batch(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """The places of each block as batches of their own.

    Parameters
    ----------
    input
        Of shape (batch, *space, ...).
    block_shape
        The size of a block along each axis of space.
    paddings
        Zeros added (before, after) each axis of space, so that the block divides it.

    Returns
    -------
    Tensor
        (batch * product of the block, *(space / block), ...).
    """
    x = tensor_of(input)
    block = ints(block_shape, "space_to_batch")
    m = len(block)
    widths = _pairs(paddings, m, "space_to_batch")
    x = pad(x, [(0, 0), *widths.tolist(), *[(0, 0)] * (x.ndim - 1 - m)])
    n, *sizes = x._array.shape
    space, rest = sizes[:m], sizes[m:]
    if any(s % b for s, b in zip(space, block, strict=True)):
        raise InvalidArgumentError(f"space_to_batch: padded axes {space} are not divisible by the block {list(block)}.")
    cut = [d for s, b in zip(space, block, strict=True) for d in (s // b, b)]
    own = range(2, 2 * m + 1, 2)
    apart = transpose(
        reshape(x, [n, *cut, *rest]), [*own, 0, *range(1, 2 * m, 2), *range(2 * m + 1, 2 * m + 1 + len(rest))]
    )
    return reshape(apart, [n * math.prod(block), *cut[::2], *rest])


def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """Batches put together to blocks of space: the inverse of `space_to_batch`.

    Parameters
    ----------
    input
        Of shape (batch, *space, ...); the product of the block divides the batch.
    block_shape
        The size of a block along each axis of space.
    crops
        How much to cut off (before, after) each axis of space afterwards.

    Returns
    -------
    Tensor
        (batch / product of the block, *(space * block - crops), ...).
    """
    x = tensor_of(input)
    block = ints(block_shape, "batch_to_space")
    m = len(block)
    n, *sizes = x._array.shape
    space, rest = sizes[:m], sizes[m:]
    if n % math.prod(block):
        raise InvalidArgumentError(f"batch_to_space: the batch {n} is not divisible by the block's {math.prod(block)}.")
    n //= math.prod(block)
    apart = reshape(x, [*block, n, *space, *rest])
    order = [m, *(i for k in range(m) for i in (m + 1 + k, k)), *range(2 * m + 1, 2 * m + 1 + len(rest))]
    whole = [s * b for s, b in zip(space, block, strict=True)]
    together = reshape(transpose(apart, order), [n, *whole, *rest])
    cuts = _pairs(crops, m, "batch_to_space")
    left = [w - int(a) - int(b) for w, (a, b) in zip(whole, cuts, strict=True)]
    return slice_of(together, [0, *cuts[:, 0].tolist(), *[0] * len(rest)], [n, *left, *rest])
