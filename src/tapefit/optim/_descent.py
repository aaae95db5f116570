"""The one loop of the step-by-step solvers: gd, momentum, adam and sgd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError
from tapefit.objective import Pointwise, Problem, pointwise
from tapefit.optim._outcome import Callback, Outcome, notify
from tapefit.optim._rates import Rates, largest_stable_rate
from tapefit.optim._transforms import OPTIMIZERS

Floats = NDArray[np.float64]

_RISES = 5  # steps in a row with a higher loss before a gd run counts as diverging
_FAR = 100.0  # times the first loss


@dataclass(frozen=True)
class DescentOptions:
    """How a step-by-step solver runs.

    Attributes
    ----------
    solver
        "gd", "momentum", "adam" or "sgd".
    learning_rate
        A positive number, used on the columns as they are; or "auto", chosen from the curvature, with the
        columns standardised.
    max_iter
        Steps; for sgd, passes through the rows.
    tol
        Stop when the gradient of every standardised coefficient is this small: as the correlation of its
        column with l', which is free of units.
    momentum
        Of solver "momentum".
    batch_size
        Rows a step, of solver "sgd".
    seed
        Of the order of rows, for sgd, and of the validation rows.
    early_stopping
        Hold out a tenth of the rows, and stop when their loss has not fallen for `patience` steps.
    patience
        See `early_stopping`; sgd also stops when the loss has not fallen by a hundred-thousandth in as many passes.
    """

    solver: str = "gd"
    learning_rate: float | str = "auto"
    max_iter: int = 1000
    tol: float = 1e-8
    momentum: float = 0.9
    batch_size: int = 32
    seed: int | None = None
    early_stopping: bool = False
    patience: int = 5


class _Design:
    """The columns that the descent works on: as they are, or standardised."""

    def __init__(self, problem: Problem, standardise: bool) -> None:
        self.problem, self.standardise = problem, standardise
        ones = np.ones((problem.n, int(problem.basis.intercept)))
        self.Z = problem.basis.columns(problem.X) if standardise else np.hstack([ones, problem.X])

    def raw(self, params: Floats) -> Floats:
        return self.problem.basis.to_raw(params) if self.standardise else params

    def theta(self, params: Floats) -> Floats:
        return params if self.standardise else self.problem.basis.from_raw(params)


def descend(problem: Problem, options: DescentOptions, callbacks: tuple[Callback, ...] = ()) -> Outcome:
    """Minimise the weighted mean loss step by step, from coefficients of zero.

    1. l and l' of every row (of a batch, for sgd) from the tape
    2. g = Z'W l' / sum of w
    3. change = transform(g); params = params + change
    4. mean loss: keep the best parameters; stop where it diverges, has converged, or a callback says so

    The callbacks see step 0 after the first change, as the log lines of the classic loop do.
    """
    run = _Run(problem, options, callbacks)
    with np.errstate(all="ignore"):
        for k in range(options.max_iter):
            verdict = run.step(k)
            if verdict is not None:
                return verdict
    return run.out_of_steps()


class _Run:
    """The changing state of one descent."""

    def __init__(self, problem: Problem, options: DescentOptions, callbacks: tuple[Callback, ...]) -> None:
        self.problem, self.options, self.callbacks = problem, options, callbacks
        self.design = _Design(problem, options.learning_rate == "auto")
        self.rows, self.held = _hold_out(problem.n, options)
        self.rates = Rates.of(problem, self.design.Z, options)
        self.transform = OPTIMIZERS[options.solver](self.rates.at, options.momentum)
        self.params = np.zeros(self.design.Z.shape[1])
        self.state = self.transform.init(self.params)
        self.rng = np.random.default_rng(options.seed)
        self.seen = self._look(self.rows)
        self.curve: list[float] = []
        self.first = self.best = self._mean(self.seen, self.rows)
        self.best_params, self.rises, self.waited = self.params, 0, 0
        self.best_held = np.inf
        self.column_sizes = np.sqrt(np.mean(np.square(self.design.Z), axis=0))
        self.first_slope = float(np.sqrt(np.mean(np.square(self.seen.slope))))

    def step(self, k: int) -> Outcome | None:
        """One step, or for sgd one pass; an outcome if the descent ends here."""
        if self.options.solver == "sgd":
            for rows in _batches(self.rng, self.rows, self.options.batch_size):
                self._move(self._gradient(self._look(rows), rows))
        else:
            self._move(self._gradient(self.seen, self.rows))
        try:
            self.seen = self._look(self.rows)
        except DataError:
            return self._diverged(k)
        loss = self._mean(self.seen, self.rows)
        if not np.isfinite(loss) or not np.isfinite(self.params).all():
            return self._diverged(k)
        rose = bool(self.curve) and loss > self.curve[-1] and loss - self.curve[-1] > 1e-9 * self.first
        self.rises = self.rises + 1 if rose else 0
        self.curve.append(loss)
        if loss < self.best:
            self.best, self.best_params = loss, self.params
        if loss > _FAR * max(self.first, self.best) or (self.options.solver == "gd" and self.rises >= _RISES):
            return self._diverged(k)
        return self._verdict(k, loss)

    def _verdict(self, k: int, loss: float) -> Outcome | None:
        raw = self.design.raw(self.params)
        if notify(self.callbacks, k, loss, raw):
            return self._end(self.params, k + 1, False, f"Stopped by a callback after {k + 1} steps.")
        if self._is_flat():
            return self._end(self.params, k + 1, True, f"Converged after {k + 1} steps of {self.options.solver}.")
        if self.options.solver == "sgd" and self._is_level(k):
            message = (
                f"Converged after {k + 1} passes of sgd: the loss no longer falls by more than a hundred-thousandth."
            )
            return self._end(self.best_params, k + 1, True, message)
        return self._waited_enough(k) if self.options.early_stopping else None

    def _is_level(self, k: int) -> bool:
        """Whether the best loss of the last passes is no better than the best one before them."""
        n = self.options.patience
        return k >= n and min(self.curve[-n:]) > (1 - 1e-5) * min(self.curve[:-n])

    def _waited_enough(self, k: int) -> Outcome | None:
        held = self._mean(self._look(self.held), self.held)
        self.waited = 0 if held < self.best_held else self.waited + 1
        if held < self.best_held:
            self.best_held, self.held_params = held, self.params
        if self.waited < self.options.patience:
            return None
        message = (
            f"Stopped early after {k + 1} steps: the loss of the held-out rows did not fall for {self.waited} steps."
        )
        return self._end(self.held_params, k + 1, True, message)

    def out_of_steps(self) -> Outcome:
        """The outcome when all steps are taken."""
        unit = "passes" if self.options.solver == "sgd" else "steps"
        message = (
            f"Stopped after {self.options.max_iter} {unit}, before the gradient was below tol={self.options.tol:g}; "
            "allow more, or use solver='auto', which needs no learning rate."
        )
        final = self.best_params if self.options.solver == "sgd" else self.params
        return self._end(final, self.options.max_iter, False, message)

    def _look(self, rows: NDArray[np.intp]) -> Pointwise:
        p = self.problem
        return pointwise(p.loss, p.y[rows], self.design.Z[rows] @ self.params)

    def _weights(self, rows: NDArray[np.intp]) -> Floats:
        return np.ones(len(rows)) if self.problem.weight is None else self.problem.weight[rows]

    def _mean(self, seen: Pointwise, rows: NDArray[np.intp]) -> float:
        w = self._weights(rows)
        return float((w * seen.value).sum() / w.sum())

    def _gradient(self, seen: Pointwise, rows: NDArray[np.intp]) -> Floats:
        w = self._weights(rows)
        return self.design.Z[rows].T @ (w * seen.slope) / w.sum()  # type: ignore[no-any-return]

    def _move(self, gradient: Floats) -> None:
        self.gradient = gradient
        change, self.state = self.transform.update(gradient, self.state)
        self.params = self.params + change

    def _is_flat(self) -> bool:
        size = float(np.sqrt(np.mean(np.square(self.seen.slope))))
        if size <= 1e-14 * self.first_slope:
            return True
        sizes = np.where(self.column_sizes > 0, self.column_sizes, 1.0)
        return bool(np.max(np.abs(self._gradient(self.seen, self.rows)) / sizes) <= self.options.tol * size)

    def _diverged(self, k: int) -> Outcome:
        rate = self.options.learning_rate
        largest = largest_stable_rate(self.problem, self.design.Z, self.options)
        remedy = (
            f"the largest stable rate for these columns is {largest:.3g}; use a smaller one, or learning_rate='auto'"
            if np.isfinite(largest)
            else "use a smaller learning rate, or solver='auto'"
        )
        message = f"The descent diverged at step {k} with learning rate {rate}, and the best weights so far are kept: {remedy}."
        return self._end(self.best_params, k + 1, False, message)

    def _end(self, params: Floats, steps: int, converged: bool, message: str) -> Outcome:
        return Outcome(
            self.design.theta(params),
            self.design.raw(params),
            steps,
            converged,
            message,
            np.array(self.curve or [self.first]),
        )


def _hold_out(n: int, options: DescentOptions) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to fit and rows to hold out."""
    rows = np.arange(n)
    if not options.early_stopping or n < 10:
        return rows, rows
    order = np.random.default_rng(options.seed).permutation(n)
    return np.sort(order[n // 10 :]), np.sort(order[: n // 10])


def _batches(rng: np.random.Generator, rows: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    order = rng.permutation(rows)
    for i in range(0, len(order), size):
        yield order[i : i + size]
