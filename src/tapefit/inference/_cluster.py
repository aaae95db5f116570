"""Clusters: sums of scores within groups of rows, and the covariances from them, one way and two way.

References
----------
Liang and Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73, 1986.
Cameron, Gelbach and Miller, "Robust inference with multiway clustering", JBES 29, 2011.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import Factor
from tapefit.objective import Problem

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def cluster_roots(problem: Problem, factor: Factor, slope: Floats, codes: Codes) -> Iterator[tuple[float, Floats]]:
    """Signs and matrices B whose sum of sign * B B' is the covariance.

    One way: c R^-1 R^-T S'S R^-1 R^-T, with a row of S for the sum of slope * z over a cluster and
    c = G / (G - 1) * (n - 1) / (n - k). Two way: that of the first grouping, plus that of the second, less that
    of their intersections, each with its own c.

    Parameters
    ----------
    problem
        The rows.
    factor
        R with R'R the Hessian.
    slope
        (n,) l' times the weight.
    codes
        (n, 1) or (n, 2) the cluster of each row, counted from 0.
    """
    for sign, code in _groupings(codes):
        sums = score_sums(problem, slope, code)  # (G, k)
        G, k = sums.shape
        correction = G / (G - 1) * (problem.nobs - 1) / max(problem.nobs - k, 1)
        R = np.asarray(np.linalg.qr(sums, mode="r"))
        yield sign, np.sqrt(correction) * factor.solve(R.T)


def _groupings(codes: Codes) -> Iterator[tuple[float, Codes]]:
    for column in codes.T:
        yield 1.0, column
    if codes.shape[1] == 2:
        both = codes[:, 0] * (codes[:, 1].max() + 1) + codes[:, 1]
        yield -1.0, np.unique(both, return_inverse=True)[1].ravel()


def score_sums(problem: Problem, slope: Floats, code: Codes) -> Floats:
    """The sums of slope * z within each cluster, (G, width)."""
    width, G = problem.basis.width, int(code.max()) + 1
    sums = np.zeros((G, width))
    for rows, Z in problem.parts():
        here, place = np.unique(code[rows], return_inverse=True)  # a block may hold few of many clusters
        for j in range(width):
            sums[here, j] += np.bincount(place, slope[rows] * Z[:, j])
    return sums


def cluster_codes(labels: list[NDArray[np.object_]]) -> Codes:
    """Labels of rows, one or two arrays (n,), to codes (n, 1) or (n, 2) that count from 0.

    Raises
    ------
    DataError
        If there are fewer than two clusters.
    """
    codes = np.empty((len(labels[0]), len(labels)), dtype=np.int64)
    for j, label in enumerate(labels):
        kinds, codes[:, j] = np.unique(label, return_inverse=True)
        if len(kinds) < 2:
            raise DataError(
                f"groups has {len(kinds)} cluster in the used rows, expected 2 or more; choose another grouping, or "
                "another cov_type."
            )
    return codes


def least_clusters(codes: Codes) -> int:
    """The number of clusters of the coarser grouping."""
    return int(codes.max(axis=0).min()) + 1
