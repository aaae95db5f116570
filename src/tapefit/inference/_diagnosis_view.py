"""What the results of a fit say about its rows and columns: influence, collinearity, another covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from tapefit.inference._collinearity import Collinear, nearest_dependence, variance_inflation
from tapefit.inference._influence import Influence, influence
from tapefit.inference._recovariance import with_cov_type
from tapefit.inference._rows_again import Given
from tapefit.numerics import Basis

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

Floats = NDArray[np.float64]


class DiagnosisView:
    """Diagnosis of a fit, as methods of its results."""

    params: Floats
    basis: Basis
    inverse_factor: Floats | None

    def with_cov_type(
        self,
        cov_type: str,
        data: Any = None,
        y: Any = None,
        *,
        groups: Any = None,
        freq_weights: Any = None,
        var_weights: Any = None,
        sample_weight: Any = None,
        offset: Any = None,
        exposure: Any = None,
        loss: Any = None,
    ) -> RegressionResults:
        """The same results with another covariance.

        Parameters
        ----------
        cov_type, groups
            As in `tapefit.fit`.
        data, y, freq_weights, var_weights, sample_weight, offset, exposure
            Those of the fit, again; columns are found by name. They are not needed to go between "HC0" and "HC1",
            nor to "nonrobust" for squared errors.
        loss
            That of the fit, again, if it is a function of yours.

        Raises
        ------
        UsageError
            If the kind needs the rows and they are not there, or are not those of the fit.
        """
        given = Given(data, y, freq_weights, var_weights, sample_weight, offset, exposure, loss)
        return with_cov_type(cast("RegressionResults", self), cov_type, given, groups=groups)

    def get_influence(
        self,
        data: Any,
        y: Any = None,
        *,
        freq_weights: Any = None,
        var_weights: Any = None,
        sample_weight: Any = None,
        offset: Any = None,
        exposure: Any = None,
        loss: Any = None,
    ) -> Influence:
        """Leverages, studentised residuals, Cook's distances, DFFITS and DFBETAS of the rows of the fit.

        For squared errors they are exact; for generalised linear models and other losses that are curved at every
        row, those of one step of the descent without the row.

        Parameters
        ----------
        data, y, freq_weights, var_weights, sample_weight, offset, exposure, loss
            Those of the fit, again, as in `with_cov_type`.

        Raises
        ------
        UsageError
            If the loss is not curved at every row, or these are not the rows of the fit.
        """
        given = Given(data, y, freq_weights, var_weights, sample_weight, offset, exposure, loss)
        return influence(cast("RegressionResults", self), given)

    @property
    def vif(self) -> Floats:
        """(k,) variance inflation factors: 1 / (1 - R2) of each column on the others; NaN for the intercept."""
        if self.inverse_factor is None:
            return np.full(len(self.params), np.nan)
        return variance_inflation(self.basis.raw_rows(self.inverse_factor), intercept=self.basis.intercept)

    @property
    def collinear(self) -> Collinear | None:
        """The two columns that are nearest to being collinear; None for fewer than two."""
        if self.inverse_factor is None:
            return None
        return nearest_dependence(self.inverse_factor, intercept=self.basis.intercept)
