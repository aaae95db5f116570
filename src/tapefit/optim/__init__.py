"""Solvers: preconditioned descent, a path for corners, interior points for pinball losses, step-by-step optimizers."""

from tapefit.optim._constrained import Constrained, Smooth, nearest, project, solve_constrained
from tapefit.optim._constrained_corners import solve_constrained_corners
from tapefit.optim._constrained_quantile import solve_constrained_pinball
from tapefit.optim._constraints import Constraints, Restricted, restrict
from tapefit.optim._corners import solve_corners
from tapefit.optim._descent import DescentOptions, descend
from tapefit.optim._explain import SCALINGS, Explanation, Scaling, explain_descent
from tapefit.optim._least_squares import solve_squares
from tapefit.optim._newton import solve_smooth
from tapefit.optim._outcome import Outcome, Status
from tapefit.optim._penalised import Penalty, Quadratic, minimum, quadratic, solve_penalised
from tapefit.optim._penalised import unit as penalty_unit
from tapefit.optim._point import Point
from tapefit.optim._quantile import solve_pinball
from tapefit.optim._rates import curvature_range, largest_stable_rate
from tapefit.optim._sample import sampled_start
from tapefit.optim._separation import Separation
from tapefit.optim._spectrum import Spectrum, rescaled
from tapefit.optim._start import first_coefficients
from tapefit.optim._transforms import OPTIMIZERS

__all__ = [
    "OPTIMIZERS",
    "SCALINGS",
    "Constrained",
    "Constraints",
    "DescentOptions",
    "Explanation",
    "Outcome",
    "Penalty",
    "Point",
    "Quadratic",
    "Restricted",
    "Scaling",
    "Separation",
    "Smooth",
    "Spectrum",
    "Status",
    "curvature_range",
    "descend",
    "explain_descent",
    "first_coefficients",
    "largest_stable_rate",
    "minimum",
    "nearest",
    "penalty_unit",
    "project",
    "quadratic",
    "rescaled",
    "restrict",
    "sampled_start",
    "solve_constrained",
    "solve_constrained_corners",
    "solve_constrained_pinball",
    "solve_corners",
    "solve_penalised",
    "solve_pinball",
    "solve_smooth",
    "solve_squares",
]
