"""Microseconds a gradient step of the document's regression: tapefit beside NumPy by hand and its peers.

    python benchmarks/seed_loop.py
    python benchmarks/seed_loop.py --python PATH_WITH_TENSORFLOW --python PATH_WITH_TORCH

Every contestant runs in an interpreter of its own, the first of those given that has the package, and all take
turns, so that a busy machine disturbs them alike: read the ratios. What is nowhere installed is left out.
"""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _harness
import _peers

ROWS = (100, 1_000_000)
BASE = "numpy by hand, plain"
SECONDS = 0.3


def work(name: str, rows: int) -> None:
    """A worker: build the step and time a turn for every line on standard input."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    step, version = _peers.PEERS[name](*_peers.data(rows))
    _harness.serve(step, version, SECONDS, sys.stdin.readline)


def report(workers: list[_harness.Worker], rows: int) -> None:
    """One line a contestant, with its ratio to NumPy written by hand."""
    base = next(w.median for w in workers if w.name == BASE)
    print(f"\n{rows:,} rows, microseconds a step (median of {len(workers[0].turns) - 1} turns)")
    for w in sorted(workers, key=lambda w: w.median):
        print(f"  {w.name:24s} {w.version:12s} {w.median:12.1f}   {w.median / base:7.2f} x {BASE}")


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
    if find_spec("tapefit") is None:
        sys.exit("tapefit is not installed here; run `pip install -e .` first.")
    names = [n for n in _peers.PEERS if options.only is None or n in options.only or n == BASE]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    for rows in [options.rows] if options.rows else ROWS:
        report(_harness.race(__file__, names, [sys.executable, *options.python], rows, options.turns), rows)


if __name__ == "__main__":
    main()
