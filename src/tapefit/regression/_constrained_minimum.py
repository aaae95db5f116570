"""The minimum within constraints: equations built in first, then what each kind of loss takes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.numerics import Factor, dependent_columns
from tapefit.objective import Problem
from tapefit.optim import (
    Constrained,
    Constraints,
    Outcome,
    Restricted,
    Separation,
    Smooth,
    first_coefficients,
    nearest,
    project,
    restrict,
    solve_constrained,
    solve_constrained_corners,
    solve_constrained_pinball,
    solve_squares,
)
from tapefit.regression._bread import augmented, held
from tapefit.regression._constraint_options import Rows
from tapefit.regression._options import Callback, Options
from tapefit.regression._penalty_terms import SquaresTerm
from tapefit.regression._solve import OnCollinear, reason

Floats = NDArray[np.float64]

_ILL = 100.0  # condition above which the free fit is needed to its last digits to tell which constraints it breaks


@dataclass(frozen=True, eq=False)
class Asked:
    """A constrained fit as asked for.

    Attributes
    ----------
    problem
        The rows, with the loss recognised.
    wanted, constraints
        The constraints on the coefficients of raw and of standardised columns.
    terms
        The names of the coefficients.
    options, callbacks, on_collinear
        As in `tapefit.fit`.
    penalty
        What is added to the sum of the losses, if anything is.
    """

    problem: Problem
    wanted: Rows
    constraints: Constraints
    terms: tuple[str, ...]
    options: Options
    callbacks: tuple[Callback, ...]
    on_collinear: OnCollinear
    penalty: Smooth | None = None

    @property
    def chooses(self) -> bool:
        """Whether the penalty has an l1 part, which finds coefficients where columns depend on each other."""
        return isinstance(self.penalty, SquaresTerm) and bool(self.penalty.linear.any())


def solve(asked: Asked) -> tuple[Constrained, tuple[str, ...]]:
    """The minimum, in terms of all coefficients, with the places of active constraints among all; and notes."""
    given = asked.constraints
    outer = without_offset(restrict(asked.problem, given.select(given.equal), given.lower[given.equal]))
    unequal = np.flatnonzero(~given.equal)
    inner = outer.constraints(given.select(unequal))
    penalty = None if asked.penalty is None else Within(asked.penalty, outer)
    factor, notes = _checked(asked, outer, penalty)
    calls = tuple(_told(call, asked.problem, outer) for call in asked.callbacks)
    try:
        found = _minimum(outer.problem, inner, factor, asked.options, calls, penalty)
    except Separation as apart:
        raise apart.named([asked.terms[j] for j in outer.free]) from None
    theta = outer.theta(found.outcome.theta)
    active = tuple((int(unequal[i]), side) for i, side in found.active)
    return Constrained(replace(found.outcome, theta=theta), active), notes


def without_offset(left: Restricted) -> Restricted:
    """The same with what the fixed coefficients predict taken off y, for losses that see nothing but y - eta."""
    moved = left.problem.loss.kind in ("squares", "pinball")
    return replace(left, problem=left.problem.translated()) if moved else left


def _checked(asked: Asked, outer: Restricted, penalty: Smooth | None) -> tuple[Factor, tuple[str, ...]]:
    """The factor of the columns that are left, and a note if they, or columns and penalty, determine nothing."""
    factor, n = outer.problem.factor(), outer.problem.n
    root = np.zeros((0, len(factor.R))) if penalty is None else penalty.root(np.zeros(len(factor.R)))
    found = dependent_columns(augmented(factor, root) if len(root) else factor, n)
    if not found or asked.chooses:
        return factor, ()
    terms = [asked.terms[j] for j in outer.free]
    if asked.on_collinear == "error" or asked.problem.loss.kind in ("pinball", "corners"):
        raise DataError(
            f"{reason(found[0], terms)}, so their coefficients cannot be told apart; leave out one of them."
        )
    return factor, (
        f"{reason(found[0], terms)}: other coefficients within the constraints fit as well, and those of the smallest "
        "size are shown.",
    )


def _told(call: Callback, problem: Problem, outer: Restricted) -> Callback:
    """The callback, with the coefficients of all columns."""

    def whole(step: int, loss: float, beta: Floats) -> object:
        return call(step, loss, problem.basis.to_raw(outer.theta(outer.problem.basis.from_raw(beta))))

    return whole


def _minimum(
    problem: Problem,
    constraints: Constraints,
    factor: Factor,
    options: Options,
    callbacks: tuple[Callback, ...],
    penalty: Smooth | None,
) -> Constrained:
    singular = bool(dependent_columns(factor, problem.n))
    if problem.loss.kind == "squares" and penalty is None:
        return _squares(problem, constraints, factor, singular=singular)
    if problem.loss.kind == "pinball":
        return solve_constrained_pinball(problem, constraints, solve_squares(problem, factor).theta, problem.loss.level)
    first = _start(problem, constraints, held(factor, problem.n) if singular else factor, penalty)
    if problem.loss.kind == "corners":
        return solve_constrained_corners(problem, constraints, first)
    found = solve_constrained(
        problem,
        constraints,
        first,
        max_iter=options.steps,
        tol=options.smooth_tol,
        penalty=penalty,
        callbacks=callbacks,
    )
    by_choice = options.max_iter is not None or found.outcome.status == "stopped"
    if found.outcome.converged or by_choice or penalty is not None or problem.loss.form != "rows":
        return found
    with contextlib.suppress(DataError):  # the loss ends somewhere
        rounded = solve_constrained_corners(problem, constraints, found.outcome.theta)
        if rounded.outcome.loss_curve[-1] <= found.outcome.loss_curve[-1]:
            return rounded
    return found


def _squares(problem: Problem, constraints: Constraints, factor: Factor, *, singular: bool) -> Constrained:
    """The least-squares fit, moved to where it meets the constraints by as little as can be.

    Its last digits come with the fit of the model that is left.
    """
    start, g = np.zeros(problem.basis.width), np.zeros(problem.basis.width)
    if singular:
        g = -problem.gradient(problem.y)
    elif factor.condition > _ILL:
        start = solve_squares(problem, factor).theta
    else:
        for _ in range(2):
            start = start + factor.solve(problem.gradient(problem.y - problem.predict(start)))
    step, found = nearest(factor, g, constraints, start)
    theta = start + step
    _, _, rows, sign = constraints.halves()
    active = tuple(sorted((int(rows[i]), float(sign[i])) for i in found.active))
    residual = problem.y - problem.predict(theta)
    curve = np.array([problem.mean(np.square(residual))])
    return Constrained(Outcome(theta, theta, 1, True, "Least squares.", curve, residual), active)


def _start(problem: Problem, constraints: Constraints, factor: Factor, penalty: Smooth | None) -> Floats:
    """First coefficients within the constraints, where loss and penalty are defined."""
    zero = np.zeros(problem.basis.width)
    best = zero if problem.loss.kind == "squares" else first_coefficients(problem, factor)
    for theta in (best, zero):
        inside = project(factor, constraints, theta)
        with contextlib.suppress(DataError):
            more = 0.0 if penalty is None else penalty.value(inside)
            if np.isfinite(problem.at(problem.eta(inside)).value).all() and np.isfinite(more):
                return inside
    return project(factor, constraints, best)


@dataclass(frozen=True, eq=False)
class Within:
    """A penalty as a function of the coefficients that equations leave."""

    penalty: Smooth
    outer: Restricted

    def value(self, theta: Floats) -> float:
        """The penalty."""
        return self.penalty.value(self.outer.theta(theta))

    def slope(self, theta: Floats) -> Floats:
        """(width,) its gradient."""
        return self.outer.map.T @ self.penalty.slope(self.outer.theta(theta))

    def root(self, theta: Floats) -> Floats:
        """(m, width) a root of its Hessian."""
        return self.penalty.root(self.outer.theta(theta)) @ self.outer.map
