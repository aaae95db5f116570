"""What a change of unit or origin of the columns does to predictions, tapefit beside scikit-learn and NumPy.

    python benchmarks/invariance.py

One column is multiplied by 1e-9 to 1e9, or shifted by 1e6 or 1e8, in a table of 300 rows and three columns with
heavy-tailed errors. Printed is the largest change of a prediction, relative to the largest prediction: 0 would be
exact, 1e-16 is rounding. The columns are multiples of 2**-20, so that the shifted ones hold them without rounding.
"""

import argparse
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.linear_model import HuberRegressor, LinearRegression, QuantileRegressor, SGDRegressor

import tapefit

Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
CHANGES = {f"times {k:g}": (k, 0.0) for k in (1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9)} | {
    f"shifted by {k:g}": (1.0, k) for k in (1e6, 1e8)
}


def _tapefit(**options: object) -> Predict:
    return lambda X, y: tapefit.fit(X, y, **options).predict(X)


def _tapefit_of(target: Callable[[np.ndarray], np.ndarray], **options: object) -> Predict:
    """A fit of what becomes of y in the range that the loss takes."""
    return lambda X, y: tapefit.fit(X, target(y), **options).predict(X)


def counts(y: np.ndarray) -> np.ndarray:
    """Whole numbers from 0."""
    return np.floor(np.exp(np.clip(y, -5, 12) / 4))


def sizes(y: np.ndarray) -> np.ndarray:
    """Positive numbers."""
    return np.exp(np.clip(y, -20, 20) / 4)


def signs(y: np.ndarray) -> np.ndarray:
    """0 or 1, by chance and by y."""
    return (y + np.random.default_rng(1).logistic(size=len(y)) * 3 > 5).astype(float)


def lopsided(y: tapefit.Tensor, y_hat: tapefit.Tensor) -> tapefit.Tensor:
    """Errors below count three times."""
    return tapefit.where(y > y_hat, 3.0, 1.0) * (y - y_hat) ** 2


def _sklearn(make: Callable[[], object]) -> Predict:
    return lambda X, y: make().fit(X, y).predict(X)


def _lstsq(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    A = np.column_stack([np.ones(len(y)), X])
    return A @ np.linalg.lstsq(A, y)[0]


METHODS: dict[str, Predict] = {
    "tapefit mse": _tapefit(),
    "tapefit mae": _tapefit(loss="mae"),
    "tapefit huber": _tapefit(loss="huber"),
    "tapefit log-cosh": _tapefit(loss="log_cosh"),
    "tapefit quantile 0.9": _tapefit(loss="quantile", quantile=0.9),
    "tapefit expectile 0.9": _tapefit(loss="expectile", level=0.9),
    "tapefit poisson": _tapefit_of(counts, loss="poisson"),
    "tapefit gamma": _tapefit_of(sizes, loss="gamma"),
    "tapefit tweedie": _tapefit_of(sizes, loss="tweedie"),
    "tapefit logistic": _tapefit_of(signs, loss="logistic"),
    "tapefit a user's loss": _tapefit(loss=lopsided),
    "scikit-learn LinearRegression": _sklearn(LinearRegression),
    "scikit-learn HuberRegressor": _sklearn(lambda: HuberRegressor(alpha=0.0, max_iter=10_000)),
    "scikit-learn QuantileRegressor": _sklearn(lambda: QuantileRegressor(alpha=0.0)),
    "scikit-learn SGDRegressor": _sklearn(lambda: SGDRegressor(random_state=0)),
    "numpy lstsq": _lstsq,
}


def data() -> tuple[np.ndarray, np.ndarray]:
    """Three columns of like size, and errors with heavy tails."""
    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(300, 3)) * 2**20) / 2**20
    return X, X @ [1.0, -2.0, 3.0] + 5.0 + rng.standard_t(3, size=300)


def change(method: Predict, factor: float, shift: float) -> float:
    """The largest change of a prediction when the second column is changed."""
    X, y = data()
    other = X.copy()
    other[:, 1] = X[:, 1] * factor + shift
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            before, after = method(X, y), method(other, y)
        except ValueError:
            return float("nan")
    return float(np.max(np.abs(after - before)) / np.max(np.abs(before)))


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print("| | " + " | ".join(CHANGES) + " |")
    print("|---|" + "---|" * len(CHANGES))
    for name, method in METHODS.items():
        cells = [change(method, *how) for how in CHANGES.values()]
        print(f"| {name} | " + " | ".join("fails" if np.isnan(c) else f"{c:.0e}" for c in cells) + " |")


if __name__ == "__main__":
    main()
