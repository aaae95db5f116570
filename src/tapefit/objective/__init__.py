"""The objective: a loss of (y, y_hat), its derivatives row by row from the tape, and the linear predictor."""

from tapefit.objective._check import check_loss
from tapefit.objective._domains import check_domain
from tapefit.objective._links import IDENTITY, LINKS, Link, find_link
from tapefit.objective._losses import CONSTANTS, LOSSES, Loss, LossFunction, find_loss
from tapefit.objective._passes import Passes, Sums
from tapefit.objective._pointwise import Pointwise, pointwise, smoothed
from tapefit.objective._problem import Problem
from tapefit.objective._recognise import recognise
from tapefit.objective._user_penalty import UserPenalty, check_penalty

__all__ = [
    "CONSTANTS",
    "IDENTITY",
    "LINKS",
    "LOSSES",
    "Link",
    "Loss",
    "LossFunction",
    "Passes",
    "Pointwise",
    "Problem",
    "Sums",
    "UserPenalty",
    "check_domain",
    "check_loss",
    "check_penalty",
    "find_link",
    "find_loss",
    "pointwise",
    "recognise",
    "smoothed",
]
