"""The public differentiable ops, each called as a user calls it, under either package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapefit.tape.testing._domains import Domain, between, nonzero, plane, positive, real, spaced

_inside, _above_one = between(-0.8, 0.8), between(1.3, 3.0)


@dataclass(frozen=True)
class Row:
    """One op: its name, a function of the package and of arguments, and where those are drawn.

    Attributes
    ----------
    name
        As in TensorFlow, without ``tf.``.
    call
        ``call(tf, *arguments)``.
    arguments
        A domain and a shape each.
    complex
        True if it is tried with complex arguments, too.
    """

    name: str
    call: Callable[..., Any]
    arguments: tuple[tuple[Domain, tuple[int, ...]], ...]
    complex: bool = False

    def draw(self, seed: int, dtype: str) -> list[np.ndarray]:
        """Arguments of a dtype."""
        rng = np.random.default_rng(seed)
        kind = np.dtype(dtype).kind
        return [(plane if kind == "c" else domain)(rng, shape).astype(dtype) for domain, shape in self.arguments]


def _op(name: str) -> Callable[..., Any]:
    """The function of that name under a package."""

    def call(tf: Any, *args: Any) -> Any:
        found = tf
        for part in name.split("."):
            found = getattr(found, part)
        return found(*args)

    return call


def _unary(names: str, domain: Domain = real, shape: tuple[int, ...] = (2, 3), **more: Any) -> list[Row]:
    return [Row(n, _op(n), ((domain, shape),), **more) for n in names.split()]


def _binary(names: str, x: Domain = real, y: Domain = real, **more: Any) -> list[Row]:
    return [Row(n, _op(n), ((x, (2, 3)), (y, (2, 1))), **more) for n in names.split()]


def _row(name: str, call: Callable[..., Any], *arguments: Any, **more: Any) -> Row:
    pairs = tuple(a if a and callable(a[0]) else (real, a) for a in arguments)
    return Row(name, call, pairs, **more)


_M, _V = (2, 3), (4,)
_IDS = np.array([0, 0, 1, 2], np.int32)
_ELEMENTWISE = [
    *_unary("square exp negative identity sin cos tanh sigmoid math.expm1 math.conj sinh cosh", complex=True),
    *_unary("nn.sigmoid nn.tanh nn.softplus math.softplus math.log_sigmoid nn.softsign nn.silu nn.swish"),
    *_unary("nn.elu nn.selu nn.gelu nn.leaky_relu nn.relu nn.relu6 sign", nonzero),
    *_unary("sqrt math.log math.log1p math.rsqrt", positive, complex=True),
    *_unary("abs math.reciprocal", nonzero, complex=True),
    *_unary("math.reciprocal_no_nan math.sign", nonzero),
    *_unary("tan", _inside, complex=True),
    *_unary("asin acos atan asinh atanh", _inside),
    *_unary("acosh", _above_one),
    *_binary("add subtract multiply", complex=True),
    *_binary("divide math.truediv math.divide_no_nan", y=nonzero, complex=True),
    *_binary("math.squared_difference"),
    *_binary("pow", positive, real, complex=True),
    *_binary("maximum minimum", spaced(), spaced(0.25)),
    *_binary("math.floormod math.mod", spaced(), between(0.99, 1.01)),
    *_binary("atan2 math.multiply_no_nan math.xdivy", nonzero, nonzero),
    *_binary("math.xlogy math.xlog1py", nonzero, positive),
    _row("math.scalar_mul", lambda tf, a, x: tf.math.scalar_mul(a, x), (), _M),
    _row("clip_by_value", lambda tf, x: tf.clip_by_value(x, -0.6, 0.6), _M),
    _row("add_n", lambda tf, x, y: tf.add_n([x, y, x]), _M, _M),
    _row("cast", lambda tf, x: tf.cast(tf.cast(x, tf.float64), tf.float32), _M),
    _row("complex", lambda tf, x, y: tf.abs(tf.complex(x, y)), _M, _M),
    _row("math.real", lambda tf, x, y: tf.math.real(tf.exp(tf.complex(x, y))), _M, _M),
    _row("math.imag", lambda tf, x, y: tf.math.imag(tf.exp(tf.complex(x, y))), _M, _M),
    _row("math.angle", lambda tf, x, y: tf.math.angle(tf.exp(tf.complex(x, y))), _M, _M),
    _row("where", lambda tf, x, y: tf.where(x > y, x, y), (spaced(), _M), (spaced(0.25), (3,))),
    _row("nn.crelu", lambda tf, x: tf.nn.crelu(x), (nonzero, _M)),
]
_REDUCTIONS = [
    *_unary("reduce_sum reduce_mean norm", complex=True),
    *_unary("reduce_max reduce_min math.reduce_std", spaced()),
    *_unary("math.reduce_variance reduce_logsumexp math.reduce_euclidean_norm nn.l2_loss"),
    *_unary("reduce_prod", nonzero),
    _row("reduce_sum axis", lambda tf, x: tf.reduce_sum(x, axis=[0, 2], keepdims=True), (2, 3, 2), complex=True),
    _row("reduce_mean axis", lambda tf, x: tf.reduce_mean(x, -1), _M, complex=True),
    _row("reduce_max axis", lambda tf, x: tf.reduce_max(x, 1, keepdims=True), (spaced(), _M)),
    _row("reduce_prod zeros", lambda tf, x: tf.reduce_prod(tf.concat([x, 0 * x[:, :1]], 1), 1), (nonzero, _M)),
    _row("reduce_logsumexp axis", lambda tf, x: tf.reduce_logsumexp(x, 0), _M),
    _row("norm axis", lambda tf, x: tf.norm(x, axis=1), _M),
    _row("norm 1", lambda tf, x: tf.norm(x, ord=1, axis=0), (nonzero, _M)),
    _row("norm 3", lambda tf, x: tf.norm(x, ord=3.0), (nonzero, _V)),
    _row("cumsum", lambda tf, x: tf.cumsum(x, 1, exclusive=True, reverse=True), _M),
    _row("math.cumsum", lambda tf, x: tf.math.cumsum(x, 0), _M),
    _row("math.cumprod", lambda tf, x: tf.math.cumprod(x, 1), (nonzero, _M)),
    _row("math.cumprod reverse", lambda tf, x: tf.math.cumprod(x, 1, exclusive=True, reverse=True), (nonzero, _M)),
    _row("math.cumulative_logsumexp", lambda tf, x: tf.math.cumulative_logsumexp(x, 1), _M),
    _row("math.segment_sum", lambda tf, x: tf.math.segment_sum(x, _IDS), (4, 2)),
    _row("math.segment_mean", lambda tf, x: tf.math.segment_mean(x, _IDS), (4, 2)),
    _row("math.unsorted_segment_sum", lambda tf, x: tf.math.unsorted_segment_sum(x, _IDS[::-1], 4), (4, 2)),
    _row("math.unsorted_segment_mean", lambda tf, x: tf.math.unsorted_segment_mean(x, _IDS[::-1], 4), (4, 2)),
    _row("math.unsorted_segment_sqrt_n", lambda tf, x: tf.math.unsorted_segment_sqrt_n(x, _IDS[::-1], 4), (4, 2)),
    _row("nn.moments", lambda tf, x: tf.nn.moments(x, [0]), _M),
]
_ARRAYS = [
    _row("transpose", lambda tf, x: tf.transpose(x, [2, 0, 1]), (2, 3, 2), complex=True),
    _row("reshape", lambda tf, x: tf.reshape(x, [3, -1]), _M),
    _row("squeeze", lambda tf, x: tf.squeeze(x, 1), (2, 1, 3)),
    _row("expand_dims", lambda tf, x: tf.expand_dims(x, -2), _M),
    _row("concat", lambda tf, x, y: tf.concat([x, y], 1), _M, (2, 1), complex=True),
    _row("stack", lambda tf, x, y: tf.stack([x, y], 1), _M, _M),
    _row("unstack", lambda tf, x: tf.unstack(x, axis=1), _M),
    _row("split", lambda tf, x: tf.split(x, [1, 2], 1), _M),
    _row("gather", lambda tf, x: tf.gather(x, [2, 0, 2], axis=1), _M),
    _row("gather_nd", lambda tf, x: tf.gather_nd(x, [[0, 1], [1, 2], [0, 1]]), _M),
    _row("tile", lambda tf, x: tf.tile(x, [2, 3]), _M),
    _row("boolean_mask", lambda tf, x: tf.boolean_mask(x, np.array([True, False, True]), axis=1), _M),
    _row("broadcast_to", lambda tf, x: tf.broadcast_to(x, [2, 2, 3]), (2, 1)),
    _row("__getitem__", lambda tf, x: x[1:, ::-2, None], _M),
    _row("convert_to_tensor", lambda tf, x: tf.convert_to_tensor(x) * 2, _M),
    _row("fill", lambda tf, x: tf.fill([2, 2], x), ()),
    _row("linspace", lambda tf, a, b: tf.linspace(a, b, 5), (), ()),
    _row("identity_n", lambda tf, x, y: tf.identity_n([x, y]), _M, _V),
    _row("pad", lambda tf, x: tf.pad(x, [[1, 0], [0, 2]], constant_values=2), _M),
    _row("pad reflect", lambda tf, x: tf.pad(x, [[1, 1], [2, 0]], "REFLECT"), _M),
    _row("pad symmetric", lambda tf, x: tf.pad(x, [[1, 1], [2, 0]], "SYMMETRIC"), _M),
    _row("reverse", lambda tf, x: tf.reverse(x, [1]), _M),
    _row("roll", lambda tf, x: tf.roll(x, [1, -2], [0, 1]), _M),
    _row("repeat", lambda tf, x: tf.repeat(x, [1, 0, 2], axis=1), _M),
    _row("sort", lambda tf, x: tf.sort(x, direction="DESCENDING"), (spaced(), _M)),
    _row("slice", lambda tf, x: tf.slice(x, [0, 1], [-1, 2]), _M),
    _row("meshgrid", lambda tf, x, y: tf.meshgrid(x, y), (3,), (2,)),
    _row("math.top_k", lambda tf, x: tf.math.top_k(x, 2)[0], (spaced(), _M)),
    _row("nn.top_k", lambda tf, x: tf.nn.top_k(x, 2)[0], (spaced(), _M)),
    _row("scatter_nd", lambda tf, x: tf.scatter_nd([[1], [0], [1]], x, [3, 2]), (3, 2)),
    _row("tensor_scatter_nd_add", lambda tf, x, y: tf.tensor_scatter_nd_add(x, [[1], [0], [1]], y), (3, 2), (3, 2)),
    _row("tensor_scatter_nd_sub", lambda tf, x, y: tf.tensor_scatter_nd_sub(x, [[1], [0], [1]], y), (3, 2), (3, 2)),
    _row("tensor_scatter_nd_update", lambda tf, x, y: tf.tensor_scatter_nd_update(x, [[2], [0]], y), (3, 2), (2, 2)),
    _row("dynamic_partition", lambda tf, x: tf.dynamic_partition(x, [0, 1, 1, 0], 2), (4, 2)),
    _row("dynamic_stitch", lambda tf, x, y: tf.dynamic_stitch([[2, 0], [1, 3]], [x, y]), (2, 2), (2, 2)),
]
_NETWORKS = [
    *_unary("nn.softmax nn.log_softmax math.softmax math.log_softmax math.l2_normalize nn.l2_normalize"),
    _row("nn.softmax axis", lambda tf, x: tf.nn.softmax(x, axis=0), _M),
    _row(
        "nn.softmax_cross_entropy_with_logits",
        lambda tf, x, z: tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(z), x),
        _M,
        _M,
    ),
    _row(
        "nn.sparse_softmax_cross_entropy_with_logits",
        lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits([2, 0], x),
        _M,
    ),
    _row(
        "nn.sigmoid_cross_entropy_with_logits",
        lambda tf, x, z: tf.nn.sigmoid_cross_entropy_with_logits(z, x),
        (nonzero, _M),
        _M,
    ),
    _row(
        "nn.weighted_cross_entropy_with_logits",
        lambda tf, x, z: tf.nn.weighted_cross_entropy_with_logits(z, x, 2.0),
        (nonzero, _M),
        _M,
    ),
    _row("nn.log_poisson_loss", lambda tf, z, c: tf.nn.log_poisson_loss(z, c), _M, _M),
    _row("nn.log_poisson_loss full", lambda tf, z, c: tf.nn.log_poisson_loss(z, c, True), (_above_one, _M), _M),
    _row("nn.bias_add", lambda tf, x, b: tf.nn.bias_add(x, b), _M, (3,)),
    _row("nn.embedding_lookup", lambda tf, x: tf.nn.embedding_lookup(x, [1, 0, 1]), _M),
    _row(
        "nn.batch_normalization",
        lambda tf, x, m, v, b, s: tf.nn.batch_normalization(x, m, v, b, s, 1e-3),
        *(_M, (3,), (positive, (3,)), (3,), (3,)),
    ),
    _row("nn.dropout", lambda tf, x: tf.nn.dropout(x, 0.0), _M),
    _row("clip_by_norm", lambda tf, x: tf.clip_by_norm(x, 0.5), _M),
    _row("clip_by_norm axes", lambda tf, x: tf.clip_by_norm(x, 0.5, axes=[1]), _M),
    _row("clip_by_global_norm", lambda tf, x, y: tf.clip_by_global_norm([x, y], 0.5), _M, _V),
    _row("losses.MSE", lambda tf, x, y: tf.losses.MSE(x, y), _M, _M),
    _row("losses.MAE", lambda tf, x, y: tf.losses.MAE(x, y), (spaced(), _M), (spaced(0.2), _M)),
]
_PRODUCTS = [
    _row("matmul", lambda tf, a, b: tf.matmul(a, b), (2, 2, 3), (3, 2), complex=True),
    _row(
        "matmul transposed",
        lambda tf, a, b: tf.matmul(a, b, transpose_a=True, adjoint_b=True),
        (3, 2),
        (4, 3),
        complex=True,
    ),
    _row("tensordot", lambda tf, a, b: tf.tensordot(a, b, [[0, 1], [1, 0]]), (2, 3, 2), (3, 2)),
    _row("linalg.matvec", lambda tf, a, b: tf.linalg.matvec(a, b), _M, (3,)),
    _row("linalg.matrix_transpose", lambda tf, a: tf.linalg.matrix_transpose(a), (2, 2, 3)),
]
ROWS: tuple[Row, ...] = (*_ELEMENTWISE, *_REDUCTIONS, *_ARRAYS, *_NETWORKS, *_PRODUCTS)
