"""Tail probabilities and quantiles, from scipy.special: scipy.stats takes over a second to import."""

from __future__ import annotations

import numbers

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tapefit.errors import UsageError

Floats = NDArray[np.float64]


def two_sided(statistic: Floats, df: float | None) -> Floats:
    """The probability of a larger size under Student's t with `df` degrees of freedom, or the normal if None."""
    size = -np.abs(statistic)
    return 2 * (special.ndtr(size) if df is None else special.stdtr(df, size))  # type: ignore[no-any-return]


def quantile(probability: float, df: float | None) -> float:
    """The quantile of Student's t with `df` degrees of freedom, or of the normal if None."""
    return float(special.ndtri(probability) if df is None else special.stdtrit(df, probability))


def checked_level(level: object) -> float:
    """A confidence level, or UsageError if it is not between 0 and 1."""
    if isinstance(level, numbers.Real) and 0 < float(level) < 1:
        return float(level)
    raise UsageError(f"Expected a confidence level between 0 and 1, got {level!r}; 0.95 is the usual one.")


def f_tail(statistic: float, df1: float, df2: float) -> float:
    """The probability of a larger value under F with these degrees of freedom."""
    return float(special.fdtrc(df1, df2, statistic))


def chi2_tail(statistic: float, df: float) -> float:
    """The probability of a larger value under chi-squared."""
    return float(special.chdtrc(df, statistic))


def normal_density(x: float) -> float:
    """The density of the standard normal."""
    return float(np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi))
