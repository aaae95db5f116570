"""poly: a numeric column that enters by its powers."""

from __future__ import annotations

from dataclasses import dataclass

from tapefit.errors import UsageError

LARGEST_DEGREE = 50


@dataclass(frozen=True)
class Poly:
    """What `poly` returns, to be listed among the features.

    Parameters
    ----------
    name : str
        The column's name.
    degree : int
        The highest power.
    """

    name: str
    degree: int


def poly(name: str, degree: int) -> Poly:
    """Let a column enter a model by its powers x, x^2, ..., x^degree: ``features=[poly("x", 3), "region"]``.

    The coefficients are those of the plain powers and so named, as in ``poly(x, 3, raw=TRUE)`` of R. What is fitted
    are Chebyshev polynomials of the values moved to [-1, 1], formed with 30 digits: they have the same fit, and none
    of the digits is lost that nearly collinear powers lose.

    Parameters
    ----------
    name : str
        A numeric column.
    degree : int
        The highest power, 1 to 50.

    Returns
    -------
    Poly

    Raises
    ------
    UsageError
        If the degree is not a whole number from 1 to 50.

    Examples
    --------
    >>> import tapefit
    >>> data = {"x": [0.0, 1.0, 2.0, 3.0, 4.0], "y": [1.0, 0.0, 1.0, 4.0, 9.0]}
    >>> results = tapefit.fit(data, features=[tapefit.poly("x", 2)])
    >>> results.names, results.params.round(6)
    (('intercept', 'x', 'x^2'), array([ 1., -2.,  1.]))
    """
    if isinstance(degree, bool) or not hasattr(degree, "__index__") or not 1 <= degree <= LARGEST_DEGREE:
        raise UsageError(
            f"expected a degree from 1 to {LARGEST_DEGREE} for the polynomial of {name!r} but got {degree!r}; "
            "3 is a usual first try"
        )
    return Poly(str(name), int(degree))
