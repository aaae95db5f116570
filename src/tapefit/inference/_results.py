"""RegressionResults: everything that a fit found, as plain data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.inference import _export
from tapefit.inference._constraint_table import ConstraintTable
from tapefit.inference._diagnosis_view import DiagnosisView
from tapefit.inference._distributions import checked_level, quantile, two_sided
from tapefit.inference._linear_tests import TTest, WaldTest, t_test, wald_test
from tapefit.inference._new_rows import new_rows
from tapefit.inference._prediction import Prediction
from tapefit.inference._statistics import Statistics
from tapefit.inference._statistics_view import StatisticsView
from tapefit.inference._summary import render
from tapefit.numerics import Basis, lengths
from tapefit.objective import IDENTITY, LINKS
from tapefit.optim import Status

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class RegressionResults(StatisticsView, DiagnosisView):
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
    loss_options
        The options of `tapefit.fit` that give the loss again; None for a function of the user's.
    loss_value
        The weighted mean loss at the coefficients.
    level
        The quantile that is fitted, for pinball losses; else NaN.
    solver, n_iter, message
        How the coefficients were found.
    status
        How that ended: "converged", "max_iter" (out of steps), "diverged", "stopped" (by a callback), or "stuck" (no
        step lowers the loss). Of a descent that diverged these are the best weights that it passed.
    loss_curve
        (m,) the mean loss after each step.
    rows
        Rows read, used and dropped.
    condition_number
        Of the standardised columns.
    use_t
        Whether tests use Student's t with `df_inference` degrees of freedom, or the normal distribution.
    confidence_level
        Of the intervals that the summary shows.
    dropped
        Places of the terms that were left out because others make them up; their coefficients are 0.
    warnings
        Sentences that a reader should see before the numbers.
    cov_root
        (k, m) a root B of the covariance, ``cov_theta = B B'``, where there is one; tests keep more digits with it.
    inverse_factor
        (k, k) R^-1 with R'R = Z'WZ of the standardised columns; zeros for dropped terms.
    df_test
        Degrees of freedom of tests where they are not `df_resid`: with clusters, their number less 1.
    link
        The name of the link between linear predictor and prediction.
    offset, exposure
        The columns that are added to the linear predictor, the latter as a logarithm; "" for arrays.
    freq_weights, var_weights
        The columns of the rows' weights; "" for arrays, None for none.
    penalty, alpha
        The penalty's name, "" for none, and its strength.
    constraints
        The constraints on the coefficients, and which of them hold with equality; None without any.
    fixed
        Places of the terms whose coefficients those leave no choice.
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
    status: Status
    message: str
    loss_curve: Floats
    rows: RowCount
    condition_number: float
    use_t: bool
    level: float = float("nan")
    confidence_level: float = 0.95
    dropped: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    cov_root: Floats | None = None
    inverse_factor: Floats | None = None
    df_test: float | None = None
    loss_options: Mapping[str, Any] | None = None
    link: str = "identity"
    offset: str | None = None
    exposure: str | None = None
    penalty: str = ""
    alpha: float = float("nan")
    constraints: ConstraintTable | None = None
    fixed: tuple[int, ...] = ()
    freq_weights: str | None = None
    var_weights: str | None = None

    # -- coefficients --------------------------------------------------------------------------

    @property
    def converged(self) -> bool:
        """Whether `status` is "converged"."""
        return self.status == "converged"

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
        half = self.basis.raw_rows(self.cov_theta)
        return self.basis.raw_rows(half.T)

    @cached_property
    def bse(self) -> Floats:
        """(k,) standard errors; NaN for a term that was dropped, or whose coefficient constraints fix."""
        if self.cov_root is None:
            T = self.basis.raw_map()
            unit = np.abs(T).max(axis=1)  # (k,) squares of it may be too large for floats
            with np.errstate(invalid="ignore"):  # two-way clusters: a variance may come out negative
                bse: Floats = unit * np.sqrt(np.diag(T / unit[:, None] @ self.cov_theta @ (T / unit[:, None]).T))
        else:
            bse = lengths(self.basis.raw_rows(self.cov_root).T)
        bse[[*self.dropped, *self.fixed]] = np.nan
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
        level = checked_level(self.confidence_level if confidence_level is None else confidence_level)
        half = quantile(0.5 + level / 2, self._df) * self.bse
        return np.column_stack([self.params - half, self.params + half])

    @property
    def _df(self) -> float | None:
        return self.df_inference if self.use_t else None

    @property
    def df_inference(self) -> float:
        """Degrees of freedom of tests and intervals: `df_resid`, or with clusters their number less 1."""
        return float(self.df_resid if self.df_test is None else self.df_test)

    # -- hypotheses ----------------------------------------------------------------------------

    def wald_test(self, hypotheses: Any, *, use_f: bool | None = None) -> WaldTest:
        """Test linear hypotheses together: ``results.wald_test("x1 = 0, x2 = x3")``.

        Parameters
        ----------
        hypotheses
            A text of equations (+, -, *, /, parentheses; names in quotes or backticks where they need them), a
            matrix R (m, k) for R b = 0, or a pair (R, q) for R b = q.
        use_f
            F with `df_inference` degrees of freedom, or chi-squared; by default what `use_t` says.

        Raises
        ------
        UsageError
            If a hypothesis cannot be read, is not linear, or follows from the others.
        """
        return wald_test(self, hypotheses, use_f=self.use_t if use_f is None else use_f)

    def f_test(self, hypotheses: Any) -> WaldTest:
        """As `wald_test`, with F whatever the loss."""
        return wald_test(self, hypotheses, use_f=True)

    def t_test(self, hypotheses: Any) -> TTest:
        """Test each hypothesis alone, with an interval of what it is about; arguments as in `wald_test`."""
        return t_test(self, hypotheses, df=self._df)

    # -- prediction ----------------------------------------------------------------------------

    def predict(self, data: Any, *, missing: str = "error", offset: Any = None, exposure: Any = None) -> Floats:
        """Predicted values of new rows; under a link, their means.

        Parameters
        ----------
        data
            A path, dataframe, mapping or table with the feature columns, found by name; or an array (n, p) with
            the features in the order of the fit.
        missing
            "error", or "drop" to leave out rows with missing values.
        offset, exposure
            Of the new rows: a column's name, values (n,), or a number; by default the columns of the fit.

        Returns
        -------
        (n,) array

        Raises
        ------
        DataError
            If a column is missing, holds something else than at the fit, or has an unseen level.
        UsageError
            If the fit had an array as its offset, and there is none for these rows.
        """
        X, added = self._rows(data, missing, offset, exposure)
        return self.mean_at(self.basis.predict(X, self.theta) + added)

    def mean_at(self, eta: Floats) -> Floats:
        """The predicted value where the linear predictor is `eta` (n,), by the link's inverse."""
        link = LINKS[self.link]
        return eta if link is IDENTITY else link.mu(eta)

    def get_prediction(
        self, data: Any, *, missing: str = "error", offset: Any = None, exposure: Any = None
    ) -> Prediction:
        """Predicted values with standard errors and intervals; arguments as in `predict`."""
        X, added = self._rows(data, missing, offset, exposure)
        variance = np.empty(len(X))
        for rows, Z in self.basis.parts(X):
            variance[rows] = np.maximum(((Z @ self.cov_theta) * Z).sum(axis=1), 0.0)
        eta, se = self.basis.predict(X, self.theta) + added, np.sqrt(variance)
        link = LINKS[self.link]
        if link is not IDENTITY:
            return Prediction.linked(eta, se, self._df, link)
        normal = np.isnan(self.statistics.deviance)
        return Prediction(eta, se, np.sqrt(variance + self.scale) if normal else np.full(len(X), np.nan), self._df)

    def _rows(self, data: Any, missing: str, offset: Any, exposure: Any) -> tuple[Floats, Floats | float]:
        fitted, given = (self.offset, self.exposure), (offset, exposure)
        return new_rows(self.encoding, data, missing=missing, fitted=fitted, given=given)

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
        return _export.to_dict(self)

    def summary_frame(self, confidence_level: float | None = None, *, backend: str | None = None) -> Any:
        """The table of coefficients, a row a term.

        Parameters
        ----------
        confidence_level
            Of the intervals; that of the fit by default.
        backend
            "pandas", "polars" or "pyarrow" for a dataframe; by default a dict of columns.
        """
        columns = _export.summary_frame(self, confidence_level)
        return columns if backend is None else _export.as_frame(columns, backend)

    def to_markdown(self) -> str:
        """The table of coefficients in Markdown."""
        return _export.markdown(self)

    def to_latex(self) -> str:
        """The table of coefficients as a LaTeX tabular, for the package booktabs."""
        return _export.latex(self)
