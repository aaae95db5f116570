"""Influence: how much each row of a fit moves it.

Sources: Cook, "Detection of influential observation in linear regression", Technometrics 19, 1977; Belsley, Kuh
and Welsch, "Regression Diagnostics", 1980, chapter 2; Pregibon, "Logistic regression diagnostics", Annals of
Statistics 9, 1981, for losses that are no squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tapefit.errors import UsageError
from tapefit.inference._likelihood import family_of, is_known
from tapefit.inference._rows_again import Given, rows_again
from tapefit.objective import Problem

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Influence:
    """What each of n rows does to a fit with k coefficients; names as in statsmodels.

    With weights, a row counts as its values times the root of its weight, as in R; of a row that stands for several
    observations, all is about one of them. A row with leverage 1 has NaN.
    Where the loss is no squared error, everything is that of the last step's weighted least squares, and what
    leaving a row out does is one step of it.

    Attributes
    ----------
    hat_matrix_diag
        (n,) leverages h, which sum to k.
    resid
        (n,) residuals r, times the roots of the weights; Pearson's for likelihood families, -l' / sqrt(l'') for other
        losses.
    scale
        The residual variance or dispersion s^2.
    scale_known
        Whether that is 1 by nature, as for counts, whatever the rows.
    df_resid
        Rows less coefficients.
    names
        The k coefficients.
    steps
        (n, k) R^-1 R^-T x r, by raw column.
    unscaled
        (k,) roots of the diagonal of (X'X)^-1.
    """

    hat_matrix_diag: Floats
    resid: Floats
    scale: float
    scale_known: bool
    df_resid: int
    names: tuple[str, ...]
    steps: Floats
    unscaled: Floats

    @cached_property
    def _free(self) -> Floats:
        """1 - h."""
        free = 1 - self.hat_matrix_diag
        return np.where(free > 1e-13, free, np.nan)

    @cached_property
    def _scale_without(self) -> Floats:
        """(n,) the residual variance of the fit without each row."""
        if self.scale_known:
            return np.full_like(self.resid, self.scale)
        if self.df_resid < 2:
            return np.full_like(self.resid, np.nan)
        rest = self.scale * self.df_resid - np.square(self.resid) / self._free
        return np.maximum(rest, 0.0) / (self.df_resid - 1)

    @cached_property
    def resid_press(self) -> Floats:
        """(n,) errors of each row's prediction by the fit without it: r / (1 - h)."""
        return self.resid / self._free

    @cached_property
    def resid_studentized_internal(self) -> Floats:
        """(n,) r / (s sqrt(1 - h))."""
        return self._over(self.resid, np.sqrt(self.scale * self._free))

    @cached_property
    def resid_studentized_external(self) -> Floats:
        """(n,) the same with s of the fit without the row; Student's t with df_resid - 1 degrees of freedom."""
        return self._over(self.resid, np.sqrt(self._scale_without * self._free))

    @cached_property
    def cooks_distance(self) -> tuple[Floats, Floats]:
        """(n,) distances t^2 h / ((1 - h) k), and where they lie in F(k, df_resid) as tail probabilities."""
        k = len(self.names)
        distance = np.square(self.resid_studentized_internal) * self.hat_matrix_diag / self._free / k
        return distance, special.fdtrc(k, self.df_resid, distance)

    @cached_property
    def dffits(self) -> tuple[Floats, float]:
        """(n,) the change of the fitted value in its own standard errors, and the usual threshold 2 sqrt(k / n)."""
        return self._fits(self.resid_studentized_external)

    @cached_property
    def dffits_internal(self) -> tuple[Floats, float]:
        """The same with the standard error of the whole fit."""
        return self._fits(self.resid_studentized_internal)

    def _fits(self, studentised: Floats) -> tuple[Floats, float]:
        n, k = len(self.resid), len(self.names)
        return studentised * np.sqrt(self.hat_matrix_diag / self._free), 2 * float(np.sqrt(k / n))

    @cached_property
    def dfbeta(self) -> Floats:
        """(n, k) coefficients less those of the fit without each row."""
        return self.steps / self._free[:, None]

    @cached_property
    def dfbetas(self) -> Floats:
        """(n, k) the same in standard errors of the fit without the row."""
        return self._over(self.dfbeta, np.sqrt(self._scale_without)[:, None] * self.unscaled)

    @staticmethod
    def _over(a: Floats, b: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(a / b)

    def summary_frame(self) -> dict[str, Floats]:
        """The columns of statsmodels' summary_frame, as a dict of arrays that any dataframe takes."""
        betas = {f"dfb_{name}": self.dfbetas[:, j] for j, name in enumerate(self.names)}
        return {
            **betas,
            "cooks_d": self.cooks_distance[0],
            "standard_resid": self.resid_studentized_internal,
            "hat_diag": self.hat_matrix_diag,
            "dffits_internal": self.dffits_internal[0],
            "student_resid": self.resid_studentized_external,
            "dffits": self.dffits[0],
        }


def influence(results: RegressionResults, given: Given) -> Influence:
    """The influence of the rows of the fit, which are passed again.

    1. signed roots a of the rows' weights in the last step, and residuals r on their scale
    2. R with R'R = Z' diag(a^2) Z
    3. whitened rows u = R^-T z a; h = |u|^2
    4. steps R^-1 u r, taken to the raw columns
    """
    again = rows_again(results, given, what="Influence")
    problem, n = again.problem, again.problem.n
    root, r = _working(problem, again.theta, again.residual)  # 1
    single = problem.once(problem.weighted(np.ones(n)))
    bend = None if problem.loss.kind == "squares" else np.square(root) / single
    factor = problem.factor(bend)  # 2
    h, steps = np.empty(n), np.empty((n, problem.basis.width))
    T = problem.basis.raw_map()
    for rows, Z in problem.parts():
        u = factor.whiten((Z * root[rows, None]).T)  # 3
        h[rows] = np.square(u).sum(axis=0)
        steps[rows] = (T @ factor.whiten_back(u * r[rows])).T  # 4
    unscaled = np.linalg.norm(T @ factor.inverse(), axis=1)
    names = tuple(results.names[j] for j in again.kept)
    df = problem.nobs - len(names)
    known = is_known(problem.loss)
    scale = 1.0 if known else problem.each(np.square(r)) / df if df > 0 else float("nan")
    return Influence(h, r, scale, known, df, names, steps, unscaled)


def _working(problem: Problem, theta: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """Roots of the weights that rows have in weighted least squares, with the sign of d mu / d eta, and residuals.

    Of a row that stands for several observations, those of one of them.
    """
    root = np.ones(problem.n) if problem.weight is None else np.sqrt(problem.once(problem.weight))
    if problem.loss.kind == "squares":
        return root, residual * root
    eta = problem.eta(theta)
    if problem.loss.family:
        link, mu = problem.loss.link, problem.loss.link.mu(eta)
        spread = np.sqrt(family_of(problem.loss).variance(mu))
        return root * link.slope(eta) / spread, root * (problem.y - mu) / spread
    seen = problem.at(eta)
    if problem.loss.kind != "smooth" or not (seen.curvature > 0).all():
        raise UsageError(
            f"Influence needs a loss that is curved at every row, got {problem.loss.name}, under which some rows count "
            "by the sign of their error alone; compare with a fit that leaves the row out."
        )
    bend = np.sqrt(seen.curvature)
    return root * bend, -root * seen.slope / bend
