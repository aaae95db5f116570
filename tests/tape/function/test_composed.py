"""Programs of what users compose: derivatives, loops, losses, NumPy functions, ops that look at values."""

import weakref

import numpy as np
import pytest

import tapefit as tf


def jacobian(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x) * x[0]
    return tape.jacobian(y, x)


def batch_jacobian(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x) * x
    return tape.batch_jacobian(y, x)


def weighted(x, v):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x)
    return tape.gradient(y, x, output_gradients=v)


def forward(x, v):
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        y = tf.exp(x) * x
    return accumulator.jvp(y)


def array(x):
    steps = tf.TensorArray(tf.float32, size=3)
    for i in range(3):
        steps = steps.write(i, x[i] * 2.0)
    return steps.stack()


def fourth(x):
    return tf.reduce_sum(x**4)


CASES = {
    "jacobian": (jacobian, (3,)),
    "batch_jacobian": (batch_jacobian, (3, 2)),
    "output_gradients": (weighted, (3,), (3,)),
    "ForwardAccumulator": (forward, (3,), (3,)),
    "hvp": (lambda x, v: tf.hvp(fourth)(x, v), (3,), (3,)),
    "hessian": (lambda x: tf.hessian(fourth)(x), (3,)),
    "value_and_gradient": (lambda x: tf.value_and_gradient(fourth)(x), (3,)),
    "map_fn": (lambda x: tf.map_fn(fourth, x), (3, 2)),
    "vectorized_map": (lambda x: tf.vectorized_map(fourth, x), (3, 2)),
    "scan": (lambda x: tf.scan(lambda a, b: a * b, x), (4,)),
    "foldl": (lambda x: tf.foldl(lambda a, b: a * b, x), (4,)),
    "TensorArray": (array, (3,)),
    "while_loop": (lambda x: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), (0, x)), (2,)),
    "cond of a constant": (lambda x: tf.cond(tf.constant(True), lambda: x, lambda: -x), (2,)),
    "NumPy functions": (lambda x: np.mean(np.exp(x)) + np.sum(np.sort(x)) + np.linalg.norm(x) + np.var(x), (4,)),
    "np.where": (lambda x: np.where(x > 0, x, 0 * x), (4,)),
    "np.linalg": (lambda x: (np.linalg.det(x), np.linalg.inv(x)), (3, 3)),
    "moments": (lambda x: tf.nn.moments(x, [0]), (5, 2)),
    "order": (lambda x: (tf.argmax(x), tf.argsort(x), tf.sort(x), tf.math.top_k(x, 2)), (5,)),
    "one_hot": (lambda x: tf.one_hot(tf.cast(tf.abs(x) * 2, tf.int32), 4), (5,)),
    "gather": (lambda x: (tf.gather(x, tf.argmax(x)), tf.gather_nd(x, [[0], [2]])), (5,)),
    "scatter": (lambda x, u: tf.tensor_scatter_nd_update(x, [[1], [2]], u), (5,), (2,)),
    "clip_by_global_norm": (lambda x, y: tf.clip_by_global_norm([x, y], 0.1), (5,), (3,)),
    "searchsorted": (lambda x, y: tf.searchsorted(tf.sort(x), y), (5,), (3,)),
    "histogram": (lambda x: tf.histogram_fixed_width(x, [-1.0, 1.0], 4), (9,)),
    "in_top_k": (lambda x: tf.math.in_top_k([0, 1], x, 1), (2, 3)),
    "stateless": (lambda x: tf.random.stateless_normal([3], [1, 2]) + x, (3,)),
    "comparison": (lambda x, y: [tf.cast(x == y, tf.float32), tf.cast(x != y, tf.float32)], (3,), (3,)),
    "einsum": (lambda x, y: tf.einsum("ij,jk->ik", x, y), (4, 3), (3, 2)),
}
LOSSES = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SquaredHinge",
]


def assert_replays(f, first, other):
    traces = []
    program = tf.function(f, on_trace=traces.append)
    program(*first)
    got, wanted = tf.nest.flatten(program(*other)), tf.nest.flatten(f(*other))
    assert len(traces) == 1
    assert wanted
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


@pytest.mark.parametrize("name", CASES)
def test_a_function_replays_with_other_arguments(name):
    f, *shapes = CASES[name]
    rng = np.random.default_rng(1)
    first, other = ([tf.constant(rng.normal(size=s).astype(np.float32)) for s in shapes] for _ in range(2))
    assert_replays(f, first, other)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_replays_with_other_arguments(name):
    rng = np.random.default_rng(2)
    first, other = ([tf.constant(rng.uniform(0.1, 0.9, (2, 3)).astype(np.float32)) for _ in "yp"] for _ in range(2))
    assert_replays(getattr(tf.losses, name)(), first, other)


def test_hinge_losses_tell_labels_0_and_1_from_others_in_each_call():
    loss = tf.function(tf.losses.Hinge())
    scores = tf.constant([0.3, -0.2])
    loss(tf.constant([0.0, 1.0]), scores)
    signed = loss(tf.constant([-1.0, 1.0]), scores)
    assert float(signed) == float(tf.losses.Hinge()(tf.constant([-1.0, 1.0]), scores))


@pytest.mark.parametrize(
    "op",
    [
        lambda x: tf.boolean_mask(x, x > 0),
        lambda x: tf.dynamic_partition(x, tf.cast(x > 0, tf.int32), 2),
        lambda x: np.linalg.lstsq(tf.reshape(x, [2, 2]), tf.reshape(x, [2, 2]))[0],
    ],
)
def test_results_without_a_fixed_shape_are_refused(op):
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        tf.function(op)(tf.constant([1.0, -2.0, 3.0, 0.5]))


def test_a_shape_that_changes_from_call_to_call_is_told():
    f = tf.function(lambda x: tf.unique(x).y * 2.0)
    f(tf.constant([1.0, 1.0, 2.0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="leave it out of the function"):
        f(tf.constant([1.0, 3.0, 2.0]))


def test_a_program_keeps_no_argument_alive():
    f = tf.function(lambda x: tf.argsort(x) + tf.cast(tf.sort(x), tf.int32))
    x = tf.constant(np.arange(1000.0))
    gone = weakref.ref(x)
    f(x)
    f(x)
    del x
    assert gone() is None
