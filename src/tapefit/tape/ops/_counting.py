"""Counting and comparing: ops without a derivative."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapefit.tape._convert import convert, pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape._whole import as_step
from tapefit.tape.ops._axes import several_axes
from tapefit.types import as_dtype, int32, int64


@as_step
def count_nonzero(input: Any, axis: Any = None, keepdims: bool = False, dtype: Any = int64, name: Any = None) -> Tensor:
    """How many elements are not 0."""
    x = tensor_of(input)._array
    axes = several_axes(axis, x.ndim, "count_nonzero")
    return Tensor(np.asarray(np.count_nonzero(x, axis=axes, keepdims=keepdims), as_dtype(dtype).numpy_dtype))


@as_step
def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The share of elements that are 0."""
    x = tensor_of(value)._array
    return Tensor(np.asarray(np.mean(x == 0), np.float32))


@as_step
def bincount(
    arr: Any, weights: Any = None, minlength: int | None = None, maxlength: int | None = None, dtype: Any = int32
) -> Tensor:
    """How often each whole number occurs, or the sum of its weights."""
    x = np.asarray(arr).ravel()
    w = None if weights is None else np.asarray(weights).ravel()
    if maxlength is not None:
        kept = x < maxlength
        x, w = x[kept], None if w is None else w[kept]
    out = np.bincount(x, w, minlength or 0)
    return Tensor(out.astype(as_dtype(dtype).numpy_dtype if w is None else np.asarray(weights).dtype))


@as_step
def in_top_k(targets: Any, predictions: Any, k: int, name: str | None = None) -> Tensor:
    """Whether each row's target is among its `k` largest predictions."""
    rows, numbers = np.asarray(predictions), np.asarray(targets)
    own = np.take_along_axis(rows, numbers[:, None], 1)
    return Tensor((rows > own).sum(axis=1) < k)


@as_step
def confusion_matrix(
    labels: Any, predictions: Any, num_classes: int | None = None, weights: Any = None, dtype: Any = int32
) -> Tensor:
    """How often each label (row) was predicted as each class (column)."""
    y, p = (np.asarray(v).ravel() for v in (labels, predictions))
    n = int(max(y.max(initial=-1), p.max(initial=-1)) + 1) if num_classes is None else int(num_classes)
    out = np.zeros((n, n), as_dtype(dtype).numpy_dtype)
    np.add.at(out, (y, p), 1 if weights is None else np.asarray(weights))
    return Tensor(out)


@as_step
def approximate_equal(x: Any, y: Any, tolerance: float = 1e-5, name: str | None = None) -> Tensor:
    """Whether abs(x - y) is below a tolerance."""
    a, b = pair(x, y, "approximate_equal")
    return Tensor(np.abs(a._array - b._array) < tolerance)


class Unique(NamedTuple):
    """Distinct elements, and for each element which of them it is."""

    y: Tensor
    idx: Tensor


@as_step
def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Unique:
    """The distinct elements of a vector in order of appearance, and for each element which of them it is."""
    values, first, inverse = np.unique(np.asarray(tensor_of(x)._array), return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Unique(Tensor(values[order]), Tensor(rank[inverse].astype(as_dtype(out_idx).numpy_dtype)))


class UniqueWithCounts(NamedTuple):
    """Distinct elements, for each element which of them it is, and how often each occurs."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]  # TensorFlow's name, a tuple's method


@as_step
def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> UniqueWithCounts:
    """The distinct elements of a vector in order of appearance, which of them each is, and how often each occurs."""
    found = unique(x, out_idx)
    counts = np.bincount(found.idx._array, minlength=len(found.y._array))
    return UniqueWithCounts(found.y, found.idx, Tensor(counts.astype(as_dtype(out_idx).numpy_dtype)))


@as_step
def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: int = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """Which of `nbins` equal bins each value falls into; what lies outside is put into the outermost."""
    x = np.asarray(convert(values)._array)
    low, high = (float(v) for v in np.asarray(value_range))
    bins = np.clip(np.floor((x - low) / (high - low) * nbins), 0, nbins - 1)
    return Tensor(bins.astype(as_dtype(dtype).numpy_dtype))


@as_step
def histogram_fixed_width(
    values: Any, value_range: Any, nbins: int = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """How many values fall into each of `nbins` equal bins; what lies outside counts in the outermost."""
    bins = histogram_fixed_width_bins(values, value_range, nbins, int64)._array.ravel()
    return Tensor(np.bincount(bins, minlength=nbins).astype(as_dtype(dtype).numpy_dtype))
