"""Predictions with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.inference._distributions import quantile

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
    """

    predicted_mean: Floats
    se_mean: Floats
    se_obs: Floats
    df: float | None

    def conf_int(self, confidence_level: float = 0.95, *, obs: bool = False) -> Floats:
        """Intervals, (n, 2): of the fitted value, or with ``obs=True`` of a new observation."""
        half = quantile(0.5 + confidence_level / 2, self.df) * (self.se_obs if obs else self.se_mean)
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
