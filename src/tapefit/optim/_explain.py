"""Explanation: what gradient descent with a learning rate does on these data, predicted and observed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.numerics import Basis
from tapefit.objective import Problem
from tapefit.optim._descent import DescentOptions, descend
from tapefit.optim._rates import Rates
from tapefit.optim._spectrum import Spectrum, rescaled

Floats = NDArray[np.float64]
Scaling = Literal["raw", "standardised"]
SCALINGS: tuple[Scaling, ...] = ("raw", "standardised")


@dataclass(frozen=True, eq=False)
class Explanation:
    """What gradient descent does, and why. ``print(explanation)`` says it in words.

    Attributes
    ----------
    terms
        Names of the coefficients, the intercept first if there is one.
    loss
        The loss's name.
    nobs
        Rows.
    scaling
        The columns that the descent works on: "raw", as they are, or "standardised".
    learning_rate
        The constant rate.
    tol
        The descent is done when no column's correlation with the loss's slope is larger.
    spectra
        The Hessian's eigenvalues and what follows from them, for each scaling.
    n_iter
        Steps that the descent took.
    converged
        Whether it met `tol`.
    diverged
        Whether its loss grew for good.
    distance
        Root mean square over rows of its last prediction less the exact optimum's, in units of the prediction.
    exact
        Whether the loss is quadratic, so that predictions hold from the first step and not only near the optimum.
    """

    terms: tuple[str, ...]
    loss: str
    nobs: int
    scaling: Scaling
    learning_rate: float
    tol: float
    spectra: dict[Scaling, Spectrum]
    n_iter: int
    converged: bool
    diverged: bool
    distance: float
    exact: bool

    @property
    def spectrum(self) -> Spectrum:
        """That of the scaling that the descent works on."""
        return self.spectra[self.scaling]

    @property
    def eigenvalues(self) -> Floats:
        """(k,) of the mean loss's Hessian at the optimum, ascending."""
        return self.spectrum.eigenvalues

    @property
    def largest_stable_rate(self) -> float:
        """2 / lambda_max."""
        return self.spectrum.largest_stable_rate

    @property
    def best_rate(self) -> float:
        """2 / (lambda_min + lambda_max)."""
        return self.spectrum.best_rate

    @property
    def factors(self) -> Floats:
        """(k,) what a step multiplies the error along each eigenvector by, in the order of `eigenvalues`."""
        return self.spectrum.factors(self.learning_rate)

    @property
    def steps_predicted(self) -> float:
        """Steps until `tol` is met; infinite where it never is."""
        return self.spectrum.steps(self.learning_rate, self.tol)

    @property
    def distance_at_start(self) -> float:
        """As `distance`, for coefficients of zero, from which the descent starts."""
        return self.spectrum.distance

    def __str__(self) -> str:
        from tapefit.optim._explain_text import render

        return render(self)

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain numbers and texts for JSON; what is infinite is None."""
        from tapefit.optim._explain_text import verdict

        return {
            "verdict": verdict(self),
            "loss": self.loss,
            "rows": self.nobs,
            "scaling": self.scaling,
            "learning_rate": self.learning_rate,
            "tol": self.tol,
            "steps_predicted": _finite(self.steps_predicted),
            "n_iter": self.n_iter,
            "converged": self.converged,
            "diverged": self.diverged,
            "distance_at_start": self.distance_at_start,
            "distance": _finite(self.distance),
            "terms": list(self.terms),
            "scalings": {name: self._plain(self.spectra[name]) for name in SCALINGS},
        }

    def _plain(self, spectrum: Spectrum) -> dict[str, Any]:
        return {
            "eigenvalues": spectrum.eigenvalues.tolist(),
            "directions": spectrum.directions.T.tolist(),
            "condition_number": _finite(spectrum.condition),
            "largest_stable_rate": spectrum.largest_stable_rate,
            "best_rate": spectrum.best_rate,
            "steps_at_best_rate": _finite(spectrum.steps(spectrum.best_rate, self.tol)),
        }


def explain_descent(
    problem: Problem,
    optimum: Floats,
    *,
    terms: tuple[str, ...],
    learning_rate: float | Literal["auto"],
    scaling: Scaling,
    max_iter: int,
    tol: float,
) -> Explanation:
    """Predict a descent from the Hessian's spectrum at the optimum, run it, and say both.

    Parameters
    ----------
    problem
        Rows and recognised loss, columns independent.
    optimum
        (width,) the exact coefficients of the standardised columns.
    terms
        Names of the coefficients.
    learning_rate
        A positive number, or "auto" for the one that solver "gd" takes by itself.
    scaling
        The columns that the descent works on.
    max_iter
        The largest number of steps to run.
    tol
        As in the descents.

    Raises
    ------
    UsageError
        If the loss has no curvature at the optimum along some direction, so that no rate is the right one.
    """
    p = len(problem.basis.centre)
    bases = {"raw": Basis(np.zeros(p), np.ones(p), problem.basis.intercept), "standardised": problem.basis}
    problems = {name: rescaled(problem, bases[name]) for name in SCALINGS}
    beta = problem.basis.to_raw(optimum)
    _check_curvature(problem, optimum)
    spectra = {name: Spectrum.of(problems[name], bases[name].from_raw(beta)) for name in SCALINGS}
    here = problems[scaling]
    rate = _rate(here, learning_rate)
    run = descend(here, DescentOptions("gd", rate, max_iter, tol))
    gap = spectra[scaling].directions.T @ run.theta + spectra[scaling].error
    return Explanation(
        terms=terms,
        loss=problem.loss.name,
        nobs=problem.n,
        scaling=scaling,
        learning_rate=rate,
        tol=tol,
        spectra=spectra,
        n_iter=run.n_iter,
        converged=run.converged,
        diverged=run.status == "diverged",
        distance=float(np.linalg.norm(spectra[scaling].rms @ gap)),
        exact=problem.loss.kind == "squares",
    )


def _rate(problem: Problem, learning_rate: float | Literal["auto"]) -> float:
    if not isinstance(learning_rate, str):
        return float(learning_rate)
    columns = problem.basis.columns(problem.X)
    return Rates.of(problem, columns, DescentOptions("gd", "auto")).first


def _check_curvature(problem: Problem, optimum: Floats) -> None:
    seen = problem.at(problem.eta(optimum))
    bend = np.where(np.isfinite(seen.curvature), np.maximum(seen.curvature, 0.0), 0.0)
    singular = np.linalg.svd(problem.factor(bend).R, compute_uv=False)
    if problem.loss.kind == "pinball" or not singular[-1] > 1e-12 * singular[0]:
        raise UsageError(
            f"Expected a loss that is curved at its optimum, got {problem.loss.name}, on which no constant learning "
            "rate converges and none diverges; explain a smooth loss, or fit this one with solver='auto'."
        )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
