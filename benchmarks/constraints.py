"""Constrained fits beside SciPy and scikit-learn: time, and how far the objective is above the best one found.

Contestants alternate in one process, on one BLAS thread; medians of their turns, and ratios to tapefit.

    python benchmarks/constraints.py [--rows 20000] [--columns 40] [--turns 7]
"""

import argparse
import statistics
import warnings
from collections.abc import Callable

import numpy as np
from scipy.optimize import LinearConstraint, linprog, lsq_linear, minimize, nnls
from sklearn.linear_model import Lasso
from sklearn.linear_model import LinearRegression as Theirs
from threadpoolctl import threadpool_limits

import tapefit
from _harness import median_us

Contestants = dict[str, Callable[[], np.ndarray]]


def data(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, y and counts; half of the slopes are negative."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns)) + 0.3 * rng.normal(size=(rows, 1))
    slopes = rng.normal(size=columns) / columns**0.5
    return X, X @ slopes + rng.normal(size=rows), rng.poisson(np.exp(0.3 * X @ slopes)).astype(float)


def positive_squares(X: np.ndarray, y: np.ndarray) -> tuple[Contestants, Callable[[np.ndarray], float]]:
    """Least squares with positive slopes, and an intercept."""
    Z = np.column_stack([np.ones(len(X)), X])
    low = np.r_[-np.inf, np.zeros(X.shape[1])]
    centred, ready = X - X.mean(axis=0), y - y.mean()

    def by_nnls() -> np.ndarray:
        slopes = nnls(centred, ready)[0]
        return np.r_[y.mean() - X.mean(axis=0) @ slopes, slopes]

    def by_scikit_learn() -> np.ndarray:
        model = Theirs(positive=True).fit(X, y)
        return np.r_[model.intercept_, model.coef_]

    runs: Contestants = {
        "tapefit": lambda: tapefit.fit(X, y, positive=True).params,
        "scipy nnls": by_nnls,
        "scipy lsq_linear": lambda: lsq_linear(Z, y, bounds=(low, np.inf), method="bvls", tol=1e-12).x,
        "scikit-learn": by_scikit_learn,
    }
    return runs, lambda b: float(np.mean((y - Z @ b) ** 2))


def positive_lasso(X: np.ndarray, y: np.ndarray) -> tuple[Contestants, Callable[[np.ndarray], float]]:
    """The lasso with positive slopes."""

    def by_scikit_learn() -> np.ndarray:
        model = Lasso(alpha=0.01, positive=True, tol=1e-10, max_iter=10**5).fit(X, y)
        return np.r_[model.intercept_, model.coef_]

    runs: Contestants = {
        "tapefit": lambda: tapefit.fit(X, y, penalty="l1", alpha=0.01, standardize=False, positive=True).params,
        "scikit-learn": by_scikit_learn,
    }
    return runs, lambda b: float(np.mean((y - b[0] - X @ b[1:]) ** 2) / 2 + 0.01 * np.abs(b[1:]).sum())


def positive_counts(X: np.ndarray, y: np.ndarray) -> tuple[Contestants, Callable[[np.ndarray], float]]:
    """Poisson regression with positive slopes that sum to 1."""
    Z = np.column_stack([np.ones(len(X)), X])
    k = Z.shape[1]

    def loss(b: np.ndarray) -> float:
        return float(np.mean(np.exp(Z @ b) - y * (Z @ b)))

    def slope(b: np.ndarray) -> np.ndarray:
        return Z.T @ (np.exp(Z @ b) - y) / len(y)

    one = np.r_[0.0, np.ones(k - 1)]
    bounds = [(None, None)] + [(0, None)] * (k - 1)
    start = np.r_[0.0, np.full(k - 1, 1 / (k - 1))]

    def by_slsqp() -> np.ndarray:
        limits = LinearConstraint(one[None], 1, 1)
        options = {"ftol": 1e-12, "maxiter": 1000}
        return minimize(loss, start, jac=slope, method="SLSQP", bounds=bounds, constraints=[limits], options=options).x

    total = " + ".join(f"x{j}" for j in range(1, k)) + " = 1"
    runs: Contestants = {
        "tapefit": lambda: tapefit.fit(X, y, loss="poisson", positive=True, constraints=total).params,
        "scipy SLSQP": by_slsqp,
    }
    return runs, loss


def positive_median(X: np.ndarray, y: np.ndarray) -> tuple[Contestants, Callable[[np.ndarray], float]]:
    """Absolute errors with positive slopes, of the first 2,000 rows."""
    X, y = X[:2000], y[:2000]
    Z = np.column_stack([np.ones(len(X)), X])
    n, k = Z.shape

    def by_linprog() -> np.ndarray:
        cost = np.r_[np.zeros(k), np.ones(2 * n)]
        bounds = [(None, None)] + [(0, None)] * (k - 1 + 2 * n)
        return linprog(cost, A_eq=np.hstack([Z, np.eye(n), -np.eye(n)]), b_eq=y, bounds=bounds).x[:k]

    runs: Contestants = {
        "tapefit": lambda: tapefit.fit(X, y, loss="mae", positive=True).params,
        "scipy linprog": by_linprog,
    }
    return runs, lambda b: float(np.mean(np.abs(y - Z @ b)))


def main() -> None:
    """Print a table a problem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=40)
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    X, y, counts = data(options.rows, options.columns)
    for problem, target in (
        (positive_squares, y),
        (positive_lasso, y),
        (positive_counts, counts),
        (positive_median, y),
    ):
        runs, objective = problem(X, target)
        print(f"\n{problem.__doc__.strip()}  ({options.rows:,} x {options.columns})")
        compare(runs, objective, options.turns)


def compare(runs: Contestants, objective: Callable[[np.ndarray], float], turns: int) -> None:
    """Time the contestants in alternation, and print medians, ratios and what their objectives have above the best."""
    found = {name: objective(run()) for name, run in runs.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    with threadpool_limits(1):
        for _ in range(turns):
            for name, run in runs.items():
                times[name] += median_us(run, 1, 0.05)
    best, ours = min(found.values()), statistics.median(times["tapefit"])
    print(f"{'':<20}{'ms':>10}{'times ours':>12}{'objective above the best':>28}")
    for name, taken in times.items():
        middle = statistics.median(taken)
        print(f"{name:<20}{middle / 1000:>10.1f}{middle / ours:>12.2f}{found[name] / best - 1:>28.1e}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
