"""Inference: what a fit says beyond its coefficients, and how sure it is."""

from tapefit.inference._covariance import COVARIANCES, Covariance, Fit, covariance
from tapefit.inference._model_file import load
from tapefit.inference._prediction import Prediction
from tapefit.inference._results import RegressionResults
from tapefit.inference._statistics import Statistics, robust_f, statistics

__all__ = [
    "COVARIANCES",
    "Covariance",
    "Fit",
    "Prediction",
    "RegressionResults",
    "Statistics",
    "covariance",
    "load",
    "robust_f",
    "statistics",
]
