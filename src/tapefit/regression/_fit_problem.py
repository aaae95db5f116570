"""From a problem and what is asked of it to results: plain, penalised, constrained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Encoding, RowCount
from tapefit.errors import UsageError
from tapefit.inference import RegressionResults
from tapefit.numerics import few_threads
from tapefit.objective import Problem
from tapefit.regression._constrained import fit_constrained
from tapefit.regression._constraint_options import ConstraintOptions
from tapefit.regression._options import Callback, Options
from tapefit.regression._path import best_alpha
from tapefit.regression._penalised import PenaltyOptions, fit_penalised, fit_with_terms
from tapefit.regression._solve import OnCollinear, find_coefficients, independent, make_results, warn_unless_converged


def _keep_silent(note: str) -> None:
    """Notes stand in the results, too."""


@dataclass(frozen=True)
class Request:
    """What is asked of a fit beside its rows and loss; see `tapefit.fit`.

    `tell` is called with each note on columns that others make up.
    """

    options: Options
    callbacks: tuple[Callback, ...]
    on_collinear: OnCollinear
    penalised: PenaltyOptions | None = None
    within: ConstraintOptions | None = None
    cov_type: str | None = None
    confidence_level: float = 0.95
    tell: Callable[[str], None] = _keep_silent


def check_together(penalised: PenaltyOptions | None, within: ConstraintOptions | None) -> None:
    """Raise UsageError for a strength by cross-validation beside constraints, which its fits would not know."""
    if penalised is not None and within is not None and penalised.alpha == "cv":
        raise UsageError("alpha='cv' knows no constraints, got some; pass a number, or leave them out.")


@few_threads("X.shape")
def fit_problem(
    problem: Problem, asked: Request, *, encoding: Encoding, rows: RowCount, groups: NDArray[np.int64] | None = None
) -> RegressionResults:
    """The results of a fit.

    Raises
    ------
    DataError, UsageError
        As `tapefit.fit`.
    """
    penalised, within = asked.penalised, asked.within
    shown = {
        "encoding": encoding,
        "rows": rows,
        "cov_type": asked.cov_type,
        "confidence_level": asked.confidence_level,
        "groups": groups,
    }
    if penalised is not None and within is None and not callable(penalised.penalty):
        cv = penalised.alpha == "cv"
        alpha = best_alpha(problem, penalised, random_state=asked.options.seed) if cv else float(penalised.alpha or 0)
        return fit_penalised(problem, penalised, alpha, fit=asked.options, callbacks=asked.callbacks, **shown)  # type: ignore[arg-type]
    if penalised is not None or within is not None:
        more = {**shown, "callbacks": asked.callbacks, "on_collinear": asked.on_collinear, "tell": asked.tell}
        if penalised is not None:
            return fit_with_terms(problem, penalised, within, asked.options, **more)
        return fit_constrained(problem, within, asked.options, **more)  # type: ignore[arg-type]
    design = independent(problem, encoding.term_names, asked.on_collinear)
    for note in design.notes:
        asked.tell(note)
    terms = design.terms(encoding.term_names)
    problem, outcome = find_coefficients(design.problem, design.factor, asked.options, asked.callbacks, terms)
    warn_unless_converged(outcome)
    return make_results(design, problem, outcome, solver=asked.options.solver, **shown)  # type: ignore[arg-type]
