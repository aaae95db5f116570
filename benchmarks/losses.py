"""Seconds and extra memory of fits under several losses, tapefit beside the packages that offer the loss.

    python benchmarks/losses.py --python PATH_WITH_STATSMODELS_AND_GLUM
    python benchmarks/losses.py --data onehot --python PATH_WITH_GLUM
    python benchmarks/losses.py --loss quantile --rows 200000

Every contestant fits the same float64 table in an interpreter of its own, in turn; the median of its turns counts.
The table "dense" has 20 columns of normal numbers, "onehot" five text-like categories of 61 levels each (300 columns
of indicators) in a pandas dataframe. tapefit and statsmodels give standard errors, the others coefficients only; all
are asked for the fit without penalty. Extra memory is what the process's peak rose by during the fits, as a multiple
of the table as dense float64.
"""

import argparse
import json
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import numpy as np

import _harness
from least_squares import number

Fit = Callable[[object, np.ndarray], object]
COLUMNS, FACTORS, LEVELS = 20, 5, 61
GLUM = {"mse": "normal", "poisson": "poisson", "gamma": "gamma", "logistic": "binomial"}


def _tapefit(loss: str) -> Fit:
    from tapefit import LinearRegression
    from tapefit import fit as tapefit_fit

    def fit(X, y):
        if isinstance(X, np.ndarray):
            return LinearRegression(loss=loss).fit(X, y)
        return tapefit_fit(X, y, loss=loss)

    return fit


def _glum(loss: str) -> Fit:
    from glum import GeneralizedLinearRegressor

    link = {"gamma": "log"}.get(loss, "auto")
    return lambda X, y: GeneralizedLinearRegressor(family=GLUM[loss], link=link, alpha=0, drop_first=True).fit(X, y)


def _sklearn(loss: str) -> Fit:
    from sklearn import linear_model as lm

    make = {
        "mse": lambda: lm.LinearRegression(),
        "poisson": lambda: lm.PoissonRegressor(alpha=0, solver="newton-cholesky"),
        "gamma": lambda: lm.GammaRegressor(alpha=0, solver="newton-cholesky"),
        "logistic": lambda: lm.LogisticRegression(C=np.inf, solver="newton-cholesky"),
        "huber": lambda: lm.HuberRegressor(alpha=0, max_iter=1000),
        "quantile": lambda: lm.QuantileRegressor(alpha=0),
    }[loss]
    return lambda X, y: make().fit(X, y)


def _statsmodels(loss: str) -> Fit:
    import statsmodels.api as sm

    families = sm.families
    make = {
        "mse": lambda A, y: sm.OLS(y, A).fit().bse,
        "poisson": lambda A, y: sm.GLM(y, A, family=families.Poisson()).fit().bse,
        "gamma": lambda A, y: sm.GLM(y, A, family=families.Gamma(families.links.Log())).fit().bse,
        "logistic": lambda A, y: sm.GLM(y, A, family=families.Binomial()).fit().bse,
        "huber": lambda A, y: sm.RLM(y, A, M=sm.robust.norms.HuberT(1.345)).fit().bse,
        "quantile": lambda A, y: sm.QuantReg(y, A).fit(q=0.5).bse,
    }[loss]
    return lambda X, y: make(sm.add_constant(X), y)


PEERS: dict[str, tuple[str, Callable[[str], Fit]]] = {
    "tapefit": ("tapefit", _tapefit),
    "glum": ("glum", _glum),
    "scikit-learn": ("scikit-learn", _sklearn),
    "statsmodels": ("statsmodels", _statsmodels),
}
LOSSES = ("mse", "poisson", "gamma", "logistic", "huber", "quantile")


def offered(peer: str, loss: str, data: str) -> bool:
    """Whether a package has the loss, and takes a dataframe with categories."""
    if data == "onehot" and peer in ("scikit-learn", "statsmodels"):
        return False
    return peer != "glum" or loss in GLUM


def table(loss: str, data: str, rows: int) -> tuple[object, np.ndarray]:
    """The same table for all."""
    rng = np.random.default_rng(0)
    if data == "dense":
        X = rng.normal(size=(rows, COLUMNS))
        eta = X @ np.linspace(-0.2, 0.2, COLUMNS) + 0.5
    else:
        import pandas as pd

        codes = rng.integers(0, LEVELS, size=(rows, FACTORS))
        names = np.array([f"level{k:02d}" for k in range(LEVELS)])
        X = pd.DataFrame({f"f{j}": pd.Categorical.from_codes(codes[:, j], names) for j in range(FACTORS)})
        eta = sum(rng.normal(scale=0.3, size=LEVELS)[codes[:, j]] for j in range(FACTORS))
    return X, _target(loss, eta, rng)


def _target(loss: str, eta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if loss == "poisson":
        return rng.poisson(np.exp(eta)).astype(float)
    if loss == "gamma":
        return rng.gamma(2.0, np.exp(eta) / 2.0)
    if loss == "logistic":
        return (rng.random(len(eta)) < 1 / (1 + np.exp(-eta))).astype(float)
    return eta + (rng.standard_t(3, size=len(eta)) if loss in ("huber", "quantile") else rng.normal(size=len(eta)))


def work(name: str, rows: int) -> None:
    """A worker: one fit for every line on standard input; prints its time and the memory that the fits took."""
    peer, loss, data = name.split("/")
    package, make = PEERS[peer]
    X, y = table(loss, data, rows)
    size = rows * (COLUMNS if data == "dense" else FACTORS * (LEVELS - 1)) * 8
    fit = make(loss)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in sys.stdin:
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit(X, y)
        seconds = time.perf_counter() - start
        rise = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / size
        print(json.dumps({"us": seconds * 1e6, "version": f"{number(package)} {rise:.3f}"}), flush=True)


def race(loss: str, data: str, rows: int, pythons: list[str], turns: int) -> None:
    """All that offer the loss, in turn; prints a line each."""
    workers = []
    for peer in PEERS:
        if not offered(peer, loss, data):
            continue
        for python in pythons:
            worker = _harness.Worker(python, __file__, f"{peer}/{loss}/{data}", rows)
            if worker.ask():
                workers.append(worker)
                break
    for _ in range(turns):
        for worker in workers:
            worker.ask()
    for worker in workers:
        worker.close()
    others = [w.median for w in workers if not w.name.startswith("tapefit")]
    best = min(others, default=float("nan"))
    for w in sorted(workers, key=lambda w: w.median):
        release, rise = w.version.split()
        print(
            f"  {loss:9s} {w.name.split('/')[0]:13s} {release:7s} {w.median / 1e6:8.3f} s  {w.median / best:6.2f} x "
            f"the fastest peer   extra memory {rise} x the table",
            flush=True,
        )


def main() -> None:
    """Race, or serve as a worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--skip", action="append", default=[], choices=list(PEERS), help="a package to leave out")
    parser.add_argument("--loss", action="append", choices=LOSSES, help="all but quantile by default")
    parser.add_argument("--data", choices=("dense", "onehot"), default="dense")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    rows = options.rows or (500_000 if options.data == "dense" else 600_000)
    if options.worker:
        work(options.worker, rows)
        return
    if find_spec("tapefit") is None:
        sys.exit("tapefit is not installed here; run `pip install -e .` first.")
    columns = COLUMNS if options.data == "dense" else FACTORS * (LEVELS - 1)
    print(f"{options.data}, {rows:,} x {columns}, Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    for name in options.skip:
        del PEERS[name]
    for loss in options.loss or [loss for loss in LOSSES if loss != "quantile"]:
        race(loss, options.data, rows, [sys.executable, *options.python], options.turns)


if __name__ == "__main__":
    main()
