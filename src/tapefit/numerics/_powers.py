"""Powers: a raw polynomial x, x^2, ..., x^d, worked on by columns that span the same and are well conditioned.

The powers themselves are nearly collinear: for NIST's Filip, of degree 10, float64 columns of them hold 8 digits of the
coefficients, whatever is done with them. Chebyshev polynomials of the values moved to [-1, 1] have a condition
number of about 3 there. The map between both is exact, so that coefficients of the powers lose nothing.

Source: Mason and Handscomb, "Chebyshev Polynomials", 2003, sections 1.2 and 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import _doubledouble as dd
from tapefit.numerics._doubledouble import DD

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Powers:
    """The columns T_1(u), ..., T_d(u) with u = (x - centre) / half; without an intercept x T_0(u), ..., x T_{d-1}(u).

    Attributes
    ----------
    degree
        d, 1 or more.
    centre, half
        The middle and half the width of the values' range.
    through_zero
        Whether there is no intercept, so that the polynomial is 0 where x is.
    """

    degree: int
    centre: float
    half: float
    through_zero: bool = False

    @staticmethod
    def of(x: Floats, degree: int, *, through_zero: bool) -> Powers:
        """Those for the range of these values (n,), all finite."""
        low, high = float(x.min()), float(x.max())
        half = high / 2 - low / 2
        return Powers(degree, low / 2 + high / 2, half if half > 0 else 1.0, through_zero)

    def columns(self, x: Floats) -> DD:
        """The columns, (n, d) in Fortran order, for values (n,); each as hi + lo with some 30 digits.

        Raises
        ------
        DataError
            If one is too large for a float.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            out = self._columns(x)
        fine = np.isfinite(out.hi).all(axis=1) & np.isfinite(out.lo).all(axis=1)
        if not fine.all():
            raise DataError(
                f"powers up to {self.degree} of {x[int(np.argmin(fine))]:g} are too large for a float; change the "
                "unit, or leave the row out"
            )
        return out

    def _columns(self, x: Floats) -> DD:
        out = DD(np.empty((len(x), self.degree), order="F"), np.empty((len(x), self.degree), order="F"))
        shape = np.broadcast_to(self.half, x.shape)
        u = dd.quotient(dd.two_sum(x, np.broadcast_to(-self.centre, x.shape)), dd.from_float(shape))
        before, now = dd.from_float(np.ones_like(x)), u
        if self.through_zero:
            before, now = u, before  # T_{-1} = T_1
        for k in range(self.degree):
            out.hi[:, k], out.lo[:, k] = dd.multiply(now, x) if self.through_zero else now
            twice = DD(2 * u.hi, 2 * u.lo)
            before, now = now, dd.subtract(dd.product(twice, now), before)
        return out

    def cut(self, degree: int) -> Powers:
        """The first columns alone."""
        return Powers(degree, self.centre, self.half, self.through_zero)

    @cached_property
    def to_powers(self) -> DD:
        """(d + 1, d) the coefficients of 1, x, ..., x^d in each column."""
        from tapefit.numerics._chebyshev import chebyshev_in_powers

        return self._matrix(chebyshev_in_powers(self.degree, self.centre, self.half))

    @cached_property
    def from_powers(self) -> DD:
        """(d + 1, d) the part of 1 and of each column in x, ..., x^d."""
        from tapefit.numerics._chebyshev import powers_in_chebyshev

        return self._matrix(powers_in_chebyshev(self.degree, self.centre, self.half))

    def _matrix(self, C: DD) -> DD:
        """Of polynomials of degree 0 to d, those from 1 on; or x times those below d."""
        return DD(*(np.roll(part, 1, axis=0)[:, :-1] if self.through_zero else part[:, 1:] for part in C))


def select_powers(powers: Sequence[tuple[int, Powers]], columns: list[int]) -> tuple[tuple[int, Powers], ...]:
    """The polynomials among some of the columns, of which each has its first ones; places are those among these."""
    found = []
    for start, whole in powers:
        degree = sum(start <= column < start + whole.degree for column in columns)
        if degree:
            found.append((columns.index(start), whole.cut(degree)))
    return tuple(found)
