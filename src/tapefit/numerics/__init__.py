"""Numerics shared by the solver and the inference: double-double arithmetic, standardised columns, factors."""

from tapefit.numerics._basis import Basis, blocks, make_basis
from tapefit.numerics._design import Coded, Dense, Design
from tapefit.numerics._doubledouble import DD
from tapefit.numerics._exact_factor import exact_factor
from tapefit.numerics._normal_equations import NormalEquations
from tapefit.numerics._pool import ROWS, in_order, processors, ranges, workers_for
from tapefit.numerics._powers import Powers, select_powers
from tapefit.numerics._residual import exact_residual, plain_residual
from tapefit.numerics._standardised import Standardised, Survey, survey
from tapefit.numerics._threads import few_threads, threads_for
from tapefit.numerics._triangular import (
    Factor,
    dependent_columns,
    downdate,
    factorise,
    from_gram,
    is_rough,
    is_safe,
    lengths,
    rows_factor,
)

__all__ = [
    "DD",
    "ROWS",
    "Basis",
    "Coded",
    "Dense",
    "Design",
    "Factor",
    "NormalEquations",
    "Powers",
    "Standardised",
    "Survey",
    "blocks",
    "dependent_columns",
    "downdate",
    "exact_factor",
    "exact_residual",
    "factorise",
    "few_threads",
    "from_gram",
    "in_order",
    "is_rough",
    "is_safe",
    "lengths",
    "make_basis",
    "plain_residual",
    "processors",
    "ranges",
    "rows_factor",
    "select_powers",
    "survey",
    "threads_for",
    "workers_for",
]
