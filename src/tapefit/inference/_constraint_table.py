"""The constraints of a fit, and which of them hold with equality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ConstraintTable:
    """Linear constraints on the coefficients.

    Attributes
    ----------
    labels
        (m,) each as text.
    active
        (m,) whether it holds with equality; an equation always does.
    multipliers
        (m,) by how much the least mean loss (with a penalty, the least objective) rises for each unit by which the
        bound that holds is raised: Lagrange's multipliers, 0 where none holds; NaN for losses with corners.
    """

    labels: tuple[str, ...]
    active: tuple[bool, ...]
    multipliers: Floats

    @property
    def holding(self) -> tuple[str, ...]:
        """Those that hold with equality, as text."""
        return tuple(label for label, active in zip(self.labels, self.active, strict=True) if active)
