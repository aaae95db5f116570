"""Covariances of the coefficients, a row a kind; all from the triangular factor, none from an inverted Hessian.

Each is a root B of the covariance B B'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.inference._cluster import cluster_roots, least_clusters
from tapefit.inference._slopes import Slopes
from tapefit.inference._sparsity import pinball_meat, pinball_slope, pinball_sparsity
from tapefit.numerics import Factor
from tapefit.objective import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Covariance:
    """The covariance of the coefficients of the standardised columns.

    Attributes
    ----------
    matrix
        (width, width)
    kind
        A name of `COVARIANCES`.
    root
        (width, m) a B with ``matrix = B B'``; None where there is none.
    df
        Degrees of freedom of tests where they are not those of the residuals.
    """

    matrix: Floats
    kind: str
    root: Floats | None = None
    df: float | None = None

    @staticmethod
    def of_root(root: Floats, kind: str, df: float | None = None) -> Covariance:
        """The covariance B B'."""
        return Covariance(root @ root.T, kind, root, df)


@dataclass(frozen=True, eq=False)
class Fit:
    """What a covariance is computed from.

    Attributes
    ----------
    problem
        Rows and loss.
    factor
        R with R'R = Z'W diag(l'') Z; for pinball losses R'R = Z'WZ.
    slopes
        l' and l'' of the rows, of which `factor` is made.
    residual
        (n,) y - prediction.
    scale
        The residual variance of squares, the dispersion of a likelihood family, else NaN.
    df_resid
        Rows less coefficients.
    fisher
        For a likelihood family, R with R'R the expected information at a dispersion of 1.
    groups
        (n, 1) or (n, 2) the clusters of the rows, counted from 0, if they have any.
    unpenalised
        Where `factor` has a penalty in it: R with R'R the information without it.
    """

    problem: Problem
    factor: Factor
    slopes: Slopes
    residual: Floats
    scale: float
    df_resid: int
    fisher: Factor | None = None
    groups: NDArray[np.int64] | None = None
    unpenalised: Factor | None = None


def check_cov_type(kind: str | None) -> None:
    """Raise UsageError for a name that no covariance has."""
    if kind is not None and kind not in COVARIANCES:
        raise UsageError(f"Expected a cov_type of {', '.join(sorted(COVARIANCES))}, got {kind!r}; choose one of them.")


def covariance(fit: Fit, kind: str | None) -> Covariance:
    """The covariance of the kind asked for; by default "nonrobust" for squares and likelihoods, else "HC0".

    Raises
    ------
    UsageError
        If the kind is unknown, or not offered for this loss.
    """
    chosen = kind or _default(fit)
    check_cov_type(chosen)
    offered = _OFFERED["likelihood" if fit.fisher else fit.problem.loss.kind]
    if chosen not in offered:
        raise UsageError(
            f"cov_type {chosen!r} is not defined for the loss {fit.problem.loss.name}; "
            f"choose one of {', '.join(offered)}."
        )
    if (chosen == "cluster") != (fit.groups is not None):
        raise UsageError("cov_type 'cluster' and groups belong together, got only one of them; give both, or neither.")
    return COVARIANCES[chosen](fit)


def undefined(found: Covariance) -> Covariance:
    """A covariance of NaN in place of another."""
    nothing = np.full_like(found.matrix, np.nan)
    return Covariance(nothing, found.kind, nothing, found.df)


def _default(fit: Fit) -> str:
    if fit.groups is not None:
        return "cluster"
    return "nonrobust" if fit.problem.loss.kind == "squares" or fit.fisher else "HC0"


def _nonrobust(fit: Fit) -> Covariance:
    spread = pinball_sparsity(fit.problem, fit.residual) if fit.problem.loss.kind == "pinball" else fit.scale
    if fit.unpenalised is not None:
        return Covariance.of_root(np.sqrt(spread) * fit.factor.solve(fit.unpenalised.R.T), "nonrobust")
    return Covariance.of_root(np.sqrt(spread) * (fit.fisher or fit.factor).inverse(), "nonrobust")


def _cluster(fit: Fit) -> Covariance:
    """One root, or the sum of three of which one counts less; see `cluster_roots`."""
    codes, slope = fit.groups, fit.slopes.slope
    assert codes is not None
    if fit.problem.loss.kind == "pinball":
        slope = pinball_slope(fit.problem, fit.residual)
    df = float(least_clusters(codes) - 1)
    roots = list(cluster_roots(fit.problem, fit.factor, slope, codes))
    if len(roots) == 1:
        return Covariance.of_root(roots[0][1], "cluster", df)
    return Covariance(np.asarray(sum(sign * (B @ B.T) for sign, B in roots)), "cluster", None, df)


def _sandwich(kind: str, correct: Callable[[Fit], Floats | float]) -> Callable[[Fit], Covariance]:
    """R^-1 R^-T M R^-1 R^-T with M the sum of z z' times the squared, corrected slopes."""

    def matrix(fit: Fit) -> Covariance:
        pinball = fit.problem.loss.kind == "pinball"
        squares = pinball_meat(fit.problem, fit.residual) if pinball else fit.problem.once(np.square(fit.slopes.slope))
        inverse = fit.factor.inverse()
        return Covariance.of_root(inverse @ (inverse.T @ fit.problem.root(squares * correct(fit)).T), kind)

    return matrix


def leverages(problem: Problem, factor: Factor, curvature: Floats | None) -> Floats:
    """(n,) w l'' z'(R'R)^-1 z: the diagonal of the hat matrix, of the last step's where the loss is no square."""
    h = np.empty(problem.n)
    for rows, Z in problem.parts():
        h[rows] = np.square(factor.whiten(Z.T)).sum(axis=0)
    return problem.once(problem.weighted(h if curvature is None else h * curvature))


COVARIANCES: dict[str, Callable[[Fit], Covariance]] = {
    "HC0": _sandwich("HC0", lambda fit: 1.0),
    "HC1": _sandwich("HC1", lambda fit: fit.problem.nobs / max(fit.df_resid, 1)),
    "HC2": _sandwich("HC2", lambda fit: 1 / _free(fit)),
    "HC3": _sandwich("HC3", lambda fit: 1 / np.square(_free(fit))),
    "cluster": _cluster,
    "nonrobust": _nonrobust,
}
_OFFERED = {
    "corners": ("HC0", "HC1", "HC2", "HC3", "cluster"),
    "likelihood": tuple(COVARIANCES),
    "squares": tuple(COVARIANCES),
    "smooth": ("HC0", "HC1", "HC2", "HC3", "cluster"),
    "pinball": ("HC0", "cluster", "nonrobust"),
}


def _free(fit: Fit) -> Floats:
    """1 - leverage; NaN for a row that is fitted exactly whatever its y, whose error is not known."""
    free = 1 - leverages(fit.problem, fit.factor, fit.slopes.curvature)
    return np.where(free > 1e-10, free, np.nan)
