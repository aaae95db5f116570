"""The objective: a loss of (y, y_hat), its derivatives row by row from the tape, and the linear predictor."""

from tapefit.objective._check import check_loss
from tapefit.objective._losses import LOSSES, Loss, LossFunction, find_loss
from tapefit.objective._pointwise import Pointwise, pointwise, smoothed
from tapefit.objective._problem import Problem
from tapefit.objective._recognise import recognise

__all__ = [
    "LOSSES",
    "Loss",
    "LossFunction",
    "Pointwise",
    "Problem",
    "check_loss",
    "find_loss",
    "pointwise",
    "recognise",
    "smoothed",
]
