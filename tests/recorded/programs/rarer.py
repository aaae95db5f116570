"""Ops that few programs use: segments, batches of gathers, blocks of space, bits, counts, slices assigned to."""

import numpy as np

X = np.array([[1.0, 5.0], [3.0, 2.0], [3.0, 7.0], [0.0, -4.0]], np.float32)
P = np.arange(24.0).reshape(2, 3, 4)
IMAGE = np.arange(16.0).reshape(1, 4, 4, 1)
ROWS = np.arange(12, dtype=np.int32).reshape(3, 4)


def _gradient(f, *arrays):
    def program(tf):
        xs = [tf.constant(a) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(tf, *xs)
        return [y, *tape.gradient(y, xs)]

    return program


def _assigned(value, *steps):
    def program(tf):
        v = tf.Variable(value)
        for step in steps:
            step(tf, v)
        return v.numpy()

    return program


def _assigned_on_tape(tf):
    v = tf.Variable([1.0, 2.0, 3.0])
    w = tf.Variable(4.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(v * v)
        v[0].assign(w * 2)
        y = y + tf.reduce_sum(v * v)
    return [y, *tape.gradient(y, [v, w])]


PROGRAMS = {
    "segment_max": _gradient(lambda tf, x: tf.math.segment_max(x, [0, 0, 2, 2]), X),
    "segment_min": _gradient(lambda tf, x: tf.math.segment_min(x, [0, 0, 2, 2]), X),
    "segment_max of ties": _gradient(lambda tf, x: tf.math.segment_max(x, [0, 0, 0, 0]), X),
    "segment_prod": _gradient(lambda tf, x: tf.math.segment_prod(x, [0, 0, 2, 2]), X),
    "segment_prod of whole numbers": lambda tf: tf.math.segment_prod([2, 3, 4], [0, 0, 1]),
    "segment_max not sorted": lambda tf: tf.math.segment_max(X, [1, 0, 2, 2]),
    "unsorted_segment_max": _gradient(lambda tf, x: tf.math.unsorted_segment_max(x, [2, -1, 2, 0], 4), X),
    "unsorted_segment_min": _gradient(lambda tf, x: tf.math.unsorted_segment_min(x, [2, -1, 2, 0], 4), X),
    "unsorted_segment_prod": _gradient(lambda tf, x: tf.math.unsorted_segment_prod(x, [2, -1, 2, 2], 4), X),
    "unsorted_segment_max of whole numbers": lambda tf: tf.math.unsorted_segment_max([1, 2, 3], [0, 0, 2], 4),
    "unsorted_segment_max by elements": lambda tf: tf.math.unsorted_segment_max(X, [[0, 1], [1, 0], [0, 1], [1, 1]], 2),
    "unsorted_segment_max outside": lambda tf: tf.math.unsorted_segment_max(X, [0, 0, 4, 0], 4),
    "unsorted_segment_prod of nothing": lambda tf: tf.math.unsorted_segment_prod(np.zeros((0, 2)), np.zeros(0, int), 2),
    "gather batch_dims": _gradient(lambda tf, x: tf.gather(x, [[0, 2], [1, 1]], batch_dims=1), P),
    "gather batch_dims, last axis": _gradient(lambda tf, x: tf.gather(x, [[0, 2], [1, 1]], axis=2, batch_dims=1), P),
    "gather batch_dims -1": lambda tf: tf.gather(P, [[0, 2], [1, 1]], axis=-1, batch_dims=-1),
    "gather batch_dims 2": lambda tf: tf.gather(P, [[0, 2, 3], [1, 1, 1]], axis=2, batch_dims=2),
    "gather with more places": lambda tf: tf.gather(P, np.arange(8).reshape(2, 2, 2) % 3, batch_dims=1),
    "gather of batches that differ": lambda tf: tf.gather(P, [[0, 2]], batch_dims=1),
    "gather outside of its batch": lambda tf: tf.gather(P, [[0, 2], [1, 5]], batch_dims=1),
    "gather_nd batch_dims": _gradient(
        lambda tf, x: tf.gather_nd(x, [[[0, 1], [2, 1]], [[1, 1], [1, 0]]], batch_dims=1), P
    ),
    "gather_nd batch_dims of slices": lambda tf: tf.gather_nd(P, [[0], [2]], batch_dims=1),
    "gather_nd outside of its batch": lambda tf: tf.gather_nd(P, [[[0, 9]], [[1, 1]]], batch_dims=1),
    "tensor_scatter_nd_max": _gradient(
        lambda tf, x, u: tf.tensor_scatter_nd_max(x, [[1], [1], [3]], u), np.arange(4.0), np.array([1.0, 1.0, 9.0])
    ),
    "tensor_scatter_nd_min": _gradient(
        lambda tf, x, u: tf.tensor_scatter_nd_min(x, [[1], [2], [3]], u), np.arange(4.0), np.array([1.0, 1.0, 9.0])
    ),
    "tensor_scatter_nd_max outside": lambda tf: tf.tensor_scatter_nd_max([1.0, 2.0], [[2]], [3.0]),
    "reverse_sequence": lambda tf: tf.reverse_sequence(ROWS, [2, 4, 0], seq_axis=1),
    "reverse_sequence, batches second": lambda tf: tf.reverse_sequence(ROWS, [2, 3, 0, 1], seq_axis=0, batch_axis=1),
    "reverse_sequence too long": lambda tf: tf.reverse_sequence(ROWS, [2, 4, 5], seq_axis=1),
    "reverse_sequence of too few": lambda tf: tf.reverse_sequence(ROWS, [2, 4], seq_axis=1),
    "bitcast": lambda tf: tf.bitcast(tf.constant([1.0, 2.0]), tf.int32),
    "bitcast to wider": lambda tf: tf.bitcast(tf.constant([1.0, 2.0]), tf.float64),
    "bitcast to narrower": lambda tf: tf.bitcast(tf.constant([1.0, 2.0]), tf.int16),
    "bitcast of a scalar": lambda tf: tf.bitcast(tf.constant(1.0), tf.int16),
    "bitcast that does not fit": lambda tf: tf.bitcast(tf.constant([1.0, 2.0, 3.0]), tf.float64),
    "bitwise": lambda tf: [
        tf.bitwise.bitwise_and([12, 10], [10, 6]),
        tf.bitwise.bitwise_or([12, 10], [10, 6]),
        tf.bitwise.bitwise_xor([12, 10], [10, 6]),
        tf.bitwise.invert([0, 5]),
        tf.bitwise.left_shift([3, 1], [2, 4]),
        tf.bitwise.right_shift([-16, 9], [2, 1]),
    ],
    "histogram_fixed_width_bins": lambda tf: tf.histogram_fixed_width_bins(
        [-1.0, 0, 1.5, 2, 5, 15], [0.0, 5.0], nbins=5
    ),
    "space_to_batch": lambda tf: tf.space_to_batch(IMAGE, [2, 2], [[0, 0], [0, 2]]),
    "batch_to_space": lambda tf: tf.batch_to_space(IMAGE.reshape(4, 2, 2, 1), [2, 2], [[0, 1], [0, 0]]),
    "space_to_depth": lambda tf: tf.nn.space_to_depth(IMAGE, 2),
    "depth_to_space": lambda tf: tf.nn.depth_to_space(IMAGE.reshape(1, 2, 2, 4), 2),
    "space_to_depth that does not fit": lambda tf: tf.nn.space_to_depth(IMAGE, 3),
    "lrn": _gradient(lambda tf, x: tf.nn.lrn(x, 1, 1.0, 0.5, 0.75), IMAGE.astype(np.float32).reshape(1, 2, 2, 4)),
    "truncatediv": lambda tf: tf.truncatediv([7, -7, 7, -7], [2, 2, -2, -2]),
    "truncatemod": lambda tf: tf.truncatemod([7, -7, 7, -7], [2, 2, -2, -2]),
    "truncatemod of floats": lambda tf: tf.truncatemod([7.5, -7.5], [2.0, 2.0]),
    "truncatediv by 0": lambda tf: tf.truncatediv([7], [0]),
    "saturate_cast": lambda tf: [
        tf.saturate_cast([-1.5, 3.7, 300.0], tf.uint8),
        tf.saturate_cast([1e20, -1e20], tf.int32),
        tf.saturate_cast([70000, -70000, 5], tf.int16),
        tf.saturate_cast(tf.constant([1e300, 1.0], tf.float64), tf.float32),
    ],
    "ensure_shape": lambda tf: tf.ensure_shape(X, [None, 2]),
    "ensure_shape of another": lambda tf: tf.ensure_shape(X, [None, 3]),
    "unravel_index": lambda tf: tf.unravel_index([2, 5, 7], [3, 3]),
    "unravel_index outside": lambda tf: tf.unravel_index([2, 9], [3, 3]),
    "broadcast_dynamic_shape": lambda tf: tf.broadcast_dynamic_shape([2, 1], [3]),
    "shape_n": lambda tf: tf.shape_n([X, P]),
    "unique_with_counts": lambda tf: list(tf.unique_with_counts([3, 1, 3, 2, 1, 3])),
    "strided_slice": lambda tf: [
        tf.strided_slice(P, [0, 1], [2, 3], [1, 1]),
        tf.strided_slice(P, [0, 0, 3], [2, 3, 0], [1, 2, -1], end_mask=4),
        tf.strided_slice(P, [1, 0], [2, 3], [1, 1], shrink_axis_mask=1),
        tf.strided_slice(P, [0, 0, 1], [0, 0, 2], [1, 1, 1], ellipsis_mask=2, begin_mask=1, end_mask=1),
    ],
    "polyval": _gradient(lambda tf, x: tf.math.polyval([2.0, -1.0, 3.0], x), np.array([0.5, -2.0], np.float32)),
    "is_non_decreasing": lambda tf: [tf.math.is_non_decreasing([1, 2, 2]), tf.math.is_non_decreasing([1.0, 0.5])],
    "is_strictly_increasing": lambda tf: [
        tf.math.is_strictly_increasing([1, 2, 2]),
        tf.math.is_strictly_increasing([1]),
    ],
    "invert_permutation": lambda tf: tf.math.invert_permutation([3, 4, 0, 2, 1]),
    "invert_permutation of duplicates": lambda tf: tf.math.invert_permutation([0, 0, 1]),
    "weighted_moments": lambda tf: tf.nn.weighted_moments(X, [0], tf.constant([[1.0], [2.0], [1.0], [0.0]])),
    "sufficient_statistics": lambda tf: list(tf.nn.sufficient_statistics(X, [0]))[:3],
    "compute_average_loss": lambda tf: tf.nn.compute_average_loss([1.0, 2.0, 6.0], sample_weight=[1.0, 0.5, 1.0]),
    "slice assigned": _assigned([1.0, 2.0, 3.0, 4.0], lambda tf, v: v[0].assign(9.0)),
    "slices assigned": _assigned(
        np.zeros((2, 3)),
        lambda tf, v: v[1].assign([1.0, 2.0, 3.0]),
        lambda tf, v: v[:, 1].assign(4.0),
        lambda tf, v: v[..., ::2].assign(v[..., ::2] + 1),
        lambda tf, v: v[None, 0, -1].assign([7.0]),
    ),
    "slice assigned another shape": _assigned(np.zeros((2, 3)), lambda tf, v: v[..., 0].assign([[1.0], [2.0]])),
    "slice assigned another dtype": _assigned(np.zeros(3), lambda tf, v: v[0].assign(tf.constant(1.0))),
    "slice outside assigned": _assigned(np.zeros(3), lambda tf, v: v[5].assign(1.0)),
    "slice of a tensor assigned": lambda tf: tf.constant([1.0])[0].assign(2.0),
    "slice of a slice assigned": _assigned(np.zeros((2, 3)), lambda tf, v: v[0][1].assign(1.0)),
    "slice assigned on a tape": _assigned_on_tape,
}
