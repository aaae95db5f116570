"""Sparse tensors: equal to dense ones in values and in derivatives, and told apart where they are not."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape.testing import check_grads

RNG = np.random.default_rng(0)
PLACES = np.array([[0, 3], [1, 0], [1, 2], [4, 3]])
VALUES, B = RNG.normal(size=4), RNG.normal(size=(4, 3))


def made(values):
    return tf.SparseTensor(PLACES, values, [5, 4])


@pytest.mark.parametrize(
    "f",
    [
        lambda v, b: tf.sparse.sparse_dense_matmul(made(v), b),
        lambda v, b: tf.sparse.sparse_dense_matmul(tf.transpose(b), made(v), adjoint_b=True),
        lambda v, b: tf.sparse.to_dense(made(v) * b[:, 0]),
        lambda v, b: tf.sparse.to_dense(made(v) / tf.exp(b[0, 0])),
        lambda v, b: tf.sparse.reduce_sum(made(v), axis=0) * b[:, 1],
        lambda v, b: tf.sparse.to_dense(tf.sparse.map_values(tf.sin, made(v))) @ b,
        lambda v, b: tf.sparse.to_dense(tf.sparse.transpose(made(v))),
        lambda v, b: tf.sparse.to_dense(tf.sparse.add(made(v), made(v * v))),
        lambda v, b: tf.sparse.from_dense(b * b).values,
    ],
)
def test_gradients_agree_with_differences(f):
    check_grads(f, [VALUES, B])


def test_a_fit_on_a_sparse_design_is_that_on_the_dense_one():
    dense = tf.sparse.to_dense(made(VALUES))
    y = tf.constant(RNG.normal(size=(5, 1)))
    found = []
    for product in (lambda w: tf.sparse.sparse_dense_matmul(made(VALUES), w), lambda w: dense @ w):
        w = tf.Variable(np.zeros((4, 1)))
        for _ in range(20):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(product(w) - y))
            w.assign_sub(0.1 * tape.gradient(loss, w))
        found.append(w.numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-13)


def test_gradients_flow_to_a_variable_that_holds_the_values():
    v = tf.Variable(VALUES)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.sparse.sparse_dense_matmul(made(v), B))
    np.testing.assert_allclose(tape.gradient(y, v).numpy(), B.sum(axis=1)[PLACES[:, 1]])


def test_a_sparse_tensor_never_becomes_an_array_of_itself():
    with pytest.raises(TypeError, match=r"tf\.sparse\.to_dense"):
        np.asarray(made(VALUES))
    with pytest.raises(TypeError, match=r"tf\.sparse\.from_dense"):
        tf.sparse.to_dense(tf.ones(3))


def test_an_empty_one_is_zeros():
    empty = tf.SparseTensor(np.zeros((0, 2)), np.zeros(0), [2, 3])
    assert tf.sparse.to_dense(empty).numpy().tolist() == [[0.0] * 3] * 2
    assert tf.sparse.sparse_dense_matmul(empty, np.ones((3, 1))).numpy().tolist() == [[0.0]] * 2
    assert float(tf.sparse.reduce_sum(empty)) == 0.0


def test_what_does_not_fit_is_told():
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not broadcast"):
        made(VALUES) * np.ones(3)
    with pytest.raises(ValueError, match="one value for each of 4 places"):
        tf.SparseTensor(PLACES, [1.0], [5, 4])
    with pytest.raises(ValueError, match="expects a SparseTensor"):
        tf.sparse.map_values(tf.sin, tf.ones(2))
