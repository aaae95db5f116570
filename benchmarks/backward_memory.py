"""The memory of a gradient through a chain of 200 ops on arrays of 8 MB, as each package's users write it.

    python benchmarks/backward_memory.py
    python benchmarks/backward_memory.py --python PATH_WITH_TENSORFLOW --python PATH_WITH_TORCH_JAX_AUTOGRAD_MYGRAD

Every contestant runs in an interpreter of its own. What the process holds after the forward run is read, its
high-water mark is set back, the gradient is taken, and the mark is read again (Linux only). Printed in arrays of
8 MB: what the forward run keeps, and by how much the gradient rises above it. The three runs take turns; the median
counts.
"""

import argparse
import importlib
import importlib.metadata
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

N = 1_000_000  # float64: 8 MB
OPS = 200
MB = 1 << 20
CHAINS = {
    "sin and tanh in turn": lambda m, y, k: m.sin(y) if k % 2 else m.tanh(y),
    "each value used twice": lambda m, y, k: y * y if k % 2 else m.cos(y),
}


def held(mark: str) -> float:
    """Bytes that the process holds now (VmRSS) or held at most (VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{mark}:\s+(\d+) kB", status)[1]) * 1024


def set_mark_back() -> None:
    """Let the high-water mark start anew at what is held now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def run(m, y, op):
    for k in range(OPS):
        y = op(m, y, k)
    return y


def _tape(tf, op):
    x = tf.Variable(np.full(N, 0.5))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(run(tf, x, op))
    return lambda: tape.gradient(y, x).numpy()


def tapefit(op):
    return _tape(importlib.import_module("tapefit"), op)


def tensorflow(op):
    return _tape(importlib.import_module("tensorflow"), op)


def torch(op):
    torch = importlib.import_module("torch")
    x = torch.full((N,), 0.5, dtype=torch.float64, requires_grad=True)
    y = run(torch, x, op).sum()

    def backward():
        y.backward()
        return x.grad.numpy()

    return backward


def jax(op):
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    x = jax.numpy.full(N, 0.5)
    _, backward = jax.vjp(lambda x: run(jax.numpy, x, op).sum(), x)
    return lambda: np.asarray(backward(1.0)[0])


def autograd(op):
    core, anp = importlib.import_module("autograd.core"), importlib.import_module("autograd.numpy")
    backward, _ = core.make_vjp(lambda x: run(anp, x, op).sum(), np.full(N, 0.5))
    return lambda: backward(1.0)


def mygrad(op):
    mg = importlib.import_module("mygrad")
    x = mg.tensor(np.full(N, 0.5))
    y = mg.sum(run(mg, x, op))

    def backward():
        y.backward()
        return x.grad

    return backward


CONTESTANTS = {f.__name__: f for f in (tapefit, torch, tensorflow, jax, autograd, mygrad)}


def work(name: str, chain: str) -> None:
    """Measure one contestant in this interpreter and print its numbers."""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        version = getattr(importlib.import_module(name), "__version__", "")
    op = CHAINS[chain]
    warm = N
    globals()["N"] = 10
    CONTESTANTS[name](op)()  # what a package loads at its first gradient is no memory of the gradient
    globals()["N"] = warm
    before = held("VmRSS")
    backward = CONTESTANTS[name](op)
    forward = held("VmRSS")
    set_mark_back()
    g = backward()
    above = held("VmHWM") - forward
    size = N * 8
    answer = {"forward": (forward - before) / size, "above": above / size, "version": version}
    print(json.dumps({**answer, "gradient": float(np.sum(g))}))


def measured(python: str, name: str, chain: str) -> dict:
    done = subprocess.run(
        [python, __file__, "--worker", name, "--chain", chain], capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout.strip() else {}


def race(pythons: list[str], chain: str, turns: int) -> dict[str, list[dict]]:
    """The runs of each contestant, in the first interpreter that has it."""
    found: dict[str, list[dict]] = {}
    places = {}
    for turn in range(turns):
        for name in CONTESTANTS:
            for python in pythons if turn == 0 else [places[name]] if name in places else []:
                answer = measured(python, name, chain)
                if answer:
                    places[name] = python
                    found.setdefault(name, []).append(answer)
                    break
    return found


def report(found: dict[str, list[dict]], chain: str) -> None:
    print(f"\n{OPS} ops, {chain}: arrays of {N * 8 / 1e6:.0f} MB (median of {len(next(iter(found.values())))})")
    print(f"  {'':12s} {'':12s} {'forward keeps':>14s} {'gradient above it':>18s}")
    for name, runs in found.items():
        forward, above = (statistics.median(r[k] for r in runs) for k in ("forward", "above"))
        print(f"  {name:12s} {runs[0]['version']:12s} {forward:14.1f} {above:18.1f}")
    sums = {float(f"{r['gradient']:.9g}") for runs in found.values() for r in runs}  # all differentiate the same
    print(f"  sums of the gradients: {sorted(sums)}")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--chain", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.chain)
        return
    print(f"Python {sys.version.split()[0]}")
    for chain in CHAINS:
        report(race([sys.executable, *options.python], chain, options.turns), chain)


if __name__ == "__main__":
    main()
