"""Tests of linear hypotheses ``R b = q`` about the coefficients: Wald's, F, and t of each alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.inference._distributions import chi2_tail, f_tail, quantile, two_sided
from tapefit.inference._hypothesis import Hypotheses, hypotheses
from tapefit.inference._quadratic_form import quadratic_form
from tapefit.inference._summary import fixed, number, probability

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

Floats = NDArray[np.float64]

_DEPENDENT = 1e-12  # the sine of a hypothesis's angle to those before it, below which it says nothing new


@dataclass(frozen=True)
class WaldTest:
    """A test of several hypotheses together.

    Attributes
    ----------
    statistic
        F, or chi-squared.
    pvalue
        The probability of a larger one if the hypotheses hold.
    df_num
        The number of hypotheses.
    df_denom
        The degrees of freedom behind the variance, for F; infinite for chi-squared.
    distribution
        "F" or "chi2".
    hypotheses
        What was tested.
    """

    statistic: float
    pvalue: float
    df_num: int
    df_denom: float
    distribution: str
    hypotheses: tuple[str, ...]

    def __str__(self) -> str:
        of = f"F({self.df_num}, {self.df_denom:g})" if self.distribution == "F" else f"chi2({self.df_num})"
        return f"{', '.join(self.hypotheses)}: {of} = {number(self.statistic)}, p = {probability(self.pvalue)}"


@dataclass(frozen=True, eq=False)
class TTest:
    """Tests of m hypotheses, each alone.

    Attributes
    ----------
    effect
        (m,) R b.
    null
        (m,) q.
    sd
        (m,) the standard error of R b.
    tvalue
        (m,) (R b - q) / sd.
    pvalue
        (m,) two-sided.
    df
        Degrees of freedom of Student's t; None for the normal distribution.
    hypotheses
        What was tested.
    """

    effect: Floats
    null: Floats
    sd: Floats
    tvalue: Floats
    pvalue: Floats
    df: float | None
    hypotheses: tuple[str, ...]

    def conf_int(self, confidence_level: float = 0.95) -> Floats:
        """Confidence intervals of R b, (m, 2)."""
        half = quantile(0.5 + confidence_level / 2, self.df) * self.sd
        return np.column_stack([self.effect - half, self.effect + half])

    def summary_frame(self, confidence_level: float = 0.95) -> dict[str, Any]:
        """The tests as columns."""
        low, high = self.conf_int(confidence_level).T
        return {
            "hypothesis": list(self.hypotheses),
            "coef": self.effect,
            "std_err": self.sd,
            "z" if self.df is None else "t": self.tvalue,
            "p_value": self.pvalue,
            "ci_lower": low,
            "ci_upper": high,
        }

    def __str__(self) -> str:
        sign = "z" if self.df is None else "t"
        rows = zip(self.hypotheses, self.effect, self.sd, self.tvalue, self.pvalue, strict=True)
        return "\n".join(
            f"{text}: {number(e)} (std err {number(s)}), {sign} = {fixed(t)}, p = {probability(p)}"
            for text, e, s, t, p in rows
        )


def wald_test(results: RegressionResults, given: Any, *, use_f: bool) -> WaldTest:
    """The test that all hypotheses hold: F = d'V^-1 d / m or chi-squared = d'V^-1 d, with d = R b - q.

    Raises
    ------
    UsageError
        If a hypothesis cannot be read, is about a dropped term, or follows from the others or contradicts them.
    """
    asked = _asked(results, given)
    A = asked.R @ results.basis.raw_map()
    _check_independent(A * _sizes(results), asked)
    d, root = asked.R @ results.params - asked.q, results.cov_root
    statistic, m = quadratic_form(d, A @ results.cov_theta @ A.T, None if root is None else A @ root), len(d)
    if not use_f:
        return WaldTest(statistic, chi2_tail(statistic, m), m, np.inf, "chi2", asked.labels)
    df = float(results.df_inference)
    return WaldTest(statistic / m, f_tail(statistic / m, m, df), m, df, "F", asked.labels)


def t_test(results: RegressionResults, given: Any, *, df: float | None) -> TTest:
    """The tests of the hypotheses, each alone."""
    asked = _asked(results, given)
    effect = asked.R @ results.params
    A = asked.R @ results.basis.raw_map()
    root = results.cov_root
    variance = ((A @ results.cov_theta) * A).sum(axis=1) if root is None else np.square(A @ root).sum(axis=1)
    sd = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (effect - asked.q) / sd
    return TTest(effect, asked.q, sd, t, two_sided(t, df), df, asked.labels)


def _asked(results: RegressionResults, given: Any) -> Hypotheses:
    asked = hypotheses(given, results.names)
    for j in results.dropped:
        if asked.R[:, j].any():
            raise UsageError(
                f"Expected hypotheses of terms with a coefficient, but {results.names[j]!r} was dropped; leave it out."
            )
    return asked


def _sizes(results: RegressionResults) -> Floats:
    """(k,) standard errors, to measure hypotheses about coefficients of unlike units by; ones where undefined."""
    variance = np.diag(results.cov_theta)
    return np.sqrt(np.where(variance > 0, variance, 1.0))


def _check_independent(A: Floats, asked: Hypotheses) -> None:
    R = np.linalg.qr((A / np.linalg.norm(A, axis=1)[:, None]).T, mode="r") if A.any(axis=1).all() else np.zeros((1, 1))
    sines = np.abs(np.diag(R))
    bad = np.flatnonzero(sines < _DEPENDENT) if len(sines) == len(A) else np.array([len(A) - 1])
    if len(bad):
        raise UsageError(
            f"Expected independent hypotheses, but {asked.labels[bad[0]]!r} follows from the others or contradicts "
            "them; leave it out."
        )
