"""Options: how to fit, checked before any work is done."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.optim import OPTIMIZERS, DescentOptions

Callback = Callable[[int, float, NDArray[np.float64]], object]

SOLVERS = ("auto", *sorted(OPTIMIZERS))
_STEPS = {"auto": 100, "sgd": 1000}  # where max_iter is not given; 1000 for the others
_TOL = {"auto": 1e-14}


@dataclass(frozen=True)
class Options:
    """The numbers that steer a solver; None for a solver's own default.

    See `tapefit.fit` for their meaning.
    """

    solver: str = "auto"
    learning_rate: float | str = "auto"
    max_iter: int | None = None
    tol: float | None = None
    momentum: float = 0.9
    batch_size: int | None = None
    random_state: Any = None
    early_stopping: bool = False
    n_iter_no_change: int = 5

    def check(self) -> None:
        """Raise UsageError, in one sentence, for an option that cannot be used."""
        if self.solver not in SOLVERS:
            raise UsageError(f"Expected a solver of {', '.join(SOLVERS)}, got {self.solver!r}; choose one of them.")
        self._check_rate()
        _whole("max_iter", self.max_iter)
        _whole("batch_size", self.batch_size)
        _whole("n_iter_no_change", self.n_iter_no_change)
        if self.tol is not None and not (_is_number(self.tol) and 0 <= self.tol < math.inf):
            raise UsageError(
                f"Expected tol of 0 or more, got {self.tol!r}; 1e-8 is usual for the step-by-step solvers."
            )
        if not (_is_number(self.momentum) and 0 <= self.momentum < 1):
            raise UsageError(f"Expected momentum from 0 to below 1, got {self.momentum!r}; 0.9 is usual.")
        _check_seed(self.random_state)
        if not isinstance(self.early_stopping, (bool, np.bool_)):
            raise UsageError(f"Expected early_stopping to be True or False, got {self.early_stopping!r}; pass one.")
        if self.early_stopping and self.solver == "auto":
            raise UsageError("early_stopping belongs to the step-by-step solvers, got solver='auto'; use solver='gd'.")

    def _check_rate(self) -> None:
        rate = self.learning_rate
        if isinstance(rate, str):
            if rate != "auto":
                raise UsageError(f"Expected a positive learning_rate or 'auto', got {rate!r}; pass a number.")
        elif not (_is_number(rate) and 0 < rate < math.inf):
            raise UsageError(f"Expected a positive learning_rate or 'auto', got {rate}; 0.01 is a usual first try.")
        elif self.solver == "auto":
            raise UsageError(
                f"learning_rate={rate:g} belongs to the step-by-step solvers, got solver='auto', which needs none; "
                "use solver='gd' with it."
            )

    def descent(self) -> DescentOptions:
        """The options of a step-by-step solver."""
        return DescentOptions(
            solver=self.solver,
            learning_rate=self.learning_rate,
            max_iter=self.steps,
            tol=1e-8 if self.tol is None else self.tol,
            momentum=self.momentum,
            batch_size=32 if self.batch_size is None else self.batch_size,
            seed=self.seed,
            early_stopping=self.early_stopping,
            patience=self.n_iter_no_change,
        )

    @property
    def seed(self) -> Any:
        """What NumPy makes a new generator from."""
        return _seed(self.random_state)

    @property
    def steps(self) -> int:
        """The largest number of steps."""
        return _STEPS.get(self.solver, 1000) if self.max_iter is None else self.max_iter

    @property
    def smooth_tol(self) -> float:
        """The tolerance of preconditioned descent."""
        return _TOL["auto"] if self.tol is None else self.tol


def checked_callbacks(callbacks: Any) -> tuple[Callback, ...]:
    """The callbacks, of which there may be one alone; UsageError for what cannot be called."""
    several = (callbacks,) if callable(callbacks) else tuple(callbacks)
    for one in several:
        if not callable(one):
            raise UsageError(
                f"Expected callbacks to be functions of (step, loss, coefficients), got {one!r}; pass functions."
            )
    return several


def _check_seed(random_state: Any) -> None:
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return
    try:
        np.random.default_rng(random_state)
    except (TypeError, ValueError):
        raise UsageError(
            f"Expected random_state to be a whole number of 0 or more or None, got {random_state!r}; pass one."
        ) from None


def _seed(random_state: Any) -> Any:
    """What NumPy makes a new generator from; of scikit-learn's RandomState, the next number."""
    return int(random_state.randint(2**31)) if isinstance(random_state, np.random.RandomState) else random_state


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, (bool, str)) and math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _whole(name: str, value: Any) -> None:
    if value is not None and not (_is_number(value) and int(value) == value and value >= 1):
        raise UsageError(f"Expected {name} to be a whole number of at least 1, got {value!r}; pass one.")
