"""A feature: a column that enters the design matrix."""

from __future__ import annotations

from dataclasses import dataclass

from tapefit.numerics import Powers


@dataclass(frozen=True)
class Feature:
    """A column that enters the design matrix.

    Parameters
    ----------
    name : str
        The column's name.
    levels : tuple of str, optional
        None for numbers. The levels of a categorical column otherwise; the first is the reference, which
        has no term of its own.
    powers : Powers, optional
        Of a numeric column that enters by its powers: which, and the columns that stand for them.
    """

    name: str
    levels: tuple[str, ...] | None = None
    powers: Powers | None = None

    def terms(self, levels: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the names of its terms: ``"x"``, ``"x^2"``; ``"region[west]"`` of the levels that have one."""
        if levels is not None:
            return tuple(f"{self.name}[{level}]" for level in levels)
        higher = range(2, self.powers.degree + 1) if self.powers else ()
        return (self.name, *(f"{self.name}^{k}" for k in higher))
