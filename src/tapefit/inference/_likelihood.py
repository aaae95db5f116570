"""The table of families: what the likelihood says about a fit whose loss is half a deviance.

References
----------
McCullagh and Nelder, "Generalized Linear Models", 2nd edition, 1989, chapter 2.
Dunn and Smyth, "Series evaluation of Tweedie exponential dispersion model densities", 2005 (tweedie).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tapefit.errors import DataError
from tapefit.inference._statistics import Statistics
from tapefit.inference._tally import whole_numbers
from tapefit.numerics import Factor, dependent_columns, in_order, ranges, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Loss, Problem, pointwise
from tapefit.optim import first_coefficients, solve_smooth

Floats = NDArray[np.float64]
LogDensity = Callable[[Floats, Floats, Floats], Any]

_NAN = float("nan")
_SAMPLE = 1 << 10  # rows that show a property of the loss
_SAME = 1e-10


@dataclass(frozen=True)
class Family:
    """An exponential family of distributions of y, given its mean mu and dispersion phi.

    Attributes
    ----------
    variance
        The variance over phi, of mu (n,).
    log_density
        Of y, mu and phi, (n,) each; phi is the dispersion over the row's weight.
    known
        Whether phi is 1, and not estimated.
    """

    variance: Callable[[Floats], Any]
    log_density: LogDensity
    known: bool = False


def _normal(y: Floats, mu: Floats, phi: Floats) -> Any:
    return -0.5 * (np.square(y - mu) / phi + np.log(2 * np.pi * phi))


def _poisson(y: Floats, mu: Floats, phi: Floats) -> Any:
    return (special.xlogy(y, mu) - mu - special.gammaln(y + 1)) / phi


def _binomial(y: Floats, mu: Floats, phi: Floats) -> Any:
    """Of the share y of successes in 1 / phi trials."""
    trials = 1 / phi
    ways = special.gammaln(trials + 1) - special.gammaln(trials * y + 1) - special.gammaln(trials * (1 - y) + 1)
    return ways + trials * (special.xlogy(y, mu) + special.xlog1py(1 - y, -mu))


def _gamma(y: Floats, mu: Floats, phi: Floats) -> Any:
    shape = 1 / phi
    return shape * (np.log(shape * y / mu) - y / mu) - special.gammaln(shape) - np.log(y)


def _inverse_normal(y: Floats, mu: Floats, phi: Floats) -> Any:
    return -0.5 * (np.square((y - mu) / mu) / (phi * y) + np.log(2 * np.pi * phi * y**3))


def _compound(power: float) -> LogDensity:
    """Of sums of a Poisson number of gamma variables, 1 < power < 2, by Wright's Bessel function."""
    a, b = 2 - power, 1 - power

    def log_density(y: Floats, mu: Floats, phi: Floats) -> Any:
        size = np.where(y > 0, y, 1.0)
        argument = (-b * phi / size) ** (a / b) / (a * phi)
        series = special.wright_bessel(-a / b, 0.0, argument)
        kernel = (y * mu**b / b - mu**a / a) / phi
        return kernel + np.where(y > 0, np.log(series) - np.log(size), 0.0)

    return log_density


def _unknown(y: Floats, mu: Floats, phi: Floats) -> Any:
    """Of powers for which no library here sums the series."""
    return np.full(len(y), _NAN)


def _tweedie(power: float) -> Family:
    named = {1.0: _poisson, 2.0: _gamma, 3.0: _inverse_normal}
    density = named.get(power) or (_compound(power) if power < 2 else _unknown)
    return Family(lambda mu: mu**power, density)


FAMILIES: dict[str, Callable[[float], Family]] = {
    "binomial": lambda _: Family(lambda mu: mu * (1 - mu), _binomial, known=True),
    "gamma": lambda _: Family(np.square, _gamma),
    "gaussian": lambda _: Family(np.ones_like, _normal),
    "poisson": lambda _: Family(lambda mu: mu, _poisson, known=True),
    "tweedie": _tweedie,
}


def is_known(loss: Loss) -> bool:
    """Whether a loss is of a family whose dispersion is 1."""
    return bool(loss.family) and family_of(loss).known


def family_of(loss: Loss) -> Family:
    """The family of a loss that has one."""
    return FAMILIES[loss.family](loss.parameters.get("power", _NAN))


@dataclass(frozen=True)
class Likelihood:
    """What a family says about a fit.

    Attributes
    ----------
    statistics
        Deviance, dispersion, log likelihood and criteria.
    fisher
        R with R'R the expected information of the standardised coefficients, for a dispersion of 1.
    """

    statistics: Statistics
    fisher: Factor


def likelihood(
    problem: Problem,
    eta: Floats,
    loss_value: float,
    *,
    used: float | None = None,
    penalty_root: Floats | None = None,
    factors: tuple[Factor, Factor] | None = None,
) -> Likelihood:
    """The likelihood of a fit with this linear predictor, (n,), and mean loss.

    `used` degrees of freedom stand for the number of coefficients where a penalty, with a root (m, width) of its
    Hessian, leaves less of them. `factors` are those of Z'WZ and of the Hessian, of many rows without a penalty.

    The dispersion is Pearson's sum of squares over the residual degrees of freedom, where it is not known to be 1.
    The density is taken at it, as statsmodels does; R's AIC of a gamma or normal family has deviance / n instead.
    """
    loss, n, width = problem.loss, problem.nobs, problem.basis.width
    free = n - (width if used is None else used)
    family = family_of(loss)
    pearson = _pearson(problem, family, eta)
    scale = 1.0 if family.known else pearson / free if free > 0 else _NAN
    deviance = _deviance(problem, loss_value)
    null = _null(problem, family, scale)
    llf = _log_likelihood(problem, family, eta, scale, deviance, null)
    whole = Statistics(
        nobs=n,
        df_model=width - problem.basis.intercept,
        df_resid=round(free),
        scale=scale,
        llf=llf,
        aic=2 * width - 2 * llf,
        bic=float(np.log(n)) * width - 2 * llf,
        deviance=deviance,
        pearson_chi2=pearson,
        **null,
    )
    fisher = _fisher(problem, family, eta, factors)
    held = [fisher.R] if penalty_root is None else [fisher.R, penalty_root]
    if dependent_columns(from_rows(rows_factor(held, width)), problem.n):  # a descent may have stopped far off
        fisher = replace(fisher, R=np.full_like(fisher.R, np.nan))
    return Likelihood(whole, fisher)


def _pearson(problem: Problem, family: Family, eta: Floats) -> float:
    """The sum of squared errors of the mean over its variance."""

    def part(rows: slice) -> float:
        with np.errstate(all="ignore"):  # a variance of 0 makes NaN, which the results show
            mu = problem.loss.link.mu(eta[rows])
            squares = np.square(problem.y[rows] - mu) / family.variance(mu)
            return float(np.sum(squares if problem.weight is None else problem.weight[rows] * squares))

    return _total(part, problem.n)


def _total(part: Callable[[slice], float], n: int) -> float:
    """The sum over n rows of what each range of them adds."""
    found = list(in_order(part, ranges(n)))
    return math.fsum(found) if np.isfinite(found).all() else float(np.sum(found))


def _fisher(problem: Problem, family: Family, eta: Floats, factors: tuple[Factor, Factor] | None) -> Factor:
    """R with R'R the expected information at a dispersion of 1.

    It is the Hessian where l'' does not depend on y, and Z'WZ times a constant where it is the same for every eta:
    a sample of many rows shows that, as both are properties of the loss.
    """
    if factors is not None:
        some = slice(None, None, max(1, problem.n // _SAMPLE))
        seen = pointwise(problem.loss, problem.y[some], eta[some]).curvature
        information = _information(problem, family, eta[some])
        if np.allclose(seen, information, rtol=_SAME, atol=_SAME * float(np.abs(information).max())):
            return factors[1]
        if np.allclose(information, information[0], rtol=_SAME, atol=0.0):
            plain, root = factors[0], float(np.sqrt(information[0]))
            return replace(plain, R=plain.R * root, low=None if plain.low is None else plain.low * root)
    information = _information(problem, family, eta)
    return problem.factor(np.where(np.isfinite(information), information, 0.0))


def _information(problem: Problem, family: Family, eta: Floats) -> Floats:
    """(m,) what a row tells of its linear predictor at a dispersion of 1, for eta (m,)."""
    link = problem.loss.link
    with np.errstate(all="ignore"):
        return np.asarray(np.square(link.slope(eta)) / family.variance(link.mu(eta)))


def _log_likelihood(
    problem: Problem, family: Family, eta: Floats, scale: float, deviance: float, null: dict[str, float]
) -> float:
    """Of the fit; of many rows from that of the constant and the deviances, which need no more densities."""
    if null and problem.passes is not None:
        return null["llnull"] + 0.5 * (null["null_deviance"] - deviance) / scale
    return _densities(problem, family, problem.loss.link.mu(eta), scale)


def _densities(problem: Problem, family: Family, mu: Floats, scale: float) -> float:
    """The sum over observations of the logarithms of their densities at means (n,)."""
    weight = np.ones(problem.n) if problem.weight is None else problem.weight
    with np.errstate(all="ignore"):
        return problem.each(np.asarray(family.log_density(problem.y, mu, scale / problem.once(weight))))


def _null(problem: Problem, family: Family, scale: float) -> dict[str, float]:
    """Deviance and log likelihood of the constant alone, which is the mean of y where there is no offset."""
    try:
        if problem.passes is not None and problem.weight is None and problem.offset is None:
            return _null_of_many(problem, family, scale)
        eta = _constant(problem)
        mean_loss = problem.mean_loss(eta)
    except DataError:  # an offset that takes every constant out of the link's domain
        return {}
    llnull = _densities(problem, family, problem.loss.link.mu(eta), scale)
    return {"null_deviance": _deviance(problem, mean_loss), "llnull": llnull}


def _null_of_many(problem: Problem, family: Family, scale: float) -> dict[str, float]:
    """The same where both are sums of functions of y alone, which need not be computed for a value again and again."""
    loss = problem.loss
    level = np.asarray(loss.link.predictor(np.array([problem.mean(problem.y)])), dtype=np.float64)
    phi, mu = np.array([scale]), loss.link.mu(level)

    def both(y: Floats) -> tuple[Floats, Floats]:
        with np.errstate(all="ignore"):
            value = pointwise(loss, y, np.full(len(y), level[0]), order=0).value
            return value, np.asarray(family.log_density(y, mu, phi)) * np.ones(len(y))

    found = whole_numbers(problem.y)
    if found is not None:
        values, counts = found
        value, density = both(values)
        parts = [(float(value @ counts), float(density @ counts))]
    else:
        sums = in_order(lambda rows: [part.sum() for part in both(problem.y[rows])], ranges(problem.n))
        parts = [(float(value), float(density)) for value, density in sums]
    mean_loss = math.fsum(value for value, _ in parts) / problem.total_weight
    return {"null_deviance": _deviance(problem, mean_loss), "llnull": math.fsum(density for _, density in parts)}


def _constant(problem: Problem) -> Floats:
    """(n,) the linear predictor of the best constant."""
    if problem.offset is None:
        return np.full(problem.n, problem.loss.link.predictor(np.array(problem.mean(problem.y))))
    nothing = np.empty((problem.n, 0))
    alone = Problem.of(nothing, problem.y, problem.loss, intercept=True, weight=problem.weight, offset=problem.offset)
    start = first_coefficients(alone, alone.factor())
    return alone.eta(solve_smooth(alone, start, max_iter=100, tol=1e-14).theta)


def _deviance(problem: Problem, loss_value: float) -> float:
    halves = 1.0 if problem.loss.family == "gaussian" else 2.0  # a squared error is no half of one
    return halves * loss_value * problem.total_weight
