"""The starting document's program, on fixed data, under any package that speaks `tf.GradientTape`.

    python benchmarks/document_program.py tapefit
    python benchmarks/document_program.py tapefit --against tensorflow --python /path/to/its/python

The second form runs the other package in its own interpreter and prints the largest relative difference of
the printed losses, which is the exit code's business too: 1 if it exceeds 1e-5.
"""

import argparse
import importlib
import os
import re
import subprocess
import sys

import numpy as np

LIMIT = 1e-5


def run(package: str, seed: int) -> None:
    """Print the version and the program's log lines."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf = importlib.import_module(package)
    print(f"{package} {tf.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}")
    rng = np.random.default_rng(seed)
    X = 2 * rng.random((100, 1))
    Y = 3 * X + 4 + 0.5 * rng.random((100, 1))

    def loss_mse(X, Y, w0, w1):
        Y_hat = w0 * X + w1
        errors = (Y_hat - Y) ** 2
        return tf.reduce_mean(errors)

    def compute_gradients(X, Y, w0, w1):
        with tf.GradientTape() as tape:
            loss = loss_mse(X, Y, w0, w1)
        return tape.gradient(loss, [w0, w1])

    def update_weights(w0, w1, dw0, dw1, learning_rate):
        w0.assign_sub(dw0 * learning_rate)
        w1.assign_sub(dw1 * learning_rate)
        return w0, w1

    w0, w1 = tf.Variable(0.0), tf.Variable(0.0)
    for step in range(1001):
        dw0, dw1 = compute_gradients(X, Y, w0, w1)
        w0, w1 = update_weights(w0, w1, dw0, dw1, 0.02)
        if step % 100 == 0:
            loss = loss_mse(X, Y, w0, w1)
            print(f"STEP: {step} - loss: {loss}, w0: {w0.numpy():.4f}, w1: {w1.numpy():.4f}")


def printed(package: str, python: str, seed: int) -> str:
    """What the program prints under another package, in another interpreter."""
    command = [python, __file__, package, "--seed", str(seed)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout


def losses(text: str) -> np.ndarray:
    """The losses of the log lines."""
    return np.array([float(v) for v in re.findall(r"loss: ([^,]+),", text)])


def main() -> int:
    """Run once, or twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--against")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the other package")
    options = parser.parse_args()
    if options.against is None:
        run(options.package, options.seed)
        return 0
    ours, theirs = (
        printed(options.package, sys.executable, options.seed),
        printed(options.against, options.python, options.seed),
    )
    print(ours, theirs, sep="\n")
    worst = np.max(np.abs(losses(ours) / losses(theirs) - 1))
    print(f"largest relative difference of the {len(losses(ours))} losses: {worst:.1e} (limit {LIMIT:.0e})")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
