"""Solvers: preconditioned descent, a path for corners, interior points for pinball losses, step-by-step optimizers."""

from tapefit.optim._corners import solve_corners
from tapefit.optim._descent import DescentOptions, descend
from tapefit.optim._explain import SCALINGS, Explanation, Scaling, explain_descent
from tapefit.optim._least_squares import solve_squares
from tapefit.optim._newton import solve_smooth
from tapefit.optim._outcome import Outcome, Status
from tapefit.optim._penalised import Penalty, Quadratic, minimum, quadratic, solve_penalised
from tapefit.optim._penalised import unit as penalty_unit
from tapefit.optim._quantile import solve_pinball
from tapefit.optim._rates import curvature_range, largest_stable_rate
from tapefit.optim._spectrum import Spectrum, rescaled
from tapefit.optim._start import first_coefficients
from tapefit.optim._transforms import OPTIMIZERS, Transform

__all__ = [
    "OPTIMIZERS",
    "SCALINGS",
    "DescentOptions",
    "Explanation",
    "Outcome",
    "Penalty",
    "Quadratic",
    "Scaling",
    "Spectrum",
    "Status",
    "Transform",
    "curvature_range",
    "descend",
    "explain_descent",
    "first_coefficients",
    "largest_stable_rate",
    "minimum",
    "penalty_unit",
    "quadratic",
    "rescaled",
    "solve_corners",
    "solve_penalised",
    "solve_pinball",
    "solve_smooth",
    "solve_squares",
]
