"""Numerics shared by the solver and the inference: double-double arithmetic, standardised columns, factors."""

from tapefit.numerics._basis import Basis, blocks, make_basis
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._exact_factor import exact_factor
from tapefit.numerics._powers import Powers, select_powers
from tapefit.numerics._residual import exact_residual, plain_residual
from tapefit.numerics._triangular import (
    Factor,
    dependent_columns,
    downdate,
    factorise,
    is_rough,
    is_safe,
    lengths,
    rows_factor,
)

__all__ = [
    "DD",
    "Basis",
    "Factor",
    "Powers",
    "blocks",
    "dependent_columns",
    "downdate",
    "exact_factor",
    "exact_residual",
    "factorise",
    "is_rough",
    "is_safe",
    "lengths",
    "make_basis",
    "plain_residual",
    "rows_factor",
    "select_powers",
]
