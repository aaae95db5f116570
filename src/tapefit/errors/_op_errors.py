"""The errors of `tf.errors` beside `InvalidArgumentError`, each with its code.

tapefit raises few of them; the others are there for programs that name them in an ``except``.
"""

from tapefit.errors._errors import OpError

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class AbortedError(OpError):
    """An operation was aborted."""

    error_code = ABORTED


class AlreadyExistsError(OpError):
    """What was to be made exists already."""

    error_code = ALREADY_EXISTS


class CancelledError(OpError):
    """An operation was cancelled."""

    error_code = CANCELLED


class DataLossError(OpError):
    """Data was lost or is corrupt."""

    error_code = DATA_LOSS


class DeadlineExceededError(OpError, TimeoutError):
    """An operation took too long."""

    error_code = DEADLINE_EXCEEDED


class FailedPreconditionError(OpError):
    """The state of things does not allow the operation."""

    error_code = FAILED_PRECONDITION


class InternalError(OpError):
    """Something that should never happen did."""

    error_code = INTERNAL


class NotFoundError(OpError, LookupError):
    """Something asked for does not exist."""

    error_code = NOT_FOUND


class OutOfRangeError(OpError, IndexError):
    """An iteration was carried on beyond its end."""

    error_code = OUT_OF_RANGE


class PermissionDeniedError(OpError, PermissionError):
    """The operation is not permitted."""

    error_code = PERMISSION_DENIED


class ResourceExhaustedError(OpError, MemoryError):
    """Memory or another resource ran out."""

    error_code = RESOURCE_EXHAUSTED


class UnauthenticatedError(OpError):
    """The caller has not said who it is."""

    error_code = UNAUTHENTICATED


class UnavailableError(OpError):
    """A service is not available at present."""

    error_code = UNAVAILABLE


class UnimplementedError(OpError, NotImplementedError):
    """The operation is not implemented for these arguments."""

    error_code = UNIMPLEMENTED


class UnknownError(OpError):
    """An error without a kind of its own."""

    error_code = UNKNOWN
