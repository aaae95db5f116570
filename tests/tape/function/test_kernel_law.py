"""With kernels every public op replays, with its first and second derivatives, as the ops themselves, to rounding."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.testing.conformance._table import ROWS

pytest.importorskip("llvmlite")


def everything(call, xs):
    """Outputs, gradients and second derivatives of their sum of squares."""
    with tf.GradientTape() as outer:
        outer.watch(xs)
        with tf.GradientTape() as inner:
            inner.watch(xs)
            ys = [tf.convert_to_tensor(y) for y in tf.nest.flatten(call(*xs))]
            smooth = [y for y in ys if y.dtype.is_floating or y.dtype.is_complex]
        gs = inner.gradient(smooth, xs) if smooth else []
        dense = [tf.convert_to_tensor(g) for g in gs if g is not None]
        total = tf.add_n([tf.reduce_sum(tf.math.real(g * tf.math.conj(g))) for g in dense]) if dense else None
    second = [] if total is None else [g for g in outer.gradient(total, xs) if g is not None]
    return [*ys, *dense, *map(tf.convert_to_tensor, second)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_op_replays_in_kernels(row):
    def call(*xs):
        return row.call(tf, *xs)

    f = tf.function(lambda *xs: everything(call, list(xs)))
    f(*map(tf.constant, row.draw(0, "float64")))
    other = list(map(tf.constant, row.draw(1, "float64")))
    for a, b in zip(f(*other), everything(call, other), strict=True):
        assert a.dtype is b.dtype
        size = np.max(np.abs(b.numpy()), initial=1) if b.dtype.is_floating else 1
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-13 * size)
