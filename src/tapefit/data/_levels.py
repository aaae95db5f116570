"""Codes and texts to a categorical column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tapefit.data._table import Categorical


def level_text(value: object) -> str:
    """Return the text of a level: of a text itself, of a whole number without a decimal point.

    Examples
    --------
    >>> level_text("north"), level_text(3), level_text(3.0), level_text(2.5)
    ('north', '3', '3', '2.5')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def categorical(
    name: str, codes: NDArray[np.integer], values: Sequence[object], *, declared: bool = False
) -> Categorical:
    """Return the column whose row i holds ``values[codes[i]]``, with only the levels that occur, sorted.

    Parameters
    ----------
    name : str
        The column's name.
    codes : (n,) integer array
        Positions in ``values``; -1 where there is no value.
    values : sequence
        The distinct values in any order; None and NaN stand for no value. Two values of the same text are one
        level.
    declared : bool
        See `Categorical`.
    """
    texts = [None if value is None or value != value else level_text(value) for value in values]  # NaN != NaN
    occurs = np.bincount(codes + 1, minlength=len(texts) + 1)[1:] > 0
    levels = tuple(sorted({text for text, there in zip(texts, occurs, strict=True) if there and text is not None}))
    position = {level: code for code, level in enumerate(levels)}
    # The last entry is what code -1 picks.
    recode = np.array([-1 if text is None else position.get(text, -1) for text in texts] + [-1], dtype=np.int64)
    same = np.array_equal(recode[:-1], np.arange(len(texts)))  # -1 stays -1
    return Categorical(name, codes.astype(np.int64, copy=False) if same else recode[codes], levels, declared)
