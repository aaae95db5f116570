"""A factor for columns that others make up: what stands in for it where a penalty or constraint decides."""

from __future__ import annotations

import numpy as np

from tapefit.inference import augmented as augmented
from tapefit.inference import square_loss as square_loss
from tapefit.numerics import Factor


def held(factor: Factor, n: int) -> Factor:
    """The factor with a trace of ridge, so that columns that others make up are no obstacle."""
    return augmented(factor, np.sqrt(1e-8 * n) * np.eye(len(factor.R)))
