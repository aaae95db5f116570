"""Sparse tensors: made, made dense, multiplied, summed, differentiated."""

import numpy as np

D = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [5.0, 0.0, -2.0]])
B = np.arange(6.0).reshape(3, 2) + 1.0
I, V = np.array([[2, 0], [0, 1], [2, 2]]), np.array([5.0, 3.0, -2.0])


def _gradient(f, *arrays):
    def program(tf):
        xs = [tf.constant(a) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(tf, *xs)
        return [y, *tape.gradient(y, xs)]

    return program


def _parts(tf, x):
    return [x.indices, x.values, x.dense_shape]


def _matmul(adjoint_a=False, adjoint_b=False):
    def f(tf, v, b):
        return tf.sparse.sparse_dense_matmul(tf.SparseTensor(I, v, [3, 3]), b, adjoint_a, adjoint_b)

    return f


PROGRAMS = {
    "from_dense": lambda tf: _parts(tf, tf.sparse.from_dense(D)),
    "to_dense": _gradient(lambda tf, v: tf.sparse.to_dense(tf.sparse.reorder(tf.SparseTensor(I, v, [3, 3]))), V),
    "to_dense with another value": lambda tf: tf.sparse.to_dense(tf.sparse.from_dense(D), default_value=-1.0),
    "to_dense out of order": lambda tf: tf.sparse.to_dense(tf.SparseTensor(I, V, [3, 3])),
    "to_dense of repeated places": lambda tf: tf.sparse.to_dense(tf.SparseTensor([[0, 0], [0, 0]], [1.0, 2.0], [1, 1])),
    "to_dense outside": lambda tf: tf.sparse.to_dense(tf.SparseTensor([[0, 9]], [1.0], [1, 1])),
    "reorder": lambda tf: _parts(tf, tf.sparse.reorder(tf.SparseTensor(I, V, [3, 3]))),
    "matmul": _gradient(_matmul(), V, B),
    "matmul adjoint": _gradient(_matmul(True, True), V, np.ascontiguousarray(B.T)),
    "matmul of complex numbers": lambda tf: tf.sparse.sparse_dense_matmul(
        tf.SparseTensor(I, V * (1 + 2j), [3, 3]), B * (1 - 1j), adjoint_a=True
    ),
    "matmul of shapes that do not fit": lambda tf: tf.sparse.sparse_dense_matmul(tf.SparseTensor(I, V, [3, 3]), B.T),
    "matmul with the dense one first": lambda tf: tf.sparse.sparse_dense_matmul(B.T, tf.SparseTensor(I, V, [3, 3])),
    "reduce_sum": lambda tf: [
        tf.sparse.reduce_sum(tf.sparse.from_dense(D)),
        tf.sparse.reduce_sum(tf.sparse.from_dense(D), axis=1),
        tf.sparse.reduce_sum(tf.sparse.from_dense(D), axis=[-2], keepdims=True),
    ],
    "transpose": lambda tf: _parts(tf, tf.sparse.transpose(tf.sparse.from_dense(D))),
    "eye": lambda tf: _parts(tf, tf.sparse.eye(2, 3)),
    "map_values": lambda tf: _parts(tf, tf.sparse.map_values(tf.square, tf.sparse.from_dense(D))),
    "retain": lambda tf: _parts(tf, tf.sparse.retain(tf.sparse.from_dense(D), [True, False, True])),
    "add of two": lambda tf: _parts(
        tf, tf.sparse.add(tf.sparse.from_dense(D), tf.sparse.from_dense(np.array([[1.0, 1.0, 0.0]] * 3)))
    ),
    "add of a dense one": lambda tf: tf.sparse.add(tf.sparse.from_dense(D), D),
    "times a dense one": lambda tf: _parts(tf, tf.sparse.from_dense(D) * np.array([[1.0], [2.0], [3.0]])),
    "over a number": lambda tf: _parts(tf, tf.sparse.from_dense(D) / 2.0),
    "values for other places": lambda tf: tf.SparseTensor(I, V[:2], [3, 3]),
}
