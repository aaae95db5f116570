"""NumPy's functions under `tf.experimental.numpy`: dtypes, values, gradients."""

import numpy as np

X = np.array([[0.5, 2.0, -1.0], [3.0, 0.25, 4.0]])


def _gradient(f):
    def program(tf):
        x = tf.Variable(X)
        with tf.GradientTape() as tape:
            y = f(tf.experimental.numpy, x)
        return [y, tape.gradient(y, x)]

    return program


PROGRAMS = {
    "made": lambda tf: [
        tf.experimental.numpy.array([1.0, 2.0]),
        tf.experimental.numpy.array([1, 2]),
        tf.experimental.numpy.ones((2, 2)),
        tf.experimental.numpy.zeros(3, dtype=np.float32),
        tf.experimental.numpy.arange(3),
        tf.experimental.numpy.linspace(0.0, 1.0, 3),
        tf.experimental.numpy.eye(2),
        tf.experimental.numpy.full((2,), 7.0),
    ],
    "dtypes meet": lambda tf: [
        tf.experimental.numpy.add(tf.constant([1, 2]), tf.constant([0.5, 1.5], tf.float64)),
        tf.experimental.numpy.multiply(tf.constant([1.0, 2.0]), tf.constant([0.5, 1.5], tf.float64)),
        tf.experimental.numpy.mean(tf.constant([1, 2], tf.int64)),
        tf.experimental.numpy.concatenate([tf.constant([1, 2], tf.int64), tf.constant([0.5], tf.float64)]),
        tf.experimental.numpy.where(tf.constant([True, False]), tf.constant([1.0, 2.0]), tf.constant([5.0, 6.0])),
        tf.experimental.numpy.take(tf.constant([5.0, 6.0]), tf.constant([1, 0])),
    ],
    "exp": _gradient(lambda n, x: n.exp(x)),
    "sum of squares": _gradient(lambda n, x: n.sum(n.square(x), axis=1)),
    "mean and std": _gradient(lambda n, x: n.mean(x) + n.std(x, axis=0)),
    "matmul": _gradient(lambda n, x: n.matmul(x, n.transpose(x))),
    "where": _gradient(lambda n, x: n.where(x > 1.0, x * x, n.sin(x))),
    "hypot": _gradient(lambda n, x: n.hypot(x, n.array(2.0))),
    "cumsum and flip": _gradient(lambda n, x: n.flip(n.cumsum(x, axis=1), 0)),
    "stacks": _gradient(lambda n, x: n.vstack([x, n.hstack([x[:, :1], x[:, 1:]])])),
    "roll and pad": _gradient(lambda n, x: n.pad(n.roll(x, 1, axis=1), ((0, 0), (1, 2)), "constant")),
    "prod": _gradient(lambda n, x: n.prod(x, axis=0)),
    "diff": _gradient(lambda n, x: n.diff(x)),
    "average": _gradient(lambda n, x: n.average(x, axis=1, weights=n.array([1.0, 2.0, 1.0]))),
    "trace and diagonal": _gradient(lambda n, x: n.trace(x) + n.sum(n.diagonal(x))),
    "clip": _gradient(lambda n, x: n.clip(x, 0.0, 2.5)),
    "logaddexp": _gradient(lambda n, x: n.logaddexp(x, n.array(1.0))),
}
