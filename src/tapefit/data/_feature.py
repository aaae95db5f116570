"""A feature: a column that enters the design matrix."""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    name: str
    levels: tuple[str, ...] | None = None
