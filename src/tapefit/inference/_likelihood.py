"""The table of families: what the likelihood says about a fit whose loss is half a deviance.

References
----------
McCullagh and Nelder, "Generalized Linear Models", 2nd edition, 1989, chapter 2.
Dunn and Smyth, "Series evaluation of Tweedie exponential dispersion model densities", 2005 (tweedie).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tapefit.errors import DataError
from tapefit.inference._statistics import Statistics
from tapefit.numerics import Factor, dependent_columns, rows_factor
from tapefit.numerics._triangular import from_rows
from tapefit.objective import Loss, Problem
from tapefit.optim import first_coefficients, solve_smooth

Floats = NDArray[np.float64]
LogDensity = Callable[[Floats, Floats, Floats], Any]

_NAN = float("nan")


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
    problem: Problem, eta: Floats, loss_value: float, *, used: float | None = None, penalty_root: Floats | None = None
) -> Likelihood:
    """The likelihood of a fit with this linear predictor, (n,), and mean loss.

    `used` degrees of freedom stand for the number of coefficients where a penalty, with a root (m, width) of its
    Hessian, leaves less of them.

    The dispersion is Pearson's sum of squares over the residual degrees of freedom, where it is not known to be 1.
    The density is taken at it, as statsmodels does; R's AIC of a gamma or normal family has deviance / n instead.
    """
    loss, n, width = problem.loss, problem.nobs, problem.basis.width
    free = n - (width if used is None else used)
    family = family_of(loss)
    weight = np.ones(problem.n) if problem.weight is None else problem.weight
    mu = loss.link.mu(eta)
    with np.errstate(all="ignore"):  # a variance of 0 makes NaN, which the results show
        variance = family.variance(mu)
        pearson = float(np.sum(weight * np.square(problem.y - mu) / variance))
        scale = 1.0 if family.known else pearson / free if free > 0 else _NAN
        llf = problem.each(np.asarray(family.log_density(problem.y, mu, scale / problem.once(weight))))
        information = np.square(loss.link.slope(eta)) / variance
    whole = Statistics(
        nobs=n,
        df_model=width - problem.basis.intercept,
        df_resid=round(free),
        scale=scale,
        llf=llf,
        aic=2 * width - 2 * llf,
        bic=float(np.log(n)) * width - 2 * llf,
        deviance=_deviance(problem, loss_value),
        pearson_chi2=pearson,
        **_null(problem, family, scale),
    )
    fisher = problem.factor(np.where(np.isfinite(information), information, 0.0))
    held = [fisher.R] if penalty_root is None else [fisher.R, penalty_root]
    if dependent_columns(from_rows(rows_factor(held, width)), problem.n):  # a descent may have stopped far off
        fisher = replace(fisher, R=np.full_like(fisher.R, np.nan))
    return Likelihood(whole, fisher)


def _null(problem: Problem, family: Family, scale: float) -> dict[str, float]:
    """Deviance and log likelihood of the constant alone, which is the mean of y where there is no offset."""
    weight = np.ones(problem.n) if problem.weight is None else problem.weight
    try:
        eta = _constant(problem)
        mean_loss = problem.mean_loss(eta)
    except DataError:  # an offset that takes every constant out of the link's domain
        return {}
    with np.errstate(all="ignore"):
        density = family.log_density(problem.y, problem.loss.link.mu(eta), scale / problem.once(weight))
        llnull = problem.each(np.asarray(density))
    return {"null_deviance": _deviance(problem, mean_loss), "llnull": llnull}


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
