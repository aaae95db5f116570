"""NumPy functions applied to tensors stay on the tape, or are refused by name."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import _numpy_protocol as protocol

X = np.linspace(0.1, 0.9, 6).reshape(2, 3)
NO_DERIVATIVE = {
    np.sign, np.floor, np.ceil, np.rint, np.floor_divide, np.isnan, np.isinf, np.isfinite,
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
}  # fmt: skip


def arguments(ufunc):
    kind = bool if ufunc in (np.logical_and, np.logical_or, np.logical_xor, np.logical_not) else np.float64
    shapes = ((2, 3), (3, 2)) if ufunc is np.matmul else ((2, 3),) * ufunc.nin
    return [(X.reshape(s) + 0.05 * i).astype(kind) for i, s in enumerate(shapes)]


@pytest.mark.parametrize("ufunc", sorted(protocol._UFUNCS, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_ufuncs_on_tensors_and_variables_equal_numpys(ufunc):
    plain = arguments(ufunc)
    for make in (tf.constant, tf.Variable):
        got = ufunc(*map(make, plain))
        assert type(got) is tf.Tensor
        np.testing.assert_allclose(got.numpy(), ufunc(*plain), rtol=1e-12)
    mixed = ufunc(tf.constant(plain[0]), *plain[1:])
    np.testing.assert_allclose(mixed.numpy(), ufunc(*plain), rtol=1e-12)


@pytest.mark.parametrize(
    "ufunc", sorted(set(protocol._UFUNCS) - NO_DERIVATIVE, key=lambda f: f.__name__), ids=lambda f: f.__name__
)
def test_ufuncs_are_recorded(ufunc):
    first, *rest = arguments(ufunc)
    x = tf.Variable(first)
    with tf.GradientTape() as tape:
        y = ufunc(x, *rest)
    g = tape.gradient(y, x).numpy()
    h = 1e-6
    direction = np.ones_like(first)
    slope = (ufunc(first + h * direction, *rest).sum() - ufunc(first - h * direction, *rest).sum()) / (2 * h)
    assert g.sum() == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(
    "f",
    [
        np.sum, np.mean, np.max, np.min, np.var, np.std, np.ravel, np.squeeze, np.transpose, np.linalg.norm,
        lambda a: np.sum(a, axis=0),
        lambda a: np.mean(a, axis=(0, 1), keepdims=True),
        lambda a: np.max(a, axis=-1),
        lambda a: np.var(a, axis=1, ddof=1),
        lambda a: np.std(a, axis=0),
        lambda a: np.reshape(a, (3, 2)),
        lambda a: np.clip(a, 0.2, 0.5),
        lambda a: np.where(a > 0.5, a, 0.0),
        lambda a: np.expand_dims(a, 1),
        lambda a: np.broadcast_to(a, (2, 2, 3)),
        lambda a: np.tile(a, (2, 1)),
        lambda a: np.concatenate([a, a], axis=1),
        lambda a: np.stack([a, a]),
        lambda a: np.dot(a, np.ones(3)),
        lambda a: np.tensordot(a, np.ones((2, 3)), 2),
        lambda a: np.linalg.norm(a, axis=1),
        lambda a: np.zeros_like(a),
        lambda a: np.ones_like(a),
        lambda a: np.any(a > 0.5),
        lambda a: np.all(a > 0.5, axis=0),
        lambda a: np.argmax(a),
        lambda a: np.argmin(a, axis=1),
    ],
)  # fmt: skip
def test_functions_on_tensors_equal_numpys(f):
    got = f(tf.Variable(X))
    assert type(got) is tf.Tensor
    np.testing.assert_allclose(got.numpy(), f(X), rtol=1e-12)


def test_shape_functions_answer_plainly():
    t = tf.constant(X)
    assert (np.shape(t), np.ndim(t), np.size(t)) == ((2, 3), 2, 6)


def test_a_loss_written_in_numpy_has_gradients():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    w = tf.Variable(np.array([0.5, -1.0]))
    with tf.GradientTape() as tape:
        loss = np.mean((np.dot(X, w) - y) ** 2)
    np.testing.assert_allclose(tape.gradient(loss, w).numpy(), 2 * X.T @ (X @ w.numpy() - y) / 20, rtol=1e-12)


def test_an_elementwise_loss_in_numpy():
    w, X, y = tf.Variable(2.0), np.array([1.0, 2.0]), np.array([1.0, 1.0])
    with tf.GradientTape() as tape:
        loss = np.mean((w * X - y) ** 2)
    assert loss.dtype is tf.float32
    assert float(tape.gradient(loss, w)) == 7.0


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda v: np.unwrap(v), r"np\.unwrap"),
        (lambda v: np.linalg.tensorinv(v), r"np\.linalg\.tensorinv"),
        (lambda v: np.nextafter.reduce(v), r"np\.nextafter\.reduce"),
        (lambda v: np.add.reduce(v), r"np\.add\.reduce"),
        (lambda v: np.add(v, v, where=np.ones((2, 3), bool)), r"np\.add with where"),
        (lambda v: np.histogram(v), r"np\.histogram"),
        (lambda v: np.sum(v, initial=1.0), r"np\.sum on a tensor"),
    ],
)
def test_what_would_lose_the_path_is_refused_by_name(use, name):
    v = tf.Variable(X)
    with tf.GradientTape(), pytest.raises(TypeError, match=name):
        use(v)


def test_without_a_tape_numpy_computes_as_ever():
    v = tf.Variable(X)
    np.testing.assert_array_equal(np.unwrap(v), np.unwrap(X))
    assert type(np.interp(0.5, np.arange(6), np.ravel(v).numpy())) is np.float64


def test_results_are_never_written_into_an_array():
    out = np.zeros((2, 3))
    with pytest.raises(TypeError, match=r"out"), tf.GradientTape():
        np.exp(tf.Variable(X), out=out)


@pytest.mark.parametrize("shapes", [((2, 3), (3,)), ((2, 3), (3, 2)), ((3,), (3,)), ((3,), (3, 2))])
def test_a_product_with_an_array_takes_the_dtype_of_the_variable(shapes):
    a, b = (np.arange(1.0, 1.0 + np.prod(s)).reshape(s) for s in shapes)
    got = a @ tf.Variable(b, dtype=tf.float32)
    assert (got.dtype, got.numpy().tolist()) == (tf.float32, (a @ b).tolist())
