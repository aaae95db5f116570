"""Inference: what a fit says beyond its coefficients, and how sure it is."""

from tapefit.inference._compare import Comparison, compare
from tapefit.inference._constraint_table import ConstraintTable
from tapefit.inference._covariance import COVARIANCES, Covariance, Fit, check_cov_type, covariance, undefined
from tapefit.inference._distributions import checked_level
from tapefit.inference._groups import group_codes, group_columns
from tapefit.inference._hypothesis import hypotheses, linear_relations
from tapefit.inference._influence import Influence
from tapefit.inference._likelihood import FAMILIES, is_known
from tapefit.inference._linear_tests import TTest, WaldTest
from tapefit.inference._model_file import load
from tapefit.inference._moments import MomentFit, Moments, solve_moments
from tapefit.inference._prediction import Prediction
from tapefit.inference._results import RegressionResults
from tapefit.inference._solution import augmented, solution, square_loss
from tapefit.inference._statistics import Statistics, of_squares, robust_f

__all__ = [
    "COVARIANCES",
    "FAMILIES",
    "Comparison",
    "ConstraintTable",
    "Covariance",
    "Fit",
    "Influence",
    "MomentFit",
    "Moments",
    "Prediction",
    "RegressionResults",
    "Statistics",
    "TTest",
    "WaldTest",
    "augmented",
    "check_cov_type",
    "checked_level",
    "compare",
    "covariance",
    "group_codes",
    "group_columns",
    "hypotheses",
    "is_known",
    "linear_relations",
    "load",
    "of_squares",
    "robust_f",
    "solution",
    "solve_moments",
    "square_loss",
    "undefined",
]
