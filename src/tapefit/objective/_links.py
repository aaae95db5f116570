"""The table of links: what the linear predictor eta is to the mean mu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tapefit.errors import UsageError
from tapefit.objective._normal import log_ndtr
from tapefit.tape import GradientTape, Tensor
from tapefit.tape.ops import _math as m

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Link:
    """A link g with eta = g(mu).

    Attributes
    ----------
    name
        What the user calls it.
    mean
        The inverse, mu of eta, written with tape ops.
    predictor
        g itself, eta of mu, for arrays.
    start
        Means close to y (n,) at which g is finite, from which a descent sets out.
    log_mean
        log mu of eta with tape ops, where that is better not taken as the logarithm of `mean`.
    """

    name: str
    mean: Callable[[Any], Any]
    predictor: Callable[[Floats], Floats]
    start: Callable[[Floats], Floats]
    log_mean: Callable[[Any], Any] | None = None

    def mu(self, eta: Floats) -> Floats:
        """The mean at a linear predictor (n,)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.mean(Tensor(eta))._array, dtype=np.float64)

    def slope(self, eta: Floats) -> Floats:
        """d mu / d eta, (n,), from the tape."""
        at = Tensor(eta)
        with np.errstate(all="ignore"), GradientTape() as tape:
            tape.watch(at)
            mu = self.mean(at)
        return np.asarray(tape.gradient(mu, at)._array, dtype=np.float64)


def _halfway_to_mean(y: Floats) -> Floats:
    return np.asarray((y + y.mean()) / 2)


def _halfway_to_half(y: Floats) -> Floats:
    return (y + 0.5) / 2


def _same(x: Any) -> Any:
    return x


IDENTITY = Link("identity", lambda eta: 1.0 * eta, _same, _same)

LINKS: dict[str, Link] = {
    "identity": IDENTITY,
    "inverse": Link("inverse", lambda eta: 1.0 / eta, lambda mu: 1.0 / mu, _halfway_to_mean),
    "log": Link("log", m.exp, np.log, _halfway_to_mean, _same),
    "logit": Link("logit", m.sigmoid, special.logit, _halfway_to_half, lambda eta: -m.softplus(-eta)),
    "probit": Link("probit", lambda eta: m.exp(log_ndtr(eta)), special.ndtri, _halfway_to_half, log_ndtr),
    "sqrt": Link("sqrt", m.square, np.sqrt, _halfway_to_mean),
}


def find_link(name: str) -> Link:
    """The row of a name.

    Raises
    ------
    UsageError
        If the name is not in the table.
    """
    if not isinstance(name, str) or name not in LINKS:
        raise UsageError(f"Expected a link of {', '.join(sorted(LINKS))}, got {name!r}; choose one of them.")
    return LINKS[name]
