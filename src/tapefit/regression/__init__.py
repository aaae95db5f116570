"""Regression: `fit`, the scikit-learn estimator, and saved models."""

from tapefit._lazy import attributes as _attributes
from tapefit.inference import RegressionResults, compare, load
from tapefit.regression._fit import fit

__all__ = [
    "LinearRegression",
    "PenaltyPath",
    "RegressionResults",
    "compare",
    "explain",
    "fit",
    "fit_batches",
    "fit_path",
    "load",
]

# scikit-learn takes seconds to import; only the estimator needs it.
__getattr__, __dir__ = _attributes(
    __name__,
    {
        "LinearRegression": "tapefit.regression._estimator",
        "PenaltyPath": "tapefit.regression._path",
        "explain": "tapefit.regression._explain",
        "fit_batches": "tapefit.regression._batches",
        "fit_path": "tapefit.regression._path",
    },
    globals(),
)
