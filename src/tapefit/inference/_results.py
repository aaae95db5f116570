"""RegressionResults: everything that a fit found, as plain data."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount, read
from tapefit.errors import UsageError
from tapefit.inference._distributions import quantile, two_sided
from tapefit.inference._prediction import Prediction
from tapefit.inference._statistics import Statistics
from tapefit.inference._summary import render
from tapefit.numerics import Basis

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class RegressionResults:
    """The results of a fit. ``print(results)`` shows them as a table.

    Attributes
    ----------
    encoding
        What the data's columns mean to the model.
    params
        (k,) the coefficients of the raw columns, the intercept first if there is one.
    theta
        (k,) the same for the standardised columns of `basis`.
    basis
        Centre and scale of the columns.
    cov_theta
        (k, k) the covariance of `theta`.
    cov_type
        Its kind.
    statistics
        Numbers about the fit as a whole; each is an attribute of the results, too.
    loss
        The loss's name.
    loss_value
        The weighted mean loss at the coefficients.
    level
        The quantile that is fitted, for pinball losses; else NaN.
    solver, n_iter, converged, message
        How the coefficients were found.
    loss_curve
        (m,) the mean loss after each step.
    rows
        Rows read, used and dropped.
    condition_number
        Of the standardised columns.
    use_t
        Whether tests use Student's t with `df_resid` degrees of freedom, or the normal distribution.
    confidence_level
        Of the intervals that the summary shows.
    dropped
        Places of the terms that were left out because others make them up; their coefficients are 0.
    warnings
        Sentences that a reader should see before the numbers.
    """

    encoding: Encoding
    params: Floats
    theta: Floats
    basis: Basis
    cov_theta: Floats
    cov_type: str
    statistics: Statistics
    loss: str
    loss_value: float
    solver: str
    n_iter: int
    converged: bool
    message: str
    loss_curve: Floats
    rows: RowCount
    condition_number: float
    use_t: bool
    level: float = float("nan")
    confidence_level: float = 0.95
    dropped: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()

    # -- coefficients --------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """The terms, in the order of `params`."""
        return self.encoding.term_names

    @property
    def target(self) -> str:
        """The name of the predicted column."""
        return self.encoding.target

    def cov_params(self) -> Floats:
        """The covariance of the coefficients, (k, k)."""
        T = self.basis.raw_map()
        return T @ self.cov_theta @ T.T

    @cached_property
    def bse(self) -> Floats:
        """(k,) standard errors; NaN for a term that was dropped."""
        first = int(self.basis.intercept)
        bse = np.sqrt(np.diag(self.cov_theta))
        bse[first:] /= self.basis.scale
        if first:
            at_zero = np.concatenate([[1.0], -self.basis.centre / self.basis.scale])
            bse[0] = np.sqrt(at_zero @ self.cov_theta @ at_zero)
        bse[list(self.dropped)] = np.nan
        return bse

    @property
    def tvalues(self) -> Floats:
        """(k,) coefficients over their standard errors; infinite where the fit is exact."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.params / self.bse

    @property
    def pvalues(self) -> Floats:
        """(k,) two-sided probabilities of the hypothesis that a coefficient is 0."""
        return two_sided(self.tvalues, self._df)

    def conf_int(self, confidence_level: float | None = None) -> Floats:
        """Confidence intervals of the coefficients, (k, 2).

        Raises
        ------
        UsageError
            If the level is not between 0 and 1.
        """
        level = self.confidence_level if confidence_level is None else confidence_level
        if not 0 < level < 1:
            raise UsageError(f"Expected a confidence level between 0 and 1, got {level}; 0.95 is the usual one.")
        half = quantile(0.5 + level / 2, self._df) * self.bse
        return np.column_stack([self.params - half, self.params + half])

    @property
    def _df(self) -> float | None:
        return float(self.df_resid) if self.use_t else None

    # -- the fit as a whole --------------------------------------------------------------------

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
    def llf(self) -> float:
        """The normal log likelihood."""
        return self.statistics.llf

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return self.statistics.aic

    @property
    def bic(self) -> float:
        """The Bayesian information criterion."""
        return self.statistics.bic

    # -- prediction ----------------------------------------------------------------------------

    def predict(self, data: Any, *, missing: str = "error") -> Floats:
        """Predicted values of new rows.

        Parameters
        ----------
        data
            A path, dataframe, mapping or table with the feature columns, found by name; or an array (n, p) with
            the features in the order of the fit.
        missing
            "error", or "drop" to leave out rows with missing values.

        Returns
        -------
        (n,) array

        Raises
        ------
        DataError
            If a column is missing, holds something else than at the fit, or has an unseen level.
        """
        return self.basis.predict(self._design(data, missing), self.theta)

    def get_prediction(self, data: Any, *, missing: str = "error") -> Prediction:
        """Predicted values with standard errors and intervals; arguments as in `predict`."""
        X = self._design(data, missing)
        variance = np.empty(len(X))
        for rows, Z in self.basis.parts(X):
            variance[rows] = np.maximum(((Z @ self.cov_theta) * Z).sum(axis=1), 0.0)
        mean = self.basis.predict(X, self.theta)
        return Prediction(mean, np.sqrt(variance), np.sqrt(variance + self.scale), self._df)

    def _design(self, data: Any, missing: str) -> Floats:
        """The raw design of new rows, (n, p)."""
        if isinstance(data, np.ndarray):
            names = self.encoding.feature_names
            X = np.asarray(data, dtype=np.float64)
            X = X.reshape(-1, 1) if X.ndim == 1 and len(names) == 1 else X
            if X.ndim != 2 or X.shape[1] != len(names):
                raise UsageError(
                    f"Expected an array with {len(names)} columns ({', '.join(names)}), got shape {X.shape}; "
                    "pass the features in that order, or a dataframe with these names."
                )
            data = {name: X[:, j] for j, name in enumerate(names)}
        table = read(data, categorical=self.encoding.categorical_names)
        return self.encoding.design(table, missing=missing)[0]  # type: ignore[arg-type]

    # -- showing -------------------------------------------------------------------------------

    def summary(self) -> str:
        """The results as a table of plain text."""
        return render(self)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return (
            f"<RegressionResults of {self.target}: {len(self.params)} coefficients, {self.nobs} rows, loss {self.loss}>"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the results to a JSON file that `tapefit.load` and ``tapefit predict`` read.

        Raises
        ------
        OutputError
            If the file cannot be written; what stood there before is untouched.
        """
        from tapefit import __version__
        from tapefit.inference._model_file import save

        save(self, path, __version__)

    def to_dict(self) -> dict[str, Any]:
        """The results as plain numbers, lists and texts for JSON; what is not defined is None."""
        low, high = self.conf_int().T
        table = zip(self.names, self.params, self.bse, self.tvalues, self.pvalues, low, high, strict=True)
        keys = ("term", "coef", "std_err", "t" if self.use_t else "z", "p_value", "ci_lower", "ci_upper")
        return {
            "target": self.target,
            "loss": self.loss,
            "loss_value": _plain(self.loss_value),
            "coefficients": [dict(zip(keys, map(_plain, row), strict=True)) for row in table],
            "confidence_level": self.confidence_level,
            "cov_type": self.cov_type,
            "rows": {"read": self.rows.read, "used": self.rows.used, "dropped": self.rows.dropped},
            **{name: _plain(getattr(self.statistics, name)) for name in self.statistics.__dataclass_fields__},
            "solver": self.solver,
            "n_iter": self.n_iter,
            "converged": self.converged,
            "message": self.message,
            "condition_number": _plain(self.condition_number),
            "warnings": list(self.warnings),
        }


def _plain(value: Any) -> Any:
    """A Python number, text or None for JSON."""
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
