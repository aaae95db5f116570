"""Numerics shared by the solver and the inference: double-double arithmetic, standardised columns, factors."""

from tapefit.numerics._basis import Basis, blocks, make_basis
from tapefit.numerics._residual import residual, score
from tapefit.numerics._triangular import Factor, dependent_columns, factorise, from_rows, is_safe, rows_factor

__all__ = [
    "Basis",
    "Factor",
    "blocks",
    "dependent_columns",
    "factorise",
    "from_rows",
    "is_safe",
    "make_basis",
    "residual",
    "rows_factor",
    "score",
]
