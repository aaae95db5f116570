"""What takes the place of l'' for pinball losses: the density of the errors at 0.

References
----------
Hall and Sheather, "On the distribution of a Studentized quantile", JRSS B 50, 1988 (bandwidth).
Powell, "Estimation of monotonic regression models under quantile restrictions", 1991 (kernel estimate).
Koenker, "Quantile Regression", 2005, sections 3.4 and 4.10.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tapefit.inference._distributions import normal_density
from tapefit.objective import Problem

Floats = NDArray[np.float64]


def hall_sheather(n: int, level: float) -> float:
    """The bandwidth in probability for 95 % intervals: n^(-1/3) z^(2/3) (1.5 f(q)^2 / (2 q^2 + 1))^(1/3)."""
    q = float(special.ndtri(level))
    z = float(special.ndtri(0.975))
    return float(n ** (-1 / 3) * z ** (2 / 3) * (1.5 * normal_density(q) ** 2 / (2 * q**2 + 1)) ** (1 / 3))


def density_at_zero(problem: Problem, residual: Floats) -> float:
    """The density of the errors at 0, by an Epanechnikov kernel whose width follows Hall and Sheather."""
    width = kernel_width(problem, residual, problem.loss.level)
    if not width > 0:
        return float("inf")
    u = residual / width
    return float(np.sum(np.where(np.abs(u) <= 1, 0.75 * (1 - u**2), 0.0)) / (problem.n * width))


def kernel_width(problem: Problem, residual: Floats, level: float) -> float:
    """How far from 0 errors count for the density there: Hall and Sheather's bandwidth in units of y."""
    n = problem.n
    h = min(hall_sheather(n, level), 0.999 * min(level, 1 - level))
    lower, upper = np.percentile(residual, [25, 75])
    spread = min(float(np.std(problem.y)), float(upper - lower) / 1.34) or float(np.std(residual))
    return spread * float(special.ndtri(level + h) - special.ndtri(level - h))


def pinball_sparsity(problem: Problem, residual: Floats) -> float:
    """level (1 - level) / f(0)^2: the factor of (X'X)^-1 when errors are identically distributed."""
    level = problem.loss.level
    return level * (1 - level) / density_at_zero(problem, residual) ** 2


def pinball_slope(problem: Problem, residual: Floats) -> Floats:
    """(n,) the weighted slope of the pinball loss at each row over f(0)."""
    level = problem.loss.level
    slope = np.where(residual > 0, -level, 1 - level) / density_at_zero(problem, residual)
    return problem.weighted(slope)


def pinball_meat(problem: Problem, residual: Floats) -> Floats:
    """(n,) the squared slopes over f(0)^2 of each row: the sandwich's middle when errors are not.

    A row that is fitted exactly, whose slope may be anything between those of both sides, counts with the variance
    that the slope has, level (1 - level).
    """
    level = problem.loss.level
    fitted = np.abs(residual) <= 1e-10 * np.mean(np.abs(residual))
    even = problem.weighted(np.full(problem.n, np.sqrt(level * (1 - level)) / density_at_zero(problem, residual)))
    return np.square(np.where(fitted, even, pinball_slope(problem, residual)))
