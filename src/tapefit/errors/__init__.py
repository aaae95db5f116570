"""Errors and warnings: each of ours is also the builtin that callers already catch."""

from tapefit.errors._errors import (
    ConvergenceWarning,
    DataError,
    DataWarning,
    GradientCheckError,
    InvalidArgumentError,
    OpError,
    OutputError,
    ShapeWarning,
    TapefitError,
    TapefitWarning,
    UsageError,
)

__all__ = [
    "ConvergenceWarning",
    "DataError",
    "DataWarning",
    "GradientCheckError",
    "InvalidArgumentError",
    "OpError",
    "OutputError",
    "ShapeWarning",
    "TapefitError",
    "TapefitWarning",
    "UsageError",
]
