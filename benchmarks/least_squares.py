"""Seconds and extra memory of least squares with an intercept, tapefit beside its peers.

    python benchmarks/least_squares.py
    python benchmarks/least_squares.py --rows 500000 --python PATH_WITH_GLUM

Every contestant fits the same float64 table in an interpreter of its own, in turn; the median of its turns counts.
tapefit and statsmodels give standard errors, the others coefficients only. Extra memory is what the process's peak
rose by during the fits, as a multiple of the table's size.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import numpy as np

import _harness

Fit = Callable[[np.ndarray, np.ndarray], object]


def _tapefit() -> Fit:
    from tapefit import LinearRegression

    return lambda X, y: LinearRegression().fit(X, y)


def _tapefit_moments() -> Fit:
    from tapefit import LinearRegression

    return lambda X, y: LinearRegression().partial_fit(X, y)


def _sklearn() -> Fit:
    from sklearn.linear_model import LinearRegression

    return lambda X, y: LinearRegression().fit(X, y)


def _lstsq() -> Fit:
    return lambda X, y: np.linalg.lstsq(np.column_stack([np.ones(len(y)), X]), y)


def _statsmodels() -> Fit:
    import statsmodels.api as sm

    return lambda X, y: sm.OLS(y, sm.add_constant(X)).fit().bse


def _glum() -> Fit:
    from glum import GeneralizedLinearRegressor

    return lambda X, y: GeneralizedLinearRegressor(family="normal", alpha=0).fit(X, y)


PEERS: dict[str, tuple[str, Callable[[], Fit]]] = {
    "tapefit LinearRegression": ("tapefit", _tapefit),
    "tapefit partial_fit, one pass": ("tapefit", _tapefit_moments),
    "scikit-learn LinearRegression": ("scikit-learn", _sklearn),
    "numpy.linalg.lstsq": ("numpy", _lstsq),
    "statsmodels OLS": ("statsmodels", _statsmodels),
    "glum": ("glum", _glum),
}
BASE = "scikit-learn LinearRegression"


def data(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The same table for all."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns))
    return X, X @ np.arange(1.0, columns + 1) + rng.normal(size=rows)


def work(name: str, rows: int, columns: int) -> None:
    """A worker: one fit for every line on standard input; prints its time and the memory that the fits took."""
    package, make = PEERS[name]
    X, y = data(rows, columns)
    fit = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in sys.stdin:
        start = time.perf_counter()
        fit(X, y)
        seconds = time.perf_counter() - start
        rise = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / X.nbytes
        print(json.dumps({"us": seconds * 1e6, "version": f"{number(package)} {rise:.2f}"}), flush=True)


def number(package: str) -> str:
    """The version of a package, installed or on the path."""
    if package == "tapefit":
        import tapefit

        return tapefit.__version__
    return version(package)


def main() -> None:
    """Race, or serve as a worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--skip", action="append", default=[], choices=list(PEERS), help="a contestant to leave out")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=500_000)
    options = parser.parse_args()
    columns = 20
    if options.worker:
        work(options.worker, options.rows, columns)
        return
    if find_spec("tapefit") is None:
        sys.exit("tapefit is not installed here; run `pip install -e .` first.")
    workers = []
    for name in (name for name in PEERS if name not in options.skip):
        for python in [sys.executable, *options.python]:
            worker = _harness.Worker(python, __file__, name, options.rows)
            if worker.ask():
                workers.append(worker)
                break
    for _ in range(options.turns):
        for worker in workers:
            worker.ask()
    for worker in workers:
        worker.close()
    base = next(w.median for w in workers if w.name == BASE)
    print(f"{options.rows:,} x {columns} float64, Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    for w in sorted(workers, key=lambda w: w.median):
        release, rise = w.version.split()
        print(
            f"  {w.name:30s} {release:9s} {w.median / 1e6:8.2f} s  {w.median / base:6.2f} x {BASE}"
            f"   extra memory {rise} x the table"
        )


if __name__ == "__main__":
    main()
