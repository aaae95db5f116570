"""The public differentiable ops, each called as a user calls it, under either package."""

from __future__ import annotations

import numpy as np

from tapefit.tape.testing._domains import between, nonzero, positive, real, spaced
from tapefit.testing.conformance._row import Row, binary, row, unary
from tapefit.testing.conformance._table_rarer import RARER
from tapefit.testing.conformance._table_science import SCIENCE

_inside, _above_one = between(-0.8, 0.8), between(1.3, 3.0)


_M, _V = (2, 3), (4,)
_IDS = np.array([0, 0, 1, 2], np.int32)
_ELEMENTWISE = [
    *unary("square exp negative identity sin cos tanh sigmoid math.expm1 math.conj sinh cosh", complex=True),
    *unary("nn.sigmoid nn.tanh nn.softplus math.softplus math.log_sigmoid nn.softsign nn.silu nn.swish"),
    *unary("nn.elu nn.selu nn.gelu nn.leaky_relu nn.relu nn.relu6 sign", nonzero),
    *unary("sqrt math.log math.log1p math.rsqrt", positive, complex=True),
    *unary("abs math.reciprocal", nonzero, complex=True),
    *unary("math.reciprocal_no_nan math.sign", nonzero),
    *unary("tan", _inside, complex=True),
    *unary("asin acos atan asinh atanh", _inside),
    *unary("acosh", _above_one),
    *binary("add subtract multiply", complex=True),
    *binary("divide math.truediv math.divide_no_nan", y=nonzero, complex=True),
    *binary("math.squared_difference"),
    *binary("pow", positive, real, complex=True),
    *binary("maximum minimum", spaced(), spaced(0.25)),
    *binary("math.floormod math.mod", spaced(), between(0.99, 1.01)),
    *binary("atan2 math.multiply_no_nan math.xdivy", nonzero, nonzero),
    *binary("math.xlogy math.xlog1py", nonzero, positive),
    row("math.scalar_mul", lambda tf, a, x: tf.math.scalar_mul(a, x), (), _M),
    row("clip_by_value", lambda tf, x: tf.clip_by_value(x, -0.6, 0.6), _M),
    row("add_n", lambda tf, x, y: tf.add_n([x, y, x]), _M, _M),
    row("math.accumulate_n", lambda tf, x, y: tf.math.accumulate_n([x, y, x]), _M, _M),
    row("cast", lambda tf, x: tf.cast(tf.cast(x, tf.float64), tf.float32), _M),
    row("complex", lambda tf, x, y: tf.abs(tf.complex(x, y)), _M, _M),
    row("math.real", lambda tf, x, y: tf.math.real(tf.exp(tf.complex(x, y))), _M, _M),
    row("math.imag", lambda tf, x, y: tf.math.imag(tf.exp(tf.complex(x, y))), _M, _M),
    row("math.angle", lambda tf, x, y: tf.math.angle(tf.exp(tf.complex(x, y))), _M, _M),
    row("where", lambda tf, x, y: tf.where(x > y, x, y), (spaced(), _M), (spaced(0.25), (3,))),
    row("nn.crelu", lambda tf, x: tf.nn.crelu(x), (nonzero, _M)),
]
_REDUCTIONS = [
    *unary("reduce_sum reduce_mean norm", complex=True),
    *unary("reduce_max reduce_min math.reduce_std", spaced()),
    *unary("math.reduce_variance reduce_logsumexp math.reduce_euclidean_norm nn.l2_loss"),
    *unary("reduce_prod", nonzero),
    row("reduce_sum axis", lambda tf, x: tf.reduce_sum(x, axis=[0, 2], keepdims=True), (2, 3, 2), complex=True),
    row("reduce_mean axis", lambda tf, x: tf.reduce_mean(x, -1), _M, complex=True),
    row("reduce_max axis", lambda tf, x: tf.reduce_max(x, 1, keepdims=True), (spaced(), _M)),
    row("reduce_prod zeros", lambda tf, x: tf.reduce_prod(tf.concat([x, 0 * x[:, :1]], 1), 1), (nonzero, _M)),
    row("reduce_logsumexp axis", lambda tf, x: tf.reduce_logsumexp(x, 0), _M),
    row("norm axis", lambda tf, x: tf.norm(x, axis=1), _M),
    row("norm 1", lambda tf, x: tf.norm(x, ord=1, axis=0), (nonzero, _M)),
    row("norm 3", lambda tf, x: tf.norm(x, ord=3.0), (nonzero, _V)),
    row("cumsum", lambda tf, x: tf.cumsum(x, 1, exclusive=True, reverse=True), _M),
    row("math.cumsum", lambda tf, x: tf.math.cumsum(x, 0), _M),
    row("math.cumprod", lambda tf, x: tf.math.cumprod(x, 1), (nonzero, _M)),
    row("math.cumprod reverse", lambda tf, x: tf.math.cumprod(x, 1, exclusive=True, reverse=True), (nonzero, _M)),
    row("math.cumulative_logsumexp", lambda tf, x: tf.math.cumulative_logsumexp(x, 1), _M),
    row("math.segment_sum", lambda tf, x: tf.math.segment_sum(x, _IDS), (4, 2)),
    row("math.segment_mean", lambda tf, x: tf.math.segment_mean(x, _IDS), (4, 2)),
    row("math.unsorted_segment_sum", lambda tf, x: tf.math.unsorted_segment_sum(x, _IDS[::-1], 4), (4, 2)),
    row("math.unsorted_segment_mean", lambda tf, x: tf.math.unsorted_segment_mean(x, _IDS[::-1], 4), (4, 2)),
    row("math.unsorted_segment_sqrt_n", lambda tf, x: tf.math.unsorted_segment_sqrt_n(x, _IDS[::-1], 4), (4, 2)),
    row("nn.moments", lambda tf, x: tf.nn.moments(x, [0]), _M),
]
_ARRAYS = [
    row("transpose", lambda tf, x: tf.transpose(x, [2, 0, 1]), (2, 3, 2), complex=True),
    row("reshape", lambda tf, x: tf.reshape(x, [3, -1]), _M),
    row("squeeze", lambda tf, x: tf.squeeze(x, 1), (2, 1, 3)),
    row("expand_dims", lambda tf, x: tf.expand_dims(x, -2), _M),
    row("concat", lambda tf, x, y: tf.concat([x, y], 1), _M, (2, 1), complex=True),
    row("stack", lambda tf, x, y: tf.stack([x, y], 1), _M, _M),
    row("unstack", lambda tf, x: tf.unstack(x, axis=1), _M),
    row("split", lambda tf, x: tf.split(x, [1, 2], 1), _M),
    row("gather", lambda tf, x: tf.gather(x, [2, 0, 2], axis=1), _M),
    row("gather_nd", lambda tf, x: tf.gather_nd(x, [[0, 1], [1, 2], [0, 1]]), _M),
    row("tile", lambda tf, x: tf.tile(x, [2, 3]), _M),
    row("boolean_mask", lambda tf, x: tf.boolean_mask(x, np.array([True, False, True]), axis=1), _M),
    row("broadcast_to", lambda tf, x: tf.broadcast_to(x, [2, 2, 3]), (2, 1)),
    row("__getitem__", lambda tf, x: x[1:, ::-2, None], _M),
    row("convert_to_tensor", lambda tf, x: tf.convert_to_tensor(x) * 2, _M),
    row("fill", lambda tf, x: tf.fill([2, 2], x), ()),
    row("linspace", lambda tf, a, b: tf.linspace(a, b, 5), (), ()),
    row("identity_n", lambda tf, x, y: tf.identity_n([x, y]), _M, _V),
    row("pad", lambda tf, x: tf.pad(x, [[1, 0], [0, 2]], constant_values=2), _M),
    row("pad reflect", lambda tf, x: tf.pad(x, [[1, 1], [2, 0]], "REFLECT"), _M),
    row("pad symmetric", lambda tf, x: tf.pad(x, [[1, 1], [2, 0]], "SYMMETRIC"), _M),
    row("reverse", lambda tf, x: tf.reverse(x, [1]), _M),
    row("roll", lambda tf, x: tf.roll(x, [1, -2], [0, 1]), _M),
    row("repeat", lambda tf, x: tf.repeat(x, [1, 0, 2], axis=1), _M),
    row("sort", lambda tf, x: tf.sort(x, direction="DESCENDING"), (spaced(), _M)),
    row("slice", lambda tf, x: tf.slice(x, [0, 1], [-1, 2]), _M),
    row("meshgrid", lambda tf, x, y: tf.meshgrid(x, y), (3,), (2,)),
    row("math.top_k", lambda tf, x: tf.math.top_k(x, 2)[0], (spaced(), _M)),
    row("nn.top_k", lambda tf, x: tf.nn.top_k(x, 2)[0], (spaced(), _M)),
    row("scatter_nd", lambda tf, x: tf.scatter_nd([[1], [0], [1]], x, [3, 2]), (3, 2)),
    row("tensor_scatter_nd_add", lambda tf, x, y: tf.tensor_scatter_nd_add(x, [[1], [0], [1]], y), (3, 2), (3, 2)),
    row("tensor_scatter_nd_sub", lambda tf, x, y: tf.tensor_scatter_nd_sub(x, [[1], [0], [1]], y), (3, 2), (3, 2)),
    row("tensor_scatter_nd_update", lambda tf, x, y: tf.tensor_scatter_nd_update(x, [[2], [0]], y), (3, 2), (2, 2)),
    row("dynamic_partition", lambda tf, x: tf.dynamic_partition(x, [0, 1, 1, 0], 2), (4, 2)),
    row("dynamic_stitch", lambda tf, x, y: tf.dynamic_stitch([[2, 0], [1, 3]], [x, y]), (2, 2), (2, 2)),
]
_NETWORKS = [
    *unary("nn.softmax nn.log_softmax math.softmax math.log_softmax math.l2_normalize nn.l2_normalize"),
    row("nn.softmax axis", lambda tf, x: tf.nn.softmax(x, axis=0), _M),
    row(
        "nn.softmax_cross_entropy_with_logits",
        lambda tf, x, z: tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(z), x),
        _M,
        _M,
    ),
    row(
        "nn.sparse_softmax_cross_entropy_with_logits",
        lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits([2, 0], x),
        _M,
    ),
    row(
        "nn.sigmoid_cross_entropy_with_logits",
        lambda tf, x, z: tf.nn.sigmoid_cross_entropy_with_logits(z, x),
        (nonzero, _M),
        _M,
    ),
    row(
        "nn.weighted_cross_entropy_with_logits",
        lambda tf, x, z: tf.nn.weighted_cross_entropy_with_logits(z, x, 2.0),
        (nonzero, _M),
        _M,
    ),
    row("nn.log_poisson_loss", lambda tf, z, c: tf.nn.log_poisson_loss(z, c), _M, _M),
    row("nn.log_poisson_loss full", lambda tf, z, c: tf.nn.log_poisson_loss(z, c, True), (_above_one, _M), _M),
    row("nn.bias_add", lambda tf, x, b: tf.nn.bias_add(x, b), _M, (3,)),
    row("nn.embedding_lookup", lambda tf, x: tf.nn.embedding_lookup(x, [1, 0, 1]), _M),
    row(
        "nn.batch_normalization",
        lambda tf, x, m, v, b, s: tf.nn.batch_normalization(x, m, v, b, s, 1e-3),
        *(_M, (3,), (positive, (3,)), (3,), (3,)),
    ),
    row("nn.dropout", lambda tf, x: tf.nn.dropout(x, 0.0), _M),
    row("clip_by_norm", lambda tf, x: tf.clip_by_norm(x, 0.5), _M),
    row("clip_by_norm axes", lambda tf, x: tf.clip_by_norm(x, 0.5, axes=[1]), _M),
    row("clip_by_global_norm", lambda tf, x, y: tf.clip_by_global_norm([x, y], 0.5), _M, _V),
    row("losses.MSE", lambda tf, x, y: tf.losses.MSE(x, y), _M, _M),
    row("losses.MAE", lambda tf, x, y: tf.losses.MAE(x, y), (spaced(), _M), (spaced(0.2), _M)),
]
_PRODUCTS = [
    row("matmul", lambda tf, a, b: tf.matmul(a, b), (2, 2, 3), (3, 2), complex=True),
    row(
        "matmul transposed",
        lambda tf, a, b: tf.matmul(a, b, transpose_a=True, adjoint_b=True),
        (3, 2),
        (4, 3),
        complex=True,
    ),
    row("tensordot", lambda tf, a, b: tf.tensordot(a, b, [[0, 1], [1, 0]]), (2, 3, 2), (3, 2)),
    row("linalg.matvec", lambda tf, a, b: tf.linalg.matvec(a, b), _M, (3,)),
    row("linalg.matrix_transpose", lambda tf, a: tf.linalg.matrix_transpose(a), (2, 2, 3)),
]
ROWS: tuple[Row, ...] = (*_ELEMENTWISE, *_REDUCTIONS, *_ARRAYS, *_NETWORKS, *_PRODUCTS, *RARER, *SCIENCE)
