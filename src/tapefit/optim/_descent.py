"""The one loop of the step-by-step solvers: gd, momentum, adam and sgd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError, UsageError
from tapefit.objective import Pointwise, Problem, pointwise
from tapefit.optim._outcome import Callback, Outcome, Status, notify
from tapefit.optim._rates import Rates, largest_stable_rate
from tapefit.optim._transforms import OPTIMIZERS

Floats = NDArray[np.float64]
Rows = NDArray[np.intp] | slice

_RISES = 5  # steps in a row with a higher loss before a gd run counts as diverging
_SLOWEST = 0.001  # of the first rate of sgd, at which it stops
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
        basis, X = problem.basis, problem.X[:]
        self.Z = basis.columns(X) if standardise else np.hstack([ones, basis.raw_columns(X)])

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

    Raises
    ------
    UsageError
        If the loss is not defined at coefficients of zero.
    """
    with np.errstate(all="ignore"):
        try:
            run = _Run(problem, options, callbacks)
        except DataError as error:
            raise UsageError(
                f"The descents start from coefficients of zero, where the loss {problem.loss.name} is not defined"
                f"{_beside_link(problem)}; use solver='auto', which starts elsewhere."
            ) from error
        for k in range(options.max_iter):
            verdict = run.step(k)
            if verdict is not None:
                return verdict
        return run.out_of_steps()


def _beside_link(problem: Problem) -> str:
    name = problem.loss.link.name
    return "" if name == "identity" else f" under the link {name}"


class _Run:
    """The changing state of one descent."""

    def __init__(self, problem: Problem, options: DescentOptions, callbacks: tuple[Callback, ...]) -> None:
        self.problem, self.options, self.callbacks = problem, options, callbacks
        self.design = _Design(problem, options.learning_rate == "auto")
        self.rows, self.held = _hold_out(problem.n, options)
        self.transform = OPTIMIZERS[options.solver](Rates.of(problem, self.design.Z, options).at, options.momentum)
        self.params = np.zeros(self.design.Z.shape[1])
        self.state = self.transform.init(self.params)
        self.rng = np.random.default_rng(options.seed)
        self.curve: list[float] = []
        self.best = self.best_held = np.inf
        self.best_params = self.held_params = self.params
        self.rises = self.waited = self.level_since = 0
        self.slower = 1.0
        self.first, self.gradient = self._see()
        self.first_slope = self.slope
        self.sizes = np.sqrt(self._mean_of(np.square(self.design.Z[self.rows]), self.rows))
        self.sizes[self.sizes == 0] = 1.0

    def step(self, k: int) -> Outcome | None:
        """One step, or for sgd one pass; an outcome if the descent ends here."""
        try:
            if self.options.solver == "sgd":
                for rows in _batches(self.rng, np.arange(self.problem.n)[self.rows], self.options.batch_size):
                    self._move(self._gradient(self._look(rows), rows))
            else:
                self._move(self.gradient)
            loss, self.gradient = self._see()
        except DataError:
            return self._diverged(k)
        if not np.isfinite(loss) or not np.isfinite(self.params).all():
            return self._diverged(k)
        rose = bool(self.curve) and loss - self.curve[-1] > 1e-9 * abs(self.first)
        self.rises = self.rises + 1 if rose else 0
        self.curve.append(loss)
        if loss - self.first > _FAR * max(abs(self.first), self.first - self.best) or self._climbs(loss):
            return self._diverged(k)
        return self._verdict(k, loss)

    def _climbs(self, loss: float) -> bool:
        """Whether a gd run rises for good: over its first loss, or with a rate known to be too large."""
        if self.options.solver != "gd" or self.rises < _RISES:
            return False
        rate = self.options.learning_rate
        return loss > self.first or (not isinstance(rate, str) and rate > self._largest_rate())

    def _verdict(self, k: int, loss: float) -> Outcome | None:
        name = self.options.solver
        if notify(self.callbacks, k, loss, self.design.raw(self.params)):
            return self._end(self.params, k + 1, f"Stopped by a callback after {k + 1} steps.", "stopped")
        if self._is_flat():
            return self._end(self.params, k + 1, f"Converged after {k + 1} steps of {name}.")
        if name == "sgd" and self._is_level(k) and not self._slows_down(k):
            message = (
                f"Converged after {k + 1} passes of sgd: the loss no longer falls by more than a hundred-thousandth."
            )
            return self._end(self.best_params, k + 1, message)
        return self._waited_enough(k) if self.options.early_stopping else None

    def _is_level(self, k: int) -> bool:
        """Whether the best loss of the last passes is no better than the best one before them."""
        n = self.options.patience
        if k - self.level_since < n:
            return False
        before = min(self.curve[:-n])
        return min(self.curve[-n:]) > before - 1e-5 * abs(before)

    def _slows_down(self, k: int) -> bool:
        """Go on from the best parameters with a fifth of the rate, if the rate was chosen here, up to five times."""
        if self.options.learning_rate != "auto" or self.slower < _SLOWEST:
            return False
        self.slower *= 0.2
        self.level_since, self.params = k, self.best_params
        return True

    def _waited_enough(self, k: int) -> Outcome | None:
        held = self._mean_of(self._look(self.held).value, self.held)
        self.waited = 0 if held < self.best_held else self.waited + 1
        if held < self.best_held:
            self.best_held, self.held_params = held, self.params
        if self.waited < self.options.patience:
            return None
        message = (
            f"Stopped early after {k + 1} steps: the loss of the held-out rows did not fall for {self.waited} steps."
        )
        return self._end(self.held_params, k + 1, message)

    def out_of_steps(self) -> Outcome:
        """The outcome when all steps are taken; a gd run that ends higher than it began goes round and round."""
        if self.options.solver == "gd" and self.curve[-1] - self.first > 1e-9 * abs(self.first):
            return self._diverged(self.options.max_iter - 1)
        unit = "passes" if self.options.solver == "sgd" else "steps"
        message = (
            f"Stopped after {self.options.max_iter} {unit}, before the gradient was below tol={self.options.tol:g}; "
            "allow more, or use solver='auto', which needs no learning rate."
        )
        final = self.best_params if self.options.solver in ("adam", "sgd") else self.params
        return self._end(final, self.options.max_iter, message, "max_iter")

    def _see(self) -> tuple[float, Floats]:
        """Mean loss and gradient over all rows; the best parameters and the size of l' are noted."""
        seen = self._look(self.rows)
        loss = self._mean_of(seen.value, self.rows)
        self.slope = float(np.sqrt(self._mean_of(np.square(seen.slope), self.rows)))
        if loss < self.best:
            self.best, self.best_params = float(loss), self.params
        return float(loss), self._gradient(seen, self.rows)

    def _look(self, rows: Rows) -> Pointwise:
        p = self.problem
        eta = self.design.Z[rows] @ self.params
        return pointwise(p.loss, p.y[rows], eta if p.offset is None else eta + p.offset[rows], order=1)

    def _gradient(self, seen: Pointwise, rows: Rows) -> Floats:
        return np.asarray(self._mean_of(self.design.Z[rows], rows, seen.slope))

    def _mean_of(self, values: Floats, rows: Rows, slope: Floats | None = None) -> Any:
        """The weighted mean over rows of values, or of values times l'."""
        w = self.problem.weight
        parts = slope if w is None else w[rows] if slope is None else w[rows] * slope
        whole = len(values) if w is None else w[rows].sum()
        return (values.sum(axis=0) if parts is None else parts @ values) / whole

    def _move(self, gradient: Floats) -> None:
        change, self.state = self.transform.update(gradient, self.state)
        self.params = self.params + self.slower * change

    def _is_flat(self) -> bool:
        if self.slope <= 1e-14 * self.first_slope:
            return True
        return bool(np.max(np.abs(self.gradient) / self.sizes) <= self.options.tol * self.slope)

    def _largest_rate(self) -> float:
        return largest_stable_rate(self.problem, self.design.Z, self.options)

    def _diverged(self, k: int) -> Outcome:
        rate, largest = self.options.learning_rate, self._largest_rate()
        kind = "largest stable rate" if self.options.solver != "sgd" else "largest rate sure to be stable"
        remedy = (
            f"the {kind} for these columns is {largest:.3g}; use a smaller one, or learning_rate='auto'"
            if np.isfinite(largest)
            else "use a smaller learning rate, or solver='auto'"
        )
        message = f"The descent diverged at step {k} with learning rate {rate}: {remedy}."
        return self._end(self.best_params, k + 1, message, "diverged")

    def _end(self, params: Floats, steps: int, message: str, status: Status = "converged") -> Outcome:
        return Outcome(
            self.design.theta(params),
            self.design.raw(params),
            steps,
            status == "converged",
            message,
            np.array(self.curve or [self.first]),
            self.problem.y - (self.design.Z @ params + (0.0 if self.problem.offset is None else self.problem.offset)),
            status,
        )


def _hold_out(n: int, options: DescentOptions) -> tuple[Rows, Rows]:
    """Rows to fit and rows to hold out."""
    if not options.early_stopping or n < 10:
        return slice(None), slice(None)
    order = np.random.default_rng(options.seed).permutation(n)
    return np.sort(order[n // 10 :]), np.sort(order[: n // 10])


def _batches(rng: np.random.Generator, rows: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    order = rng.permutation(rows)
    for i in range(0, len(order), size):
        yield order[i : i + size]
