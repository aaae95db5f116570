"""What has no meaning yet for the powers of a column."""

from __future__ import annotations

from collections.abc import Iterable

from tapefit.data import Poly
from tapefit.errors import UsageError


def refuse_polynomials(features: object, what: str) -> None:
    """Raise UsageError if a feature is a polynomial, as the columns that are fitted are not the powers themselves."""
    given = features if isinstance(features, Iterable) else (features,)
    for one in given:
        if isinstance(one, Poly):
            raise UsageError(
                f"Expected columns as features for {what}, got poly({one.name!r}, {one.degree}), which is fitted by "
                "other columns than the powers; give the powers as columns of their own."
            )
