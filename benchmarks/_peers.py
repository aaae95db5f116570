"""One gradient step of y = w0 x + w1 by mean squared error, float32, as each package's users write it.

Each function takes the data and returns a step and a version; the package is imported inside.
"""

from collections.abc import Callable

import numpy as np

RATE = 0.02
Step = Callable[[], object]


def data(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The document's data, float32, of shape (rows, 1)."""
    rng = np.random.default_rng(0)
    X = 2 * rng.random((rows, 1))
    return X.astype(np.float32), (3 * X + 4 + 0.5 * rng.random((rows, 1))).astype(np.float32)


def _tape(tf, X, Y) -> Step:
    X, Y, w0, w1 = tf.constant(X), tf.constant(Y), tf.Variable(0.0), tf.Variable(0.0)

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w0 * X + w1 - Y) ** 2)
        d0, d1 = tape.gradient(loss, [w0, w1])
        w0.assign_sub(d0 * RATE)
        w1.assign_sub(d1 * RATE)
        return loss

    return step


def tapefit_eager(X, Y) -> tuple[Step, str]:
    import tapefit

    return _tape(tapefit, X, Y), tapefit.__version__


def tapefit_function(X, Y) -> tuple[Step, str]:
    import tapefit

    return tapefit.function(_tape(tapefit, X, Y)), tapefit.__version__


def tapefit_function_without_loss(X, Y) -> tuple[Step, str]:
    import tapefit

    step = _tape(tapefit, X, Y)

    def quiet():
        step()

    return tapefit.function(quiet), tapefit.__version__


def tensorflow_eager(X, Y) -> tuple[Step, str]:
    import tensorflow

    return _tape(tensorflow, X, Y), tensorflow.__version__


def tensorflow_function(X, Y) -> tuple[Step, str]:
    import tensorflow as tf

    return tf.function(_tape(tf, X, Y)), tf.__version__


def numpy_plain(X, Y) -> tuple[Step, str]:
    w = [np.float32(0), np.float32(0)]
    rate = np.float32(RATE)

    def step():
        e = w[0] * X + w[1] - Y
        loss = np.mean(e**2)
        d0, d1 = np.mean(2 * e * X), np.mean(2 * e)
        w[0] = w[0] - d0 * rate
        w[1] = w[1] - d1 * rate
        return loss

    return step, np.__version__


def numpy_tuned(X, Y) -> tuple[Step, str]:
    x, y, n = X.ravel(), Y.ravel(), np.float32(len(X))
    w, e = [np.float32(0), np.float32(0)], np.empty(len(X), np.float32)
    rate = np.float32(2 * RATE / n)

    def step():
        np.multiply(x, w[0], out=e)
        np.subtract(e, y, out=e)
        np.add(e, w[1], out=e)
        loss = np.dot(e, e) / n
        d0, d1 = np.dot(e, x), np.add.reduce(e)
        w[0] = w[0] - d0 * rate
        w[1] = w[1] - d1 * rate
        return loss

    return step, np.__version__


def torch_eager(X, Y) -> tuple[Step, str]:
    import torch

    X, Y = torch.from_numpy(X), torch.from_numpy(Y)
    w0, w1 = (torch.tensor(0.0, requires_grad=True) for _ in range(2))

    def step():
        loss = ((w0 * X + w1 - Y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for w in (w0, w1):
                w -= w.grad * RATE
                w.grad = None
        return loss

    return step, torch.__version__


def autograd_eager(X, Y) -> tuple[Step, str]:
    from importlib.metadata import version

    import autograd.numpy as anp
    from autograd import value_and_grad

    gradient = value_and_grad(lambda w0, w1: anp.mean((w0 * X + w1 - Y) ** 2), argnum=(0, 1))
    w, rate = [np.float32(0), np.float32(0)], np.float32(RATE)

    def step():
        loss, (d0, d1) = gradient(*w)
        w[0], w[1] = w[0] - d0 * rate, w[1] - d1 * rate
        return loss

    return step, version("autograd")


def mygrad_eager(X, Y) -> tuple[Step, str]:
    import mygrad as mg

    w, rate = [mg.tensor(np.float32(0)), mg.tensor(np.float32(0))], np.float32(RATE)

    def step():
        loss = ((w[0] * X + w[1] - Y) ** 2).mean()
        loss.backward()
        w[0], w[1] = (mg.tensor(v.data - v.grad * rate) for v in w)
        return loss

    return step, mg.__version__


PEERS: dict[str, Callable[[np.ndarray, np.ndarray], tuple[Step, str]]] = {
    "numpy by hand, plain": numpy_plain,
    "numpy by hand, tuned": numpy_tuned,
    "tapefit eager": tapefit_eager,
    "tapefit tf.function": tapefit_function,
    "tapefit, loss not asked": tapefit_function_without_loss,
    "tensorflow eager": tensorflow_eager,
    "tensorflow tf.function": tensorflow_function,
    "torch eager": torch_eager,
    "autograd": autograd_eager,
    "mygrad": mygrad_eager,
}
