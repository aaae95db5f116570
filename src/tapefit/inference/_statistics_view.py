"""The statistics of a fit as attributes of its results."""

from __future__ import annotations

from collections.abc import Callable
from math import expm1
from typing import Literal

from tapefit.errors import UsageError
from tapefit.inference._statistics import Statistics

# of the log likelihoods of the fit and of a constant, and the number of rows
_PSEUDO: dict[str, Callable[[float, float, int], float]] = {
    "cs": lambda llf, null, n: -expm1((null - llf) * 2 / n),
    "mcf": lambda llf, null, n: 1 - llf / null,
}


class StatisticsView:
    """Numbers about a fit as a whole, each under the name that statsmodels gives it; NaN where one is not defined."""

    statistics: Statistics

    @property
    def nobs(self) -> int:
        """Rows used."""
        return self.statistics.nobs

    @property
    def df_model(self) -> int:
        """Slopes."""
        return self.statistics.df_model

    @property
    def df_resid(self) -> int:
        """Rows less coefficients."""
        return self.statistics.df_resid

    @property
    def scale(self) -> float:
        """The residual variance."""
        return self.statistics.scale

    @property
    def rsquared(self) -> float:
        """The part of the variance of y that the model explains; about 0 if there is no intercept."""
        return self.statistics.rsquared

    @property
    def rsquared_adj(self) -> float:
        """`rsquared`, corrected for the number of coefficients."""
        return self.statistics.rsquared_adj

    @property
    def fvalue(self) -> float:
        """The F statistic of all slopes together."""
        return self.statistics.fvalue

    @property
    def f_pvalue(self) -> float:
        """Its probability if all slopes are 0."""
        return self.statistics.f_pvalue

    @property
    def deviance(self) -> float:
        """Of a likelihood family: twice the log likelihood lost against a fit of every y, times the dispersion."""
        return self.statistics.deviance

    @property
    def pearson_chi2(self) -> float:
        """Of a likelihood family: the sum of squared errors over their variances."""
        return self.statistics.pearson_chi2

    @property
    def null_deviance(self) -> float:
        """The deviance of the model that has a constant (and the offset) alone."""
        return self.statistics.null_deviance

    @property
    def llnull(self) -> float:
        """The log likelihood of the model that has a constant (and the offset) alone, at the dispersion `scale`."""
        return self.statistics.llnull

    def pseudo_rsquared(self, kind: Literal["cs", "mcf"] = "cs") -> float:
        """How much better the fit of a likelihood family is than a constant alone; NaN for other losses.

        Parameters
        ----------
        kind
            "cs" for Cox and Snell's 1 - exp((llnull - llf) 2 / nobs), "mcf" for McFadden's 1 - llf / llnull.

        Raises
        ------
        UsageError
            If the kind is none of them.
        """
        if kind not in _PSEUDO:
            raise UsageError(f"Expected a kind of {', '.join(sorted(_PSEUDO))}, got {kind!r}; choose one of them.")
        return _PSEUDO[kind](self.llf, self.llnull, self.nobs)

    @property
    def llf(self) -> float:
        """The log likelihood; normal for squared errors."""
        return self.statistics.llf

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return self.statistics.aic

    @property
    def bic(self) -> float:
        """The Bayesian information criterion."""
        return self.statistics.bic
