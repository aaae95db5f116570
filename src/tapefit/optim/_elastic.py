"""Elastic net on a triangular system: coordinate descent, ended by an exact solve on the active coefficients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]

_SWEEPS = 20_000
_EVERY = 5  # sweeps between attempts to end exactly
_KKT = 1e-10  # of the largest score at zero: the violation of the optimality conditions that is left


def solve_elastic(A: Floats, b: Floats, l1: Floats, l2: Floats, start: Floats) -> tuple[Floats, int]:
    """Minimise ``1/2 |A phi - b|^2 + sum l1 |phi| + 1/2 sum l2 phi^2``.

    1. sweep: each coefficient in turn to its own minimum, by soft thresholding
    2. with the signs found, solve for the coefficients that are not 0 by QR
    3. end if that keeps the signs and meets the optimality conditions; else back to 1

    Parameters
    ----------
    A, b
        (m, k) and (m,); m is about k, as a triangular factor of the rows comes in.
    l1, l2
        (k,) 0 or more; both 0 for a coefficient without penalty.
    start
        (k,) where to begin.

    Returns
    -------
    phi : (k,) array
    sweeps : int

    References
    ----------
    Friedman, Hastie, Tibshirani, "Regularization paths for generalized linear models via coordinate descent",
    Journal of Statistical Software 33, 2010.
    """
    phi = start.copy()
    if not l1.any():
        return _on_active(A, b, l1, l2, np.ones(len(phi), dtype=bool), np.zeros_like(phi)), 0
    r = b - A @ phi
    squares = np.square(A).sum(axis=0)
    for sweep in range(1, _SWEEPS + 1):
        for j in np.flatnonzero(squares + l2):  # 1
            score = A[:, j] @ r + squares[j] * phi[j]
            new = np.sign(score) * max(abs(score) - l1[j], 0.0) / (squares[j] + l2[j])
            if new != phi[j]:
                r -= (new - phi[j]) * A[:, j]
                phi[j] = new
        if sweep % _EVERY == 0:
            exact = _on_active(A, b, l1, l2, (phi != 0) | ((l1 == 0) & (squares > 0)), np.sign(phi))  # 2
            same = (np.sign(exact) == np.sign(phi)) | (l1 == 0)
            if same.all() and violation(A, b, l1, l2, exact) <= _KKT:  # 3
                return exact, sweep
            if violation(A, b, l1, l2, phi) <= 1e-3 * _KKT:
                return phi, sweep
    return phi, _SWEEPS


def violation(A: Floats, b: Floats, l1: Floats, l2: Floats, phi: Floats) -> float:
    """How far the optimality conditions are from being met, as a part of the largest score at zero."""
    gradient = A.T @ (A @ phi - b) + l2 * phi
    at_zero = np.maximum(np.abs(gradient) - l1, 0.0)
    off = np.where(phi == 0, at_zero, np.abs(gradient + l1 * np.sign(phi)))
    return float(off.max(initial=0.0) / (np.abs(A.T @ b).max(initial=0.0) or 1.0))


def _on_active(A: Floats, b: Floats, l1: Floats, l2: Floats, active: NDArray[np.bool_], signs: Floats) -> Floats:
    """The minimum with these coefficients free and these signs kept in the l1 part, by QR of augmented rows."""
    phi = np.zeros(len(l1))
    k = int(active.sum())
    if not k:
        return phi
    rows = np.vstack([A[:, active], np.diag(np.sqrt(l2[active]))])
    Q, R = np.linalg.qr(rows)
    if np.abs(np.diag(R)).min() <= 1e-14 * np.abs(R).max():
        return np.full(len(l1), np.nan)
    white = Q[: len(A)].T @ b - solve_triangular(R, l1[active] * signs[active], trans="T")
    phi[active] = solve_triangular(R, white)
    return phi
