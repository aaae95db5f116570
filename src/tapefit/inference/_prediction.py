"""Predictions with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.inference._distributions import checked_level, quantile
from tapefit.objective import IDENTITY, Link

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """Predicted values of n new rows.

    Attributes
    ----------
    predicted_mean
        (n,)
    se_mean
        (n,) the standard error of the fitted value.
    se_obs
        (n,) the standard deviation of a new observation about it; NaN unless the loss is a squared error.
    df
        Degrees of freedom of Student's t, or None for the normal distribution.
    link
        What the linear predictor is to the mean.
    linear, se_linear
        (n,) the linear predictor and its standard error, from which intervals come; None where it is the mean.
    """

    predicted_mean: Floats
    se_mean: Floats
    se_obs: Floats
    df: float | None
    link: Link = IDENTITY
    linear: Floats | None = None
    se_linear: Floats | None = None

    @staticmethod
    def linked(eta: Floats, se: Floats, df: float | None, link: Link) -> Prediction:
        """Of the mean of a linear predictor, whose standard error is its own times d mu / d eta."""
        slope = np.abs(link.slope(eta))
        return Prediction(link.mu(eta), slope * se, np.full(len(eta), np.nan), df, link, eta, se)

    def conf_int(self, confidence_level: float = 0.95, *, obs: bool = False) -> Floats:
        """Intervals, (n, 2): of the fitted value, or with ``obs=True`` of a new observation.

        Under a link they are the means of the ends of the linear predictor's interval, so that they keep to the
        values that a mean can have.
        """
        wide = quantile(0.5 + checked_level(confidence_level) / 2, self.df)
        if self.linear is not None and self.se_linear is not None and not obs:
            ends = [self.link.mu(self.linear + side * wide * self.se_linear) for side in (-1, 1)]
            return np.sort(np.column_stack(ends), axis=1)
        half = wide * (self.se_obs if obs else self.se_mean)
        return np.column_stack([self.predicted_mean - half, self.predicted_mean + half])

    def summary_frame(self, confidence_level: float = 0.95) -> dict[str, Floats]:
        """The columns of statsmodels' summary_frame, as a dict of arrays that any dataframe takes.

        Returns
        -------
        dict
            ``mean, mean_se, mean_ci_lower, mean_ci_upper, obs_ci_lower, obs_ci_upper``, each (n,).
        """
        mean, obs = self.conf_int(confidence_level), self.conf_int(confidence_level, obs=True)
        return {
            "mean": self.predicted_mean,
            "mean_se": self.se_mean,
            "mean_ci_lower": mean[:, 0],
            "mean_ci_upper": mean[:, 1],
            "obs_ci_lower": obs[:, 0],
            "obs_ci_upper": obs[:, 1],
        }
