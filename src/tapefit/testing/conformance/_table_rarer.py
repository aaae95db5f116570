"""The ops that few programs use, each called as a user calls it, under either package."""

from __future__ import annotations

import numpy as np

from tapefit.tape.testing._domains import nonzero, positive, spaced
from tapefit.testing.conformance._row import row, unary

_M = (2, 3)
_IDS = np.array([0, 0, 1, 3, 3], np.int32)
_ANY = np.array([2, 0, 2, -1, 2], np.int32)
_AT = [[1], [0], [1]]
_PAIRS = np.array([[0, 2], [1, 1]])
_SEGMENTS = [
    row("math.segment_max", lambda tf, x: tf.math.segment_max(x, _IDS), (spaced(), (5, 2))),
    row("math.segment_min", lambda tf, x: tf.math.segment_min(x, _IDS), (spaced(), (5, 2))),
    row("math.segment_prod", lambda tf, x: tf.math.segment_prod(x, _IDS), (nonzero, (5, 2))),
    row(
        "math.unsorted_segment_max",
        lambda tf, x: tf.maximum(tf.math.unsorted_segment_max(x, _ANY, 4), -9.0),
        (spaced(), (5, 2)),
    ),
    row(
        "math.unsorted_segment_min",
        lambda tf, x: tf.minimum(tf.math.unsorted_segment_min(x, _ANY, 4), 9.0),
        (spaced(), (5, 2)),
    ),
    row("math.unsorted_segment_prod", lambda tf, x: tf.math.unsorted_segment_prod(x, _ANY, 4), (nonzero, (5, 2))),
]
_INDEXED = [
    row(
        "tensor_scatter_nd_max",
        lambda tf, x, y: tf.tensor_scatter_nd_max(x, _AT, y),
        (spaced(), (3, 2)),
        (spaced(0.25), (3, 2)),
    ),
    row(
        "tensor_scatter_nd_min",
        lambda tf, x, y: tf.tensor_scatter_nd_min(x, _AT, y),
        (spaced(), (3, 2)),
        (spaced(0.25), (3, 2)),
    ),
    row("gather batch_dims", lambda tf, x: tf.gather(x, _PAIRS, axis=2, batch_dims=1), (2, 2, 3), complex=True),
    row("gather_nd batch_dims", lambda tf, x: tf.gather_nd(x, _PAIRS[..., None], batch_dims=1), (2, 3, 2)),
    row("reverse_sequence", lambda tf, x: tf.reverse_sequence(x, [2, 0, 4], 1, 0), (3, 4, 2), complex=True),
    row("strided_slice", lambda tf, x: tf.strided_slice(x, [0, 2], [2, 0], [1, -1]), (2, 4)),
    row("ensure_shape", lambda tf, x: tf.ensure_shape(x, [2, None]), _M),
]
_SPACE = [
    row("nn.space_to_depth", lambda tf, x: tf.nn.space_to_depth(x, 2), (1, 2, 4, 2)),
    row("nn.depth_to_space", lambda tf, x: tf.nn.depth_to_space(x, 2), (2, 1, 2, 8)),
    row("space_to_batch", lambda tf, x: tf.space_to_batch(x, [2, 3], [[1, 0], [0, 2]]), (2, 3, 4, 1)),
    row("nn.space_to_batch", lambda tf, x: tf.nn.space_to_batch(x, [2], [[0, 1]]), (2, 3, 2)),
    row("batch_to_space", lambda tf, x: tf.batch_to_space(x, [2, 3], [[1, 0], [0, 2]]), (12, 2, 2, 1)),
    row("nn.local_response_normalization", lambda tf, x: tf.nn.lrn(x, 1, 1.0, 0.5, 0.75), (1, 2, 2, 4)),
    row("nn.lrn", lambda tf, x: tf.nn.lrn(x), (1, 1, 2, 3)),
]
_MOMENTS = [
    row(
        "nn.weighted_moments",
        lambda tf, x, w: tf.nn.weighted_moments(x, [0], w),
        (2, 3),
        (positive, (2, 1)),
    ),
    row("nn.sufficient_statistics", lambda tf, x: list(tf.nn.sufficient_statistics(x, [0], 0.5)[1:3]), _M),
    row(
        "nn.normalize_moments",
        lambda tf, s, q: tf.nn.normalize_moments(tf.constant(4.0, s.dtype), s, q, 0.5),
        (3,),
        (positive, (3,)),
    ),
    row("nn.compute_average_loss", lambda tf, x: tf.nn.compute_average_loss(x, global_batch_size=8), (4,)),
    row("nn.scale_regularization_loss", lambda tf, x: tf.nn.scale_regularization_loss(x), (4,)),
    row("math.polyval", lambda tf, a, b, x: tf.math.polyval([a, b, 2.0], x), (), (), _M),
    row("truncatemod", lambda tf, x: tf.truncatemod(x, tf.constant(1.0, x.dtype)), (spaced(), _M)),
    *unary("math.softsign"),
]
_RANDOM = [
    row(
        "random.stateless_normal",
        lambda tf, m, s: tf.random.stateless_normal([4, 3], [1, 2], m, s, m.dtype),
        *((3,), (3,)),
    ),
    row(
        "random.stateless_truncated_normal",
        lambda tf, m, s: tf.random.stateless_truncated_normal([4, 3], [1, 2], m, s, m.dtype),
        *((3,), (3,)),
    ),
    row(
        "random.stateless_gamma",
        lambda tf, a, b: tf.random.stateless_gamma([4, 3], [1, 2], a, b, a.dtype),
        *((positive, (3,)), (positive, (3,))),
    ),
    row("random.stateless_uniform", lambda tf, a: tf.random.stateless_uniform([4], [1, 2], a, 5.0, a.dtype), ()),
]
RARER = (*_SEGMENTS, *_INDEXED, *_SPACE, *_MOMENTS, *_RANDOM)
