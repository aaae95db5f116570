"""Microseconds a step of the document's regression in compiled form: kernels and descend beside their peers.

    python benchmarks/kernels.py
    python benchmarks/kernels.py --python PATH_WITH_TENSORFLOW --python PATH_WITH_JAX_TORCH_NUMBA

Every contestant runs in an interpreter of its own, the first of those given that has the package, and all take
turns, so that a busy machine disturbs them alike: read the ratios. What is nowhere installed is left out. Contestants
that run a whole loop at once are timed on 1,000 steps (100 at 1,000,000 rows). The machine code of kernels is not
read from disk.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import _harness
import _peers

ROWS = (100, 1_000_000)
BASE = "numba loop by hand"
RATE = _peers.RATE
SECONDS = 0.3
Step = Callable[[], object]


def _tapefit(X, Y, kernels: bool) -> tuple[Step, str]:
    os.environ["TAPEFIT_JIT"] = "1" if kernels else "0"
    import tapefit as tf
    from tapefit.tape.function import _kernel_build

    if kernels and not _kernel_build.available():
        raise ImportError("no llvmlite")
    step = tf.function(_peers._tape(tf, X, Y))
    step()
    return step, tf.__version__


def tapefit_plan(X, Y, steps: int) -> tuple[Step, str]:
    return _tapefit(X, Y, kernels=False)


def tapefit_kernels(X, Y, steps: int) -> tuple[Step, str]:
    return _tapefit(X, Y, kernels=True)


def _descend(X, Y, steps: int, quadratic: bool) -> tuple[Step, str]:
    """The runs between log lines; writing the program down and building it are not in the time."""
    import tapefit as tf
    from tapefit.tape.function import _kernel_build
    from tapefit.tape.function._descend import _Run

    if not _kernel_build.available():
        raise ImportError("no llvmlite")
    x, y, w0, w1 = tf.constant(X), tf.constant(Y), tf.Variable(0.0), tf.Variable(0.0)
    run = _Run(lambda: tf.reduce_mean((w0 * x + w1 - y) ** 2), [w0, w1], RATE, 10**6, "sgd", quadratic)
    return (lambda: run.advance(steps)), tf.__version__


def tapefit_descend(X, Y, steps: int) -> tuple[Step, str]:
    return _descend(X, Y, steps, quadratic=False)


def tapefit_descend_quadratic(X, Y, steps: int) -> tuple[Step, str]:
    if len(X) < 10_000:
        raise ImportError("there the rows are used")
    return _descend(X, Y, steps, quadratic=True)


def tensorflow_xla(X, Y, steps: int) -> tuple[Step, str]:
    import tensorflow as tf

    return tf.function(_peers._tape(tf, X, Y), jit_compile=True), tf.__version__


def _jax_step(X, Y):
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(X), jnp.asarray(Y)
    gradient = jax.value_and_grad(lambda w, x, y: jnp.mean((w[0] * x + w[1] - y) ** 2))

    def step(w, x, y):
        loss, (d0, d1) = gradient(w, x, y)
        return (w[0] - RATE * d0, w[1] - RATE * d1), loss

    return jax, x, y, step, (jnp.float32(0), jnp.float32(0))


def jax_jit(X, Y, steps: int) -> tuple[Step, str]:
    jax, x, y, step, w = _jax_step(X, Y)
    compiled, state = jax.jit(step), [w]

    def once():
        state[0], loss = compiled(state[0], x, y)
        loss.block_until_ready()

    return once, jax.__version__


def jax_fori_loop(X, Y, steps: int) -> tuple[Step, str]:
    jax, x, y, step, w = _jax_step(X, Y)
    loop = jax.jit(lambda w, x, y: jax.lax.fori_loop(0, steps, lambda i, w: step(w, x, y)[0], w))
    return (lambda: jax.block_until_ready(loop(w, x, y))), jax.__version__


def torch_compile(X, Y, steps: int) -> tuple[Step, str]:
    import torch

    x, y = torch.from_numpy(X), torch.from_numpy(Y)

    @torch.compile
    def step(w0, w1):
        e = w0 * x + w1 - y
        return w0 - RATE * (2 * e * x).mean(), w1 - RATE * (2 * e).mean(), (e**2).mean()

    state = [torch.tensor(0.0), torch.tensor(0.0)]

    def once():
        state[0], state[1], _ = step(*state)

    once()
    return once, torch.__version__


def _numba(X, Y, parallel: bool) -> tuple[Step, str]:
    import numba

    x, y, w = X.ravel(), Y.ravel(), np.zeros(2, np.float32)

    @numba.njit(fastmath=True, parallel=parallel)
    def step(x, y, w):
        n, s, s0, s1 = len(x), np.float32(0), np.float32(0), np.float32(0)
        for i in numba.prange(n):
            e = w[0] * x[i] + w[1] - y[i]
            s += e * e
            s0 += e * x[i]
            s1 += e
        w[0] -= np.float32(RATE * 2 / n) * s0
        w[1] -= np.float32(RATE * 2 / n) * s1
        return s / n

    step(x, y, w)
    return (lambda: step(x, y, w)), numba.__version__


def numba_loop(X, Y, steps: int) -> tuple[Step, str]:
    return _numba(X, Y, parallel=False)


def numba_parallel(X, Y, steps: int) -> tuple[Step, str]:
    return _numba(X, Y, parallel=True)


PEERS: dict[str, Callable[..., tuple[Step, str]]] = {
    "numba loop by hand": numba_loop,
    "numba, parallel": numba_parallel,
    "numpy by hand, plain": lambda X, Y, steps: _peers.numpy_plain(X, Y),
    "numpy by hand, tuned": lambda X, Y, steps: _peers.numpy_tuned(X, Y),
    "tapefit tf.function, numpy": tapefit_plan,
    "tapefit tf.function, kernel": tapefit_kernels,
    "tapefit descend": tapefit_descend,
    "tapefit descend, quadratic": tapefit_descend_quadratic,
    "tensorflow XLA": tensorflow_xla,
    "jax jit": jax_jit,
    "jax fori_loop": jax_fori_loop,
    "torch compile": torch_compile,
}
LOOPS = ("tapefit descend", "tapefit descend, quadratic", "jax fori_loop")


def steps_of(name: str, rows: int) -> int:
    """How many steps a call does."""
    return 1 if name not in LOOPS else 100 if rows > 10_000 else 1000


def work(name: str, rows: int) -> None:
    """A worker: build the step and time a turn for every line on standard input."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TAPEFIT_CACHE_DIR="0")
    step, version = PEERS[name](*_peers.data(rows), steps_of(name, rows))
    _harness.serve(step, version, SECONDS, sys.stdin.readline)


def report(rows: int, pythons: list[str], turns: int, names: list[str]) -> None:
    """Race at one size; one line a contestant, with its ratio to the loop written by hand."""
    workers = _harness.race(__file__, names, pythons, rows, turns)
    times = {w.name: statistics.median(w.turns[1:] or w.turns) / steps_of(w.name, rows) for w in workers}
    base = times[BASE]
    print(f"\n{rows:,} rows, microseconds a step (median of {turns} turns)")
    for w in sorted(workers, key=lambda w: times[w.name]):
        print(f"  {w.name:28s} {w.version:12s} {times[w.name]:12.3f}   {times[w.name] / base:8.2f} x {BASE}")


def main() -> None:
    """Race at both sizes, or serve as a worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--only", action="append", help="names of contestants; all by default")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help="one size instead of both")
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.rows)
        return
    names = [n for n in PEERS if options.only is None or n in options.only or n == BASE]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    for rows in [options.rows] if options.rows else ROWS:
        report(rows, [sys.executable, *options.python], options.turns, names)


if __name__ == "__main__":
    main()
