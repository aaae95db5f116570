"""Half unit deviances of the exponential families, as functions of (y, eta) under any link.

Twice their sum is the deviance of a generalised linear model, and each is 0 where the mean is y. They are written
in the logarithm of the mean, where no digits are lost to counts of millions or to probabilities of 1e-20.

References
----------
Jorgensen, "The Theory of Dispersion Models", 1997, chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit.objective._links import Link
from tapefit.objective._normal import log_ndtr
from tapefit.tape.ops import _math as m

LossFunction = Callable[[Any, Any], Any]


def power_deviance(power: float, link: Link) -> LossFunction:
    """Of the family with variance mu**power, power >= 1: poisson 1, gamma 2, inverse Gaussian 3.

    With t = log(mu / y) it is y**(2-p) [box(2-p, t) - box(1-p, t)], where box(k, t) is the integral of exp(k t)
    from 0 to t; and mu**(2-p) / (2-p) where y is 0.
    """
    a, b = 2.0 - power, 1.0 - power
    log_mean = _log_mean(link)

    def deviance(y: Any, eta: Any) -> Any:
        log_mu = log_mean(eta)
        size = m.where(y > 0, y, 1.0)
        t = log_mu - m.log(size)
        off = _power(size, a) * (_box(a, t) - _box(b, t))
        return m.where(y > 0, off, m.exp(a * log_mu) / a) if a > 0 else off

    return deviance


def _log_mean(link: Link) -> Callable[[Any], Any]:
    return link.log_mean or (lambda eta: m.log(link.mean(eta)))


def _power(size: Any, k: float) -> Any:
    return size if k == 1 else m.exp(k * m.log(size)) if k else 1.0


def _box(k: float, t: Any) -> Any:
    return m.expm1(k * t) / k if k else t


def _logit_cost(y: Any, eta: Any) -> Any:
    """-y log mu - (1 - y) log(1 - mu) with one softplus, of the sign that leaves the digits of its smaller part."""
    side = m.sign(0.5 - y + 1e-300)  # 1 or -1, which is faster than a choice between eta and -eta
    toward = side * eta  # grows with the probability of what did not come, or came less
    return m.softplus(toward) - m.minimum(y, 1.0 - y) * toward


def _probit_cost(y: Any, eta: Any) -> Any:
    return -y * log_ndtr(eta) - (1.0 - y) * log_ndtr(-eta)


# the cost of a mean, by link, where it is not better taken from mu
_COSTS: dict[str, LossFunction] = {"logit": _logit_cost, "probit": _probit_cost}


def binomial_deviance(link: Link) -> LossFunction:
    """Of proportions: y log(y / mu) + (1 - y) log((1 - y) / (1 - mu)); for y of 0 and 1 the logistic loss."""

    def of_mean(y: Any, eta: Any) -> Any:
        mu = link.mean(eta)
        return -y * m.log(mu) - (1.0 - y) * m.log1p(-mu)

    cost = _COSTS.get(link.name, of_mean)
    return lambda y, eta: _negative_entropy(y) + cost(y, eta)


def _negative_entropy(y: Any) -> Any:
    """y log y + (1 - y) log(1 - y), 0 at both ends."""
    inside = m.where(y * (1.0 - y) > 0, y, 0.5)
    return m.where(y * (1.0 - y) > 0, inside * m.log(inside) + (1.0 - inside) * m.log1p(-inside), 0.0)
