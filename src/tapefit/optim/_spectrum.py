"""Spectrum: the Hessian at the optimum in one scaling of the columns, and what gradient descent does with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics import Basis
from tapefit.objective import Problem

Floats = NDArray[np.float64]

_SCAN = 1 << 12  # steps looked at one by one; beyond, the first that suffices is found by bisection
_NEVER = 2.0**62
_NO_SLOPE = 1e-14  # of the first slope, as in the descent


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The mean loss near its minimum, to second order, in the eigenvectors of its Hessian.

    Gradient descent with a constant rate multiplies the error along each eigenvector by ``1 - rate * eigenvalue``
    at every step; all of its behaviour follows from that.

    Attributes
    ----------
    eigenvalues
        (k,) of the mean loss's Hessian, ascending; in units of the loss over squared coefficients.
    directions
        (k, k) its eigenvectors, a column each, in coefficients of the scaled columns.
    error
        (k,) start minus optimum, along each direction.
    sizes
        (k,) root mean squares of the scaled columns.
    slope
        Mean square of l' over the rows at the optimum.
    tilt, bend
        (k,) and (k, k): along the directions c the mean square of l' is ``slope + 2 tilt'c + |bend c|^2``.
    rms
        (k, k): ``|rms c|`` is the root mean square over rows of the change in prediction that c makes.
    """

    eigenvalues: Floats
    directions: Floats
    error: Floats
    sizes: Floats
    slope: float
    tilt: Floats
    bend: Floats
    rms: Floats

    @staticmethod
    def of(problem: Problem, optimum: Floats) -> Spectrum:
        """The spectrum of a problem whose scaled columns are its columns, for a descent that starts from zero.

        Eigenvalues are squared singular values of the triangular factor of the curved rows; no Hessian is formed.
        """
        rows = problem.at(problem.eta(optimum))
        bend = np.maximum(rows.curvature, 0.0)
        total = problem.total_weight
        _, singular, vt = np.linalg.svd(problem.factor(bend).R)
        V = vt[::-1].T
        columns = problem.factor().R
        return Spectrum(
            eigenvalues=np.square(singular[::-1]) / total,
            directions=V,
            error=-(V.T @ optimum),
            sizes=np.linalg.norm(columns, axis=0) / np.sqrt(total),
            slope=problem.mean(np.square(rows.slope)),
            tilt=V.T @ problem.gradient(rows.slope * bend) / total,
            bend=problem.factor(np.square(bend)).R @ V / np.sqrt(total),
            rms=columns @ V / np.sqrt(total),
        )

    @property
    def condition(self) -> float:
        """The largest eigenvalue over the smallest: the number that governs how slow a descent is."""
        return float(self.eigenvalues[-1] / self.eigenvalues[0])

    @property
    def largest_stable_rate(self) -> float:
        """2 / lambda_max: above it the error grows at every step."""
        return float(2 / self.eigenvalues[-1])

    @property
    def best_rate(self) -> float:
        """2 / (lambda_min + lambda_max), which makes the slowest error shrink fastest (Polyak 1987, section 1.4)."""
        return float(2 / (self.eigenvalues[0] + self.eigenvalues[-1]))

    @property
    def distance(self) -> float:
        """Root mean square over rows of the prediction at the start less that at the optimum."""
        return float(np.linalg.norm(self.rms @ self.error))

    def factors(self, rate: float) -> Floats:
        """(k,) what a step multiplies the error along each direction by."""
        return 1 - rate * self.eigenvalues

    def steps(self, rate: float, tol: float) -> float:
        """How many steps from zero until the gradient is within `tol`, by the criterion of the descents.

        Exact for squared errors but for rounding; to second order for other losses. Infinite at a rate that is
        not stable.
        """
        if not rate < self.largest_stable_rate:
            return float("inf")
        met = self._met(rate, tol, np.arange(1.0, _SCAN + 1))
        if met.any():
            return float(np.argmax(met)) + 1
        low, high = float(_SCAN), 2.0 * _SCAN
        while not self._met(rate, tol, np.array([high]))[0]:
            low, high = high, 2 * high
            if high > _NEVER:
                return float("inf")
        while high - low > max(1.0, 1e-12 * high):
            middle = np.floor((low + high) / 2)
            low, high = (low, middle) if self._met(rate, tol, np.array([middle]))[0] else (middle, high)
        return float(high)

    def _met(self, rate: float, tol: float, steps: Floats) -> NDArray[np.bool_]:
        """Whether the descents' criterion is met after so many steps each, (m,)."""
        c = self._errors(rate, steps)  # (m, k)
        gradient = np.abs((c * self.eigenvalues) @ self.directions.T) / self.sizes
        slope = np.sqrt(self._mean_square_slope(c))
        first = np.sqrt(self._mean_square_slope(self.error[None]))
        return np.asarray((gradient.max(axis=1) <= tol * slope) | (slope <= _NO_SLOPE * first))

    def _errors(self, rate: float, steps: Floats) -> Floats:
        """The errors along the directions after so many steps each, (m, k)."""
        reach = rate * self.eigenvalues
        with np.errstate(divide="ignore"):  # a direction that the first step clears: log 0
            logs = np.where(reach < 1, np.log1p(-np.minimum(reach, 1.0)), np.log(np.maximum(reach - 1, 0.0)))
        signs = np.where((reach > 1) & (steps[:, None] % 2 == 1), -1.0, 1.0)
        return np.asarray(signs * np.exp(steps[:, None] * logs) * self.error)

    def _mean_square_slope(self, c: Floats) -> Floats:
        return np.asarray(np.maximum(self.slope + 2 * c @ self.tilt + np.square(c @ self.bend.T).sum(axis=1), 0.0))


def rescaled(problem: Problem, basis: Basis) -> Problem:
    """The problem whose columns, as they are, are those of `basis`: what a descent on that scaling works on."""
    first = int(basis.intercept)
    p = len(basis.centre)
    same = Basis(np.zeros(p), np.ones(p), basis.intercept)
    return replace(problem, X=basis.columns(problem.X)[:, first:], basis=same)
