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
    return problem.each(np.where(np.abs(u) <= 1, 0.75 * (1 - u**2), 0.0)) / (problem.nobs * width)


def kernel_width(problem: Problem, residual: Floats, level: float) -> float:
    """How far from 0 errors count for the density there: Hall and Sheather's bandwidth in units of y."""
    n = problem.nobs
    h = min(hall_sheather(n, level), 0.999 * min(level, 1 - level))
    lower, upper = (_quantile(problem, residual, share) for share in (0.25, 0.75))
    spread = min(_deviation(problem, problem.y), (upper - lower) / 1.34) or _deviation(problem, residual)
    return spread * float(special.ndtri(level + h) - special.ndtri(level - h))


def _deviation(problem: Problem, values: Floats) -> float:
    """The standard deviation over the observations."""
    centre = problem.each(values) / problem.nobs
    return float(np.sqrt(problem.each(np.square(values - centre)) / problem.nobs))


def _quantile(problem: Problem, values: Floats, share: float) -> float:
    """NumPy's quantile of the observations, without a copy of a row for each."""
    if problem.counts is None:
        return float(np.quantile(values, share))
    order = np.argsort(values)
    place = share * (problem.nobs - 1)
    ends = np.cumsum(problem.counts[order])  # (n,) observations up to each row
    low, high = values[order[np.searchsorted(ends, [np.floor(place), np.ceil(place)], side="right")]]
    return float(low + (high - low) * (place - np.floor(place)))


def pinball_sparsity(problem: Problem, residual: Floats) -> float:
    """level (1 - level) / f(0)^2: the factor of (X'X)^-1 when errors are identically distributed."""
    level = problem.loss.level
    return level * (1 - level) / density_at_zero(problem, residual) ** 2


def pinball_slope(problem: Problem, residual: Floats) -> Floats:
    """(n,) the weighted slope of the pinball loss at each row over f(0); a fitted row counts as one from above."""
    level = problem.loss.level
    above = (residual > 0) | _fitted(problem, residual)
    return problem.weighted(np.where(above, -level, 1 - level) / density_at_zero(problem, residual))


def _fitted(problem: Problem, residual: Floats) -> NDArray[np.bool_]:
    """(n,) which rows are fitted exactly, whose errors have the sign of a rounding."""
    return np.asarray(np.abs(residual) <= 1e-10 * problem.each(np.abs(residual)) / problem.nobs)


def pinball_meat(problem: Problem, residual: Floats) -> Floats:
    """(n,) the squared slopes over f(0)^2 of each row: the sandwich's middle when errors are not.

    A row that is fitted exactly, whose slope may be anything between those of both sides, counts with the variance
    that the slope has, level (1 - level).
    """
    level = problem.loss.level
    even = problem.weighted(np.full(problem.n, np.sqrt(level * (1 - level)) / density_at_zero(problem, residual)))
    return problem.once(np.square(np.where(_fitted(problem, residual), even, pinball_slope(problem, residual))))
