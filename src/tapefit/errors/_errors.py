"""The exception classes.

The message of every error is one sentence: what was expected, what came, what to do.
"""


class TapefitError(Exception):
    """The base of every error that tapefit raises on purpose."""


class DataError(TapefitError, ValueError):
    """The data cannot be used as given: the message names column, row and remedy."""


class UsageError(TapefitError, ValueError):
    """An option or argument has a value that cannot be used, whatever the data."""


class DivergenceError(TapefitError, ArithmeticError):
    """A descent diverged, so that it leaves nothing worth keeping."""


class OutputError(TapefitError, OSError):
    """A result could not be written; what stood there before is untouched."""


class OpError(TapefitError):
    """The base of the errors that an op raises, named as in TensorFlow."""

    error_code: int = 2

    @property
    def message(self) -> str:
        """The sentence."""
        return str(self)


class InvalidArgumentError(OpError, ValueError):
    """An op received shapes, dtypes or values that it does not take."""

    error_code = 3


class OperatorNotAllowedInGraphError(TapefitError, TypeError):
    """A function under `tapefit.function` decides by a value that differs from call to call."""


class GradientCheckError(TapefitError, AssertionError):
    """A gradient from the tape and the same gradient found another way differ."""


class NoGradientError(TapefitError, ValueError):
    """A gradient is None where the caller said that it must not be; the message says why, and where."""


class TapefitWarning(UserWarning):
    """The base of every warning that tapefit gives."""


class ConvergenceWarning(TapefitWarning):
    """The descent stopped before its tolerance was met; the message says what to do."""


class DataWarning(TapefitWarning):
    """The data could be used, but something about it deserves a look."""


class GradientWarning(TapefitWarning):
    """A gradient is missing where one was expected; the message says why."""


class ShapeWarning(TapefitWarning):
    """Two shapes broadcast in a way that is legal and almost never meant."""
