"""One op under two packages: value, gradient, second derivative, directional derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.testing.conformance._row import Row

LIMITS = {"float32": 2e-4, "float64": 1e-9, "complex128": 1e-9}


def results(tf: Any, row: Row, dtype: str, seed: int) -> dict[str, list[Any]]:
    """What a package computes, flat lists of arrays (None where there is no gradient)."""
    values = row.draw(seed, dtype)
    rng = np.random.default_rng(seed + 1)
    xs = [tf.constant(v) for v in values]
    with tf.GradientTape() as outer:
        outer.watch(xs)
        with tf.GradientTape() as inner:
            inner.watch(xs)
            ys = [y for y in _flat(tf, row.call(tf, *xs)) if y.dtype.is_floating or y.dtype.is_complex]
        weights = [tf.constant(_weights(rng, y.numpy())) for y in ys]
        gs = inner.gradient(ys, xs, output_gradients=weights)
        dense = [None if g is None else tf.convert_to_tensor(g) for g in gs]
        scalars = [tf.reduce_sum(tf.math.real(g * tf.math.conj(g))) for g in dense if g is not None]
        total = tf.add_n(scalars) if scalars else None
    second = [None] * len(xs) if total is None else outer.gradient(total, xs)
    return {
        "value": [y.numpy() for y in ys],
        "gradient": [None if g is None else g.numpy() for g in dense],
        "second": [None if g is None else tf.convert_to_tensor(g).numpy() for g in second],
        "jvp": _jvp(tf, row, xs, seed),
    }


def _flat(tf: Any, structure: Any) -> list[Any]:
    return [tf.convert_to_tensor(t) for t in tf.nest.flatten(structure)]


def _weights(rng: np.random.Generator, y: Any) -> Any:
    size = rng.uniform(0.5, 1.5, np.shape(y))
    return (size * np.exp(1j * size)).astype(y.dtype) if np.asarray(y).dtype.kind == "c" else size.astype(y.dtype)


def _jvp(tf: Any, row: Row, xs: list[Any], seed: int) -> list[Any]:
    if xs[0].dtype.is_complex:
        return []
    rng = np.random.default_rng(seed + 2)
    tangents = [tf.constant(_weights(rng, x.numpy())) for x in xs]
    with tf.autodiff.ForwardAccumulator(xs, tangents) as forward:
        ys = [y for y in _flat(tf, row.call(tf, *xs)) if y.dtype.is_floating]
    return [None if t is None else tf.convert_to_tensor(t).numpy() for t in (forward.jvp(y) for y in ys)]


def difference(ours: list[Any], theirs: list[Any]) -> float:
    """The largest difference relative to the largest element; inf where one is missing or of another shape."""
    if len(ours) != len(theirs):
        return float("inf")
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        zero_a, zero_b = (v is None or not np.any(v) for v in (a, b))
        if zero_a and zero_b:
            continue  # None and zeros are told apart by the tests of the tape
        if a is None or b is None or np.shape(a) != np.shape(b) or a.dtype != b.dtype:
            return float("inf")
        scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
        gap = np.abs(a - b)
        worst = max(worst, float("inf") if np.isnan(gap).any() else float(np.max(gap, initial=0.0)) / scale)
    return worst
