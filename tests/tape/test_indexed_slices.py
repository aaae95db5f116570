"""The gradient of a gather is slices (contract A3), and they behave as the dense tensor."""

import numpy as np
import pytest

import tapefit as tf

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def gradient_of(f, w, **options):
    with tf.GradientTape(**options) as tape:
        tape.watch(w)
        y = f(w)
    return tape.gradient(y, w)


def check(g, values, indices, shape=(3, 2)):
    assert isinstance(g, tf.IndexedSlices)
    assert g.values.numpy().tolist() == values
    assert g.indices.numpy().tolist() == indices
    assert g.dense_shape.numpy().tolist() == list(shape)
    assert (g.shape, g.dtype) == (shape, g.values.dtype)


@pytest.mark.parametrize("make", [tf.Variable, tf.constant])
@pytest.mark.parametrize("gather", [tf.gather, tf.nn.embedding_lookup])
def test_a_gather_along_the_first_axis_gives_slices_and_merges_no_duplicates(make, gather):
    check(gradient_of(lambda w: gather(w, [0, 2, 0]) * 2.0, make(ROWS)), [[2.0, 2.0]] * 3, [0, 2, 0])


def test_two_gathers_are_joined():
    g = gradient_of(lambda w: tf.gather(w, [0, 2, 0]) * tf.gather(w, [1, 1, 1]), tf.Variable(ROWS))
    check(g, [[3.0, 4.0]] * 3 + [[1.0, 2.0], [5.0, 6.0], [1.0, 2.0]], [0, 2, 0, 1, 1, 1])
    assert tf.convert_to_tensor(g).numpy().tolist() == [[6.0, 8.0], [7.0, 10.0], [3.0, 4.0]]


def test_indices_of_any_shape_are_laid_flat():
    check(gradient_of(lambda w: tf.gather(w, [[0, 2], [1, 0]]), tf.Variable(ROWS)), [[1.0, 1.0]] * 4, [0, 2, 1, 0])
    check(gradient_of(lambda w: tf.gather(w, 1), tf.Variable(ROWS)), [[1.0, 1.0]], [1])
    check(gradient_of(lambda w: tf.gather(w, [0, 0]), tf.Variable([1.0, 2.0])), [1.0, 1.0], [0, 0], (2,))


@pytest.mark.parametrize(
    "f",
    [
        lambda w: tf.reduce_sum(tf.gather(w, [0, 2, 0]) * 2.0) + tf.reduce_sum(w),
        lambda w: tf.gather(w, [0, 1], axis=1),
        lambda w: tf.gather(w * 1.0, [0]),
        lambda w: w[0],
        lambda w: [tf.gather(w, [0]), w],
        lambda w: tf.boolean_mask(w, [True, False, True]),
    ],
)
def test_what_is_used_otherwise_too_is_dense(f):
    assert isinstance(gradient_of(f, tf.Variable(ROWS)), tf.Tensor)


def test_a_gather_beside_a_dense_use_adds_up():
    g = gradient_of(lambda w: tf.reduce_sum(tf.gather(w, [0, 2, 0]) * 2.0) + tf.reduce_sum(w), tf.Variable(ROWS))
    assert g.numpy().tolist() == [[5.0, 5.0], [1.0, 1.0], [3.0, 3.0]]


def test_one_source_may_be_dense_and_another_slices():
    table, w = tf.Variable(ROWS), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.gather(table, [1, 1]) * w
    dense, slices = tape.gradient(y, {"a": w, "b": table}).values()
    assert dense.numpy().tolist() == [6.0, 8.0]
    check(slices, [[1.0, 2.0]] * 2, [1, 1])


def test_a_gather_that_the_target_does_not_depend_on_gives_none_or_zeros():
    w = tf.Variable(ROWS)
    with tf.GradientTape(persistent=True) as tape:
        tf.gather(w, [0])
        y = tf.Variable(1.0) * 2.0
    assert tape.gradient(y, w) is None
    assert tape.gradient(y, w, unconnected_gradients="zero").numpy().tolist() == [[0.0, 0.0]] * 3


@pytest.fixture
def slices():
    return gradient_of(lambda w: tf.gather(w, [0, 2, 0]) * 2.0, tf.Variable(ROWS))


DENSE = np.array([[4.0, 4.0], [0.0, 0.0], [2.0, 2.0]], np.float32)


@pytest.mark.parametrize(
    "f",
    [
        lambda g: 0.1 * g,
        lambda g: g * 2,
        lambda g: g + g,
        lambda g: 1.0 - g,
        lambda g: -g,
        lambda g: g / 2.0,
        lambda g: g**2,
        lambda g: np.float32(3.0) * g,
        lambda g: np.ones((3, 2), np.float32) + g,
        lambda g: g[0],
        lambda g: g > 1.0,
        lambda g: abs(g),
    ],
)
def test_arithmetic_is_that_of_the_dense_tensor(f, slices):
    np.testing.assert_array_equal(np.asarray(f(slices)), f(DENSE))


def test_ops_numpy_and_variables_take_it(slices):
    assert slices.numpy().tolist() == np.asarray(slices).tolist() == DENSE.tolist()
    assert float(tf.norm(slices)) == pytest.approx(np.linalg.norm(DENSE))
    assert np.exp(slices).tolist() == np.exp(DENSE).tolist()
    w = tf.Variable(ROWS)
    w.assign_sub(slices)
    w.assign_sub(0.5 * slices)
    assert w.numpy().tolist() == (np.array(ROWS) - 1.5 * DENSE).tolist()
    assert [row.numpy().tolist() for row in slices] == DENSE.tolist()
    assert len(slices) == 3
    assert tf.is_tensor(slices)


def test_an_optimizer_takes_it(slices):
    w = tf.Variable(ROWS)
    tf.optimizers.SGD(0.1).apply_gradients([(slices, w)])
    np.testing.assert_allclose(w.numpy(), np.array(ROWS) - 0.1 * DENSE, rtol=1e-6)


def test_clipping_by_the_global_norm_takes_it(slices):
    (clipped,), norm = tf.clip_by_global_norm([slices], 3.0)
    assert float(norm) == pytest.approx(np.linalg.norm(DENSE), rel=1e-6)
    assert float(tf.norm(clipped)) == pytest.approx(3.0, rel=1e-6)


def test_without_a_dense_shape_it_stays_slices():
    g = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0]))
    assert g.dense_shape is None
    with pytest.raises(ValueError, match="dense_shape"):
        tf.convert_to_tensor(g)
    with pytest.raises(TypeError, match="unhashable"):
        hash(g)
    assert repr(g).startswith("IndexedSlices(indices=<tf.Tensor: shape=(1,), dtype=int32")


def test_jacobians_are_dense():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.gather(w, [0, 0, 1])
    assert tape.jacobian(y, w).numpy().tolist() == [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def test_second_derivatives_go_through_slices_in_every_way():
    w, wanted = tf.Variable([1.0, 2.0, 3.0]), [12.0, 0.0, 18.0]

    def first():
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(w, [0, 2, 0]) ** 3)
        return tape.gradient(y, w)

    with tf.GradientTape(persistent=True) as outer:
        g = first()
        dense = g * 1.0
    assert isinstance(g, tf.IndexedSlices)
    assert tf.convert_to_tensor(outer.gradient(g, w)).numpy().tolist() == wanted
    assert outer.gradient(dense, w).numpy().tolist() == wanted
    assert outer.jacobian(g, w).numpy().tolist() == np.diag(wanted).tolist()
    weighted = outer.gradient(g, w, output_gradients=tf.constant([1.0, 10.0, 100.0]))
    assert weighted.numpy().tolist() == [12.0, 0.0, 1800.0]
    with tf.autodiff.ForwardAccumulator(w, tf.constant([1.0, 1.0, 2.0])) as acc:
        g = first()
    assert acc.jvp(g).numpy().tolist() == [12.0, 0.0, 36.0]


def test_slices_share_no_memory_with_the_indices_that_were_given():
    places = tf.constant([0, 1])
    g = gradient_of(lambda w: tf.gather(w, places), tf.Variable(ROWS))
    assert not np.shares_memory(g.indices._array, places._array)


def test_complex_slices_follow_tensorflows_convention():
    w = tf.Variable(np.array([1 + 2j, 3 - 1j]))
    g = gradient_of(lambda w: tf.gather(w, [1]) ** 2, w)
    assert g.values.numpy().tolist() == [6 + 2j]
