"""The one loop of the step-by-step solvers: gd, momentum, adam and sgd."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import DataError, UsageError
from tapefit.objective import Problem
from tapefit.optim._least_squares import solve_squares
from tapefit.optim._looks import Places, Rows, RowWalk, Task, Walk
from tapefit.optim._outcome import Callback, Outcome, Status, notify
from tapefit.optim._program_walk import ProgramWalk, Trail, program_walk
from tapefit.optim._rates import Rates, largest_stable_rate
from tapefit.optim._transforms import OPTIMIZERS
from tapefit.optim._views import RowView, SquareView, View

Floats = NDArray[np.float64]

_RISES = 5  # steps in a row with a higher loss before a gd run counts as diverging
_SLOWEST = 0.001  # of the first rate of sgd, at which it stops
_FAR = 100.0  # times the first loss
_SINGLE = 8  # coefficients up to which a step is machine code
_WORTH = 200_000  # steps times rows (and a thousand) from which building that is repaid
_CHUNK = 1 << 15  # rows beyond which a step by NumPy goes through them in ranges


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

    The steps are a program where the loss can be written down as one (see `_walk`). The callbacks see step 0 after
    the first change, as the log lines of the classic loop do.

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
        k = 0
        while k < options.max_iter:
            skipped = run.skip(k)
            if not skipped:
                verdict = run.step(k)
                if verdict is not None:
                    return verdict
            k += skipped or 1
        return run.out_of_steps()


def _beside_link(problem: Problem) -> str:
    name = problem.loss.link.name
    return "" if name == "identity" else f" under the link {name}"


class _Run:
    """The changing state of one descent."""

    def __init__(self, problem: Problem, options: DescentOptions, callbacks: tuple[Callback, ...]) -> None:
        self.problem, self.options, self.callbacks = problem, options, callbacks
        self.design = _Design(problem, options.learning_rate == "auto")
        Z = self.design.Z
        kept, held = _hold_out(problem.n, options)
        out = Rows.of(problem, Z, held) if options.early_stopping else None
        transform, rates = OPTIMIZERS[options.solver](options.momentum), Rates.of(problem, Z, options)
        task = Task(problem.loss, Rows.of(problem, Z, kept), out, transform, rates)
        self.by_rows = RowWalk(
            task, options.batch_size * (options.solver == "sgd"), np.random.default_rng(options.seed)
        )
        self.curve: list[float] = []
        self.look = first = self.by_rows.next()
        self.first, self.first_slope = first.loss, first.slope
        self.best, self.best_params = (first.loss if first.loss < np.inf else np.inf), first.params
        self.best_held, self.held_params = np.inf, first.params
        self.rises = self.waited = self.level_since = 0
        self.walk = self._walk(task)

    def _walk(self, task: Task) -> Walk:
        """The walk that goes on from the first look: a program, where that costs less than the tape at each step.

        A squared error needs no rows for its steps. Machine code takes few coefficients, and many steps at a time,
        which is why callbacks do without it; a function of the user's may change with what they do, and stays on the
        tape.
        """
        n, width, loss, steps = *task.rows.Z.shape, task.loss, self.options.max_iter
        without_rows = loss.kind == "squares" and width <= n
        by_user = bool(self.callbacks) and not loss.key and not without_rows
        if self.options.solver == "sgd" or loss.form != "rows" or by_user:
            return self.by_rows
        from tapefit.tape.function._kernel_build import available

        worth = width <= _SINGLE and not self.callbacks and steps * (n + 1000) >= _WORTH
        for single in (True, False) if worth and available() else (False,):
            if not (single or without_rows or n <= _CHUNK):
                break
            walk = program_walk(task, self._view(task, without_rows, single), single=single)
            if walk is not None and walk.in_machine_code >= single:
                walk.next()
                return walk
        return self.by_rows

    def _view(self, task: Task, without_rows: bool, single: bool) -> View:
        if not without_rows:
            return RowView(task.loss, task.rows, task.held, single=single)
        at = solve_squares(self.problem, self.problem.factor())
        centre = at.theta if self.design.standardise else at.beta
        return SquareView(task.loss, task.rows, task.held, centre, single=single)

    def skip(self, k: int) -> int:
        """Take note of steps of which machine code knows already that nothing happens in them; how many."""
        if not isinstance(self.walk, ProgramWalk) or not self.walk.in_machine_code or self.options.early_stopping:
            return 0
        left = self.options.max_iter - k
        seen = Trail(*(part[:left] for part in self.walk.unseen()))
        losses = np.append(self.curve[-1:], seen.loss)
        tiny = 1e-14 * self.first_slope
        if not (
            math.isfinite(float(np.abs(seen.loss).sum() + np.abs(seen.params).sum()))
            and seen.loss.max() - self.first <= _FAR * abs(self.first)
            and (self.options.solver != "gd" or (np.diff(losses) <= 1e-9 * abs(self.first)).all())
            and ((seen.slope > tiny) & (seen.steep > self.options.tol * seen.slope)).all()
        ):
            return 0
        lowest, last = int(np.argmin(seen.loss)), len(seen.loss) - 1
        if seen.loss[lowest] < self.best:
            self.best, self.best_params = float(seen.loss[lowest]), seen.params[lowest]
        self.curve += seen.loss.tolist()
        self.rises, self.look = 0, seen.at(last)
        self.walk.skip(last + 1)
        return last + 1

    def step(self, k: int) -> Outcome | None:
        """One step, or for sgd one pass; an outcome if the descent ends here."""
        try:
            self.look = look = self.walk.next()
        except DataError:
            return self._diverged(k)
        loss = look.loss
        if not math.isfinite(loss) or not np.isfinite(look.params).all():
            return self._diverged(k)
        if loss < self.best:
            self.best, self.best_params = loss, look.params
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
        name, params = self.options.solver, self.look.params
        if self.callbacks and notify(self.callbacks, k, loss, self.design.raw(params)):
            return self._end(params, k + 1, f"Stopped by a callback after {k + 1} steps.", "stopped")
        if self._is_flat():
            return self._end(params, k + 1, f"Converged after {k + 1} steps of {name}.")
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
        if self.options.learning_rate != "auto" or self.by_rows.slower < _SLOWEST:
            return False
        self.by_rows.slower *= 0.2
        self.level_since, self.by_rows.params = k, self.best_params
        return True

    def _waited_enough(self, k: int) -> Outcome | None:
        held = self.look.held
        self.waited = 0 if held < self.best_held else self.waited + 1
        if held < self.best_held:
            self.best_held, self.held_params = held, self.look.params
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
        final = self.best_params if self.options.solver in ("adam", "sgd") else self.look.params
        return self._end(final, self.options.max_iter, message, "max_iter")

    def _is_flat(self) -> bool:
        look = self.look
        return look.slope <= 1e-14 * self.first_slope or look.steep <= self.options.tol * look.slope

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


def _hold_out(n: int, options: DescentOptions) -> tuple[Places, Places]:
    """Rows to fit and rows to hold out."""
    if not options.early_stopping or n < 10:
        return slice(None), slice(None)
    order = np.random.default_rng(options.seed).permutation(n)
    return np.sort(order[n // 10 :]), np.sort(order[: n // 10])
