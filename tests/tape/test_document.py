"""The program of the starting document runs with one line changed, and finds the line of least squares."""

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import tapefit as tf

DOCUMENT = Path(__file__).parents[2].parent / "shared" / "seed.md"
LINE = re.compile(r"STEP: (\d+) - loss: (\d+\.\d+(?:e-\d+)?), w0: (\d\.\d{4}), w1: (\d\.\d{4})\n")


@pytest.fixture
def pictureless(monkeypatch):
    """Stands for matplotlib, which the program only draws its data with."""
    plt = ModuleType("matplotlib.pyplot")
    plt.scatter = lambda x, y: None
    package = ModuleType("matplotlib")
    package.pyplot = plt
    monkeypatch.setitem(sys.modules, "matplotlib", package)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", plt)


def check(printed, X, Y, w0, w1):
    lines = LINE.findall(printed)
    assert [int(step) for step, *_ in lines] == list(range(0, 1001, 100))
    losses = [float(loss) for _, loss, *_ in lines]
    assert losses == sorted(losses, reverse=True)
    slope, intercept = np.polyfit(X.ravel(), Y.ravel(), 1)
    assert (float(w0), float(w1)) == pytest.approx((slope, intercept), abs=2e-2)


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the starting document is not beside this repository")
def test_the_code_blocks_of_the_document(capsys, pictureless):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    program = "\n".join(blocks).replace("import tensorflow as tf", "import tapefit as tf")
    np.random.seed(0)  # noqa: NPY002 - the program uses the global generator
    scope = {}
    exec(program, scope)
    check(capsys.readouterr().out, *(scope[n] for n in ("X", "Y", "w0", "w1")))


def test_a_program_like_the_documents(capsys):
    rng = np.random.default_rng(1)
    X = 2 * rng.random((100, 1))
    Y = 3 * X + 4 + 0.5 * rng.random((100, 1))
    w0, w1 = tf.Variable(0.0), tf.Variable(0.0)
    for step in range(1001):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w0 * X + w1 - Y) ** 2)
        for w, g in zip((w0, w1), tape.gradient(loss, [w0, w1]), strict=True):
            w.assign_sub(g * 0.02)
        if step % 100 == 0:
            loss = tf.reduce_mean((w0 * X + w1 - Y) ** 2)
            print(f"STEP: {step} - loss: {loss}, w0: {w0.numpy():.4f}, w1: {w1.numpy():.4f}")
    check(capsys.readouterr().out, X, Y, w0, w1)


def test_the_first_example():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x**2
    assert repr(tape.gradient(y, x)) == "<tf.Tensor: shape=(), dtype=float32, numpy=6.0>"


@pytest.mark.parametrize("make", [lambda a: a, lambda a: a.astype(np.float32), lambda a: tf.constant(a, tf.float32)])
def test_losses_are_float32_whatever_the_data(make):
    X = make(np.ones((3, 1)))
    w = tf.Variable(0.5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((w * X - 2.0) ** 2)
    assert loss.dtype is tf.float32
    assert tape.gradient(loss, w).dtype is tf.float32
