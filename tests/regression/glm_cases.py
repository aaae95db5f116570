"""Rows without chance, and the generalised linear models that are fitted to them here and by statsmodels."""

from __future__ import annotations

import numpy as np

CASES = {
    "poisson": {"y": "count", "loss": "poisson", "link": "log"},
    "poisson, sqrt": {"y": "count", "loss": "poisson", "link": "sqrt"},
    "poisson, identity": {"y": "many", "loss": "poisson", "link": "identity"},
    "poisson, exposure": {"y": "count", "loss": "poisson", "link": "log", "exposure": "time"},
    "poisson, offset": {"y": "count", "loss": "poisson", "link": "log", "offset": "known"},
    "poisson, weights": {"y": "count", "loss": "poisson", "link": "log", "weight": "time"},
    "gamma": {"y": "size", "loss": "gamma", "link": "log"},
    "gamma, inverse": {"y": "size", "loss": "gamma", "link": "inverse"},
    "gamma, identity": {"y": "many", "loss": "gamma", "link": "identity"},
    "gamma, weights": {"y": "size", "loss": "gamma", "link": "log", "weight": "time"},
    "tweedie 1.5": {"y": "claim", "loss": "tweedie", "link": "log", "power": 1.5},
    "tweedie 1.2": {"y": "claim", "loss": "tweedie", "link": "log", "power": 1.2},
    "tweedie 2.5": {"y": "size", "loss": "tweedie", "link": "log", "power": 2.5},
    "logistic": {"y": "yes", "loss": "logistic", "link": "logit"},
    "logistic, probit": {"y": "yes", "loss": "logistic", "link": "probit"},
    "logistic, offset": {"y": "yes", "loss": "logistic", "link": "logit", "offset": "known"},
    "proportions": {"y": "share", "loss": "logistic", "link": "logit"},
    "mse, log": {"y": "size", "loss": "mse", "link": "log"},
}


def rows(n: int = 60) -> dict[str, np.ndarray]:
    """Columns (n,): two features, six kinds of y, a time and a known part."""
    i = np.arange(n)
    x, z = ((37 * i) % n) / n - 0.5, np.cos(1.0 * i)
    u = ((23 * i + 11) % n + 0.5) / n  # in (0, 1), spread evenly
    return {
        "x": x,
        "z": z,
        "count": np.floor(np.exp(1.0 + 0.8 * x - 0.3 * z) * 2 * u),
        "many": np.floor(20 * (1 + x + 0.2 * z) * (0.5 + u)),
        "size": np.exp(0.4 - 0.5 * x + 0.2 * z) * (0.2 - np.log(u)),
        "claim": np.where(u < 0.3, 0.0, np.exp(0.5 + x) * (0.1 - np.log(u))),
        "yes": (u < 1 / (1 + np.exp(-0.3 - 2 * x + z))).astype(float),
        "share": np.round(8 * u * (0.5 + 0.5 * np.sin(x))) / 8,
        "time": 0.5 + (i % 7) / 4,
        "known": 0.2 * np.sin(2.0 * i),
    }
