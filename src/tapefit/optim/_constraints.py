"""Linear constraints on the coefficients of standardised columns, and the problem with some of them built in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from tapefit.errors import UsageError
from tapefit.numerics import Basis, make_basis
from tapefit.objective import Problem

Floats = NDArray[np.float64]

_RANK = 1e-11  # of the largest, below which a pivot is rounding
_MET = 1e-9  # of the numbers in it: the violation at which a constraint without free coefficients is broken


@dataclass(frozen=True, eq=False)
class Constraints:
    """``lower <= A theta <= upper``, rows of length 1.

    Attributes
    ----------
    A
        (m, width)
    lower, upper
        (m,) infinite where there is no bound, equal where there is no choice.
    size
        (m,) what each row was divided by.
    labels
        (m,) each as text.
    """

    A: Floats
    lower: Floats
    upper: Floats
    size: Floats
    labels: tuple[str, ...]

    @staticmethod
    def of(A: Floats, lower: Floats, upper: Floats, labels: Sequence[str], basis: Basis) -> Constraints:
        """Constraints on the coefficients of the raw columns of a basis."""
        turned = A @ basis.raw_map()
        size = np.linalg.norm(turned, axis=1)
        size[size == 0] = 1.0
        return Constraints(turned / size[:, None], lower / size, upper / size, size, tuple(labels))

    @property
    def equal(self) -> NDArray[np.bool_]:
        """(m,) which are equations."""
        return np.asarray(self.lower == self.upper)

    def halves(self) -> tuple[Floats, Floats, NDArray[np.intp], Floats]:
        """The same as ``G theta >= h``: G (k, width), h (k,), the row of each (k,), and its sign (k,)."""
        low, high = np.flatnonzero(np.isfinite(self.lower)), np.flatnonzero(np.isfinite(self.upper))
        sign = np.repeat([1.0, -1.0], [len(low), len(high)])
        rows = np.concatenate([low, high])
        return sign[:, None] * self.A[rows], np.concatenate([self.lower[low], -self.upper[high]]), rows, sign

    def select(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Constraints:
        """Some of them."""
        labels = tuple(np.array(self.labels, dtype=object)[rows])
        return Constraints(self.A[rows], self.lower[rows], self.upper[rows], self.size[rows], labels)

    def contradict(self, rows: Sequence[int] | NDArray[np.intp]) -> UsageError:
        """The error that names rows which cannot all hold."""
        names = [repr(self.labels[i]) for i in dict.fromkeys(int(row) for row in rows)]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        what = "no coefficients meet the constraint" if len(names) == 1 else "no coefficients meet the constraints"
        return UsageError(f"{what} {listed}{' together' * (len(names) > 1)}; take back or loosen one of them.")


@dataclass(frozen=True, eq=False)
class Restricted:
    """A problem with equations built in: ``theta = base + map @ phi`` with phi free.

    Attributes
    ----------
    problem
        The rows with the columns that are left; phi is its theta.
    base
        (width,)
    map
        (width, k)
    free
        (k,) the places in theta of coefficients that the others follow from.
    inverse
        (k, k) phi of what those are beyond `base`.
    """

    problem: Problem
    base: Floats
    map: Floats
    free: NDArray[np.intp]
    inverse: Floats

    def theta(self, phi: Floats) -> Floats:
        """The coefficients of all columns, (width,)."""
        return self.base + self.map @ phi

    def phi(self, theta: Floats) -> Floats:
        """The coefficients that are left, (k,), of those of all columns."""
        return self.inverse @ (theta - self.base)[self.free]

    def constraints(self, given: Constraints) -> Constraints:
        """Constraints on phi that are those on theta.

        Raises
        ------
        UsageError
            If one of them cannot hold.
        """
        A, at = given.A @ self.map, given.A @ self.base
        size = np.linalg.norm(A, axis=1)
        bare = size <= _RANK * np.abs(given.A).max(axis=1, initial=0.0) * max(
            1.0, float(np.abs(self.map).max(initial=0))
        )
        slack = _MET * (np.abs(given.A) @ np.abs(self.base))
        below = at < given.lower - np.maximum(slack, _MET * np.abs(given.lower))
        above = at > given.upper + np.maximum(slack, _MET * np.abs(given.upper))
        for i in np.flatnonzero(bare & (below | above)):
            raise given.contradict([int(i)])
        size = np.where(bare, 1.0, size)
        lower = np.where(bare, -np.inf, (given.lower - at) / size)
        upper = np.where(bare, np.inf, (given.upper - at) / size)
        A = np.where(bare[:, None], 0.0, A / size[:, None])
        return Constraints(A, lower, upper, given.size * size, given.labels)


def restrict(problem: Problem, equations: Constraints, values: Floats) -> Restricted:
    """The problem with ``A theta = values`` (m,) built in, by elimination.

    Raises
    ------
    UsageError
        If the equations contradict each other.
    """
    width, first = problem.basis.width, int(problem.basis.intercept)
    if not len(values):
        every = np.arange(width)
        return Restricted(problem, np.zeros(width), np.eye(width), every, np.eye(width))
    out = _pivots(equations.A, first)
    free = np.setdiff1d(np.arange(width), out)
    rows = _pivots(equations.A[:, out].T, 0)
    N, base = np.zeros((width, len(free))), np.zeros(width)
    N[free, np.arange(len(free))] = 1.0
    square = equations.A[np.ix_(rows, out)]
    N[out] = -np.linalg.solve(square, equations.A[np.ix_(rows, free)])
    base[out] = np.linalg.solve(square, values[rows])
    off = np.abs(equations.A @ base - values)
    if (off > _MET * (np.abs(values) + np.abs(base).max(initial=0.0))).any():
        raise equations.contradict(np.arange(len(values)))
    return _built(problem, base, N, free)


def _pivots(A: Floats, first: int) -> NDArray[np.intp]:
    """Columns on which all others of A (m, k) depend linearly; the first `first` among them where they occur."""
    weight = np.ones(A.shape[1])
    weight[:first] = 1e6
    _, R, order = qr(A * weight, mode="economic", pivoting=True)
    sizes = np.abs(np.diag(R))
    return np.sort(order[: int((sizes > _RANK * sizes.max(initial=0.0)).sum())])


def _built(problem: Problem, base: Floats, N: Floats, free: NDArray[np.intp]) -> Restricted:
    """The problem of the columns Z N, with Z base among the offsets."""
    moved = problem.predict(base) if base.any() else None
    offset = problem.offset if moved is None else moved if problem.offset is None else problem.offset + moved
    first = int(problem.basis.intercept)
    kept = bool(first) and 0 in free
    chosen = not N[np.setdiff1d(np.arange(len(base)), free)].any() and kept == bool(first)
    slopes = free[first:] - first
    if chosen and _keeps_polynomials(problem.basis, slopes):
        low = None if problem.low is None else np.asfortranarray(problem.low[:, slopes])
        X = problem.select(slopes)
        part = replace(problem, X=X, low=low, basis=problem.basis.select(slopes), offset=offset)
        return Restricted(part, base, N, free, np.eye(len(free)))
    X = np.empty((problem.n, len(free) - kept), order="F")
    for rows, Z in problem.parts():
        X[rows] = Z @ N[:, int(kept) :]
    basis = make_basis(X, intercept=kept, weight=problem.weight)
    part = replace(problem, X=X, low=None, basis=basis, offset=offset)
    T = part.basis.raw_map()
    return Restricted(part, base, N @ T, free, np.asarray(np.linalg.inv(T), dtype=np.float64))


def _keeps_polynomials(basis: Basis, slopes: NDArray[np.intp]) -> bool:
    """Whether all columns of each polynomial are among the slopes, as its coefficients are made of all of them."""
    return all(np.isin(np.arange(start, start + whole.degree), slopes).all() for start, whole in basis.powers)
