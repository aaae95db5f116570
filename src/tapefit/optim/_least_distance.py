"""The point nearest to the origin that meets linear inequalities, by a dual active set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]

_DEPENDENT = 1e-11  # the sine of a normal's angle to the active ones, below which it is a combination of them
_ROUNDING = 64 * np.finfo(float).eps


@dataclass(frozen=True)
class Nearest:
    """The end of an active set method.

    Attributes
    ----------
    u
        (p,) the point.
    active
        The rows that hold with equality there.
    multipliers
        (m,) ``u = G' multipliers``: 0 or more, and 0 for rows that are not active.
    conflict
        Rows that cannot all be met, if the inequalities contradict each other; then `u` means nothing.
    """

    u: Floats
    active: tuple[int, ...]
    multipliers: Floats
    conflict: tuple[int, ...] = ()


def least_distance(G: Floats, h: Floats, *, size: Floats | float = 0.0) -> Nearest:
    """Minimise ``1/2 |u|^2`` subject to ``G u >= h``.

    1. u = 0, no row active
    2. the row g that is violated most; stop if there is none
    3. z = the part of g that is orthogonal to the active rows, r = the rest as their combination
    4. u moves along z, and the multipliers by -r, until g holds or an active row's multiplier is 0
    5. there that row leaves the active set, back to 3; or g joins it, back to 2

    A quadratic ``1/2 |R d|^2 + g'd`` becomes this by ``u = R d + R^-T g``, with a triangular R and no inverse.

    Parameters
    ----------
    G, h
        (m, p) and (m,).
    size
        (m,) of the numbers that each of `h` is a difference of: rounding is measured by it.

    References
    ----------
    Goldfarb and Idnani, "A numerically stable dual method for solving strictly convex quadratic programs",
    Mathematical Programming 27, 1983.
    """
    length = np.linalg.norm(G, axis=1)
    length[length == 0] = 1.0
    G, h = G / length[:, None], h / length
    found = _Walk(G, h, np.broadcast_to(size / length, h.shape)).run()
    return Nearest(found.u, found.active, found.multipliers / length, found.conflict)


class _Walk:
    """One run on rows of length 1: the active rows' normals are Q R, with Q (p, k) orthonormal."""

    def __init__(self, G: Floats, h: Floats, size: Floats) -> None:
        self.G, self.h, self.size = G, h, size
        m, p = G.shape
        self.u, self.Q, self.R = np.zeros(p), np.zeros((p, 0)), np.zeros((0, 0))
        self.active: list[int] = []
        self.lam = np.zeros(0)
        self.most = 100 * (m + p) + 100

    def run(self) -> Nearest:
        conflict: tuple[int, ...] = ()
        for _ in range(self.most):
            short = self.h - self.G @ self.u  # 2
            short[self.active] = -np.inf
            slack = _ROUNDING * (np.abs(self.h) + np.linalg.norm(self.u) + self.size)
            if not len(short) or not (short > slack).any():
                break
            j = int(np.argmax(short - slack))
            conflict = self._meet(j)
            if conflict:
                break
            self._settle()
        multipliers = np.zeros(len(self.h))
        multipliers[self.active] = np.maximum(self.lam, 0.0)
        return Nearest(self.u, tuple(self.active), multipliers, conflict)

    def _meet(self, j: int) -> tuple[int, ...]:
        """Make row j active; the rows in its way if it cannot be met."""
        g, own = self.G[j], 0.0
        while True:
            along = self.Q.T @ g  # 3
            z = g - self.Q @ along
            again = self.Q.T @ z
            z, along = z - self.Q @ again, along + again
            r = solve_triangular(self.R, along) if self.active else np.zeros(0)
            apart = float(z @ z)
            blocked = apart <= _DEPENDENT**2
            with np.errstate(divide="ignore", invalid="ignore"):
                until = np.where(r > _DEPENDENT, np.maximum(self.lam, 0.0) / r, np.inf)
            first = int(np.argmin(until)) if len(until) else -1
            dual = float(until[first]) if len(until) else np.inf
            primal = np.inf if blocked else float((self.h[j] - g @ self.u) / apart)
            if blocked and not np.isfinite(dual):
                return (j, *(row for row, part in zip(self.active, r, strict=True) if abs(part) > 1e-9))
            step = min(dual, primal)  # 4
            self.lam = self.lam - step * r
            own += step
            if not blocked:
                self.u = self.u + step * z
            if primal <= dual:  # 5
                self._join(j, own, z / np.sqrt(apart), along, np.sqrt(apart))
                return ()
            self._leave(first)

    def _join(self, j: int, own: float, q: Floats, along: Floats, rest: float) -> None:
        k = len(self.active)
        R = np.zeros((k + 1, k + 1))
        R[:k, :k], R[:k, k], R[k, k] = self.R, along, rest
        self.Q, self.R = np.column_stack([self.Q, q]), R
        self.active.append(j)
        self.lam = np.append(self.lam, own)

    def _leave(self, place: int) -> None:
        rest, R = np.linalg.qr(np.delete(self.R, place, axis=1))
        self.Q, self.R = self.Q @ rest, R
        del self.active[place]
        self.lam = np.delete(self.lam, place)

    def _settle(self) -> None:
        """The point and the multipliers of the active set anew, without the rounding of the way there."""
        white = solve_triangular(self.R, self.h[self.active], trans="T")
        self.u, self.lam = self.Q @ white, solve_triangular(self.R, white)
