"""Milliseconds a fit of small tables, as in a bootstrap, by groups or in rolling windows, tapefit beside its peers.

    python benchmarks/small.py --python PATH_WITH_STATSMODELS
    python benchmarks/small.py --loss logistic --loss poisson --python PATH_WITH_STATSMODELS

Every contestant fits the same float64 table again and again in an interpreter of its own, with an intercept; turns
alternate, the first only warms up, and the median of the others counts (and the least is shown). tapefit and
statsmodels give standard errors, the others coefficients only. "first call" is the first fit of a process, with all
that it imports, after the package itself has been imported.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import numpy as np

import _harness

SIZES = ((100, 3), (100, 10), (1_000, 10), (10_000, 10), (20_000, 1), (20_000, 10))
Fit = Callable[[np.ndarray, np.ndarray], object]


def _tapefit(loss: str) -> Fit:
    import tapefit

    return lambda X, y: tapefit.fit(X, y, loss=loss).bse


def _estimator(loss: str) -> Fit:
    from tapefit import LinearRegression

    return lambda X, y: LinearRegression(loss=loss).fit(X, y)


def _statsmodels(loss: str) -> Fit:
    import statsmodels.api as sm

    if loss == "mse":
        return lambda X, y: sm.OLS(y, sm.add_constant(X)).fit().bse
    family = {"logistic": sm.families.Binomial, "poisson": sm.families.Poisson}[loss]
    return lambda X, y: sm.GLM(y, sm.add_constant(X), family=family()).fit().bse


def _sklearn(loss: str) -> Fit:
    from sklearn import linear_model as peers

    if loss == "mse":
        return lambda X, y: peers.LinearRegression().fit(X, y)
    if loss == "poisson":
        return lambda X, y: peers.PoissonRegressor(alpha=0, solver="newton-cholesky").fit(X, y)
    return lambda X, y: peers.LogisticRegression(C=np.inf, solver="newton-cholesky").fit(X, y)


def _lstsq(loss: str) -> Fit:
    if loss != "mse":
        raise ImportError(loss)
    return lambda X, y: np.linalg.lstsq(np.column_stack([np.ones(len(y)), X]), y)


PEERS: dict[str, tuple[str, Callable[[str], Fit]]] = {
    "tapefit.fit": ("tapefit", _tapefit),
    "tapefit LinearRegression": ("tapefit", _estimator),
    "statsmodels": ("statsmodels", _statsmodels),
    "scikit-learn": ("scikit-learn", _sklearn),
    "numpy.linalg.lstsq": ("numpy", _lstsq),
}
BASE = "statsmodels"


def data(rows: int, columns: int, loss: str) -> tuple[np.ndarray, np.ndarray]:
    """The same table for all."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns))
    eta = X @ np.linspace(-0.3, 0.3, columns) + 0.1
    if loss == "logistic":
        return X, (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(np.float64)
    return X, rng.poisson(np.exp(eta)).astype(np.float64) if loss == "poisson" else eta + rng.normal(size=rows)


def _version(package: str) -> str:
    """The release; of tapefit also where it is not installed."""
    if package != "tapefit":
        return version(package)
    import tapefit

    return tapefit.__version__


def work(name: str, loss: str, place: int) -> None:
    """The worker's side: the first fit, then one timed turn for every line that comes."""
    fit = PEERS[name][1](loss)
    X, y = data(*SIZES[place], loss)
    start = time.perf_counter()
    fit(X, y)
    first = json.dumps((time.perf_counter() - start) * 1e3)
    _harness.serve(lambda: fit(X, y), f"{_version(PEERS[name][0])} {first}", 0.1, sys.stdin.readline)


def main() -> None:
    """Race at every size, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--loss", action="append", choices=["mse", "logistic", "poisson"], help="mse by default")
    parser.add_argument("--skip", action="append", default=[], choices=list(PEERS), help="one to leave out")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        loss, name = options.worker.split(": ")
        work(name, loss, options.rows)
        return
    pythons = [sys.executable, *options.python]
    print(
        f"Python {sys.version.split()[0]}, NumPy {np.__version__}, milliseconds a fit (median of {options.turns} turns)"
    )
    for loss in options.loss or ["mse"]:
        names = [f"{loss}: {name}" for name in PEERS if name not in options.skip]
        for place, (rows, columns) in enumerate(SIZES):
            workers = _harness.race(__file__, names, pythons, place, options.turns)
            base = next((w.median for w in workers if w.name.endswith(BASE)), float("nan"))
            print(f"\n{loss}, {rows:,} x {columns}")
            for w in sorted(workers, key=lambda w: w.median):
                release, first = w.version.split()
                name, least, share = w.name.split(": ")[1], min(w.turns) / 1e3, w.median / base
                print(
                    f"  {name:26s}{release:9s}{w.median / 1e3:9.3f}  (least {least:8.3f}, first call "
                    f"{float(first):8.1f}) {share:8.2f} x {BASE}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
