"""Constraints as asked for: bounds by column, positive slopes, and linear relations, as rows on the coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.inference import linear_relations
from tapefit.numerics import Basis
from tapefit.optim import Constraints

Floats = NDArray[np.float64]
_Row = tuple[Floats, float, float, str]  # lower <= row @ b <= upper, and the same as text

_INF = math.inf


@dataclass(frozen=True, eq=False)
class Rows:
    """``lower <= A b <= upper`` for the coefficients b of raw columns.

    Attributes
    ----------
    A
        (m, k)
    lower, upper
        (m,)
    labels
        (m,) each as text.
    """

    A: Floats
    lower: Floats
    upper: Floats
    labels: tuple[str, ...]

    def on(self, basis: Basis) -> Constraints:
        """The same on the coefficients of standardised columns."""
        return Constraints.of(self.A, self.lower, self.upper, self.labels, basis)


@dataclass(frozen=True)
class ConstraintOptions:
    """Constraints as asked for; see `tapefit.fit`."""

    bounds: Any = None
    positive: Any = False
    constraints: Any = None

    @staticmethod
    def of(bounds: Any, positive: Any, constraints: Any) -> ConstraintOptions | None:
        """The options, checked as far as they can be without the data; None where nothing is asked for."""
        if not isinstance(positive, (bool, np.bool_)):
            raise UsageError(
                f"Expected positive to be True or False, got {positive!r}; use bounds={{'name': (0, None)}} for some "
                "coefficients."
            )
        if isinstance(constraints, (list, tuple)) and not constraints:
            constraints = None
        if bounds is None and constraints is None and not positive:
            return None
        for name, pair in _pairs(bounds):
            _ends(name, pair)
        return ConstraintOptions(bounds, bool(positive), constraints)

    def check(self, solver: str) -> None:
        """Raise UsageError for a solver that knows no constraints."""
        if solver != "auto":
            raise UsageError(f"Constraints need solver='auto', got {solver!r}; leave solver out.")

    def at(self, names: Sequence[str]) -> Rows:
        """The constraints on the coefficients of these terms, the intercept first if there is one.

        Raises
        ------
        UsageError
            If a name is not that of a term or column, or a relation cannot be read.
        """
        rows = [*self._bounds(names), *self._signs(names), *_relations(self.constraints, names)]
        A = np.array([row for row, *_ in rows]).reshape(len(rows), len(names))
        lower, upper = (np.array([row[side] for row in rows], dtype=np.float64) for side in (1, 2))
        return Rows(A, lower, upper, tuple(row[3] for row in rows))

    def _bounds(self, names: Sequence[str]) -> Iterator[_Row]:
        for name, pair in _pairs(self.bounds):
            low, high = _ends(name, pair)
            for j in _places(name, names):
                if math.isfinite(low) or math.isfinite(high):
                    yield _unit(j, len(names)), low, high, _bound_text(names[j], low, high)

    def _signs(self, names: Sequence[str]) -> Iterator[_Row]:
        for j in range(_first(names), len(names)) if self.positive else ():
            yield _unit(j, len(names)), 0.0, _INF, f"{names[j]} >= 0"


def _pairs(bounds: Any) -> list[tuple[str, Any]]:
    if bounds is None:
        return []
    if not isinstance(bounds, Mapping) or not all(isinstance(name, str) for name in bounds):
        raise UsageError(
            f"Expected bounds as a mapping such as {{'x1': (0, None)}}, got {bounds!r}; name the columns (those of "
            "arrays are x1, x2 and so on)."
        )
    return list(bounds.items())


def _ends(name: str, pair: Any) -> tuple[float, float]:
    """Lower and upper end, infinite where there is none."""
    try:
        low, high = pair
        ends = -_INF if low is None else float(low), _INF if high is None else float(high)
    except (TypeError, ValueError):
        ends = math.nan, math.nan
    if math.isnan(ends[0]) or math.isnan(ends[1]) or ends[0] == _INF or ends[1] == -_INF:
        raise UsageError(
            f"Expected the bounds of {name!r} as a pair of a lower and an upper number, got {pair!r}; None stands for "
            "no bound."
        )
    if ends[0] > ends[1]:
        raise UsageError(
            f"The bounds of {name!r} are {ends[0]:g} and {ends[1]:g}, the lower above the upper; swap them."
        )
    return ends


def _places(name: str, names: Sequence[str]) -> list[int]:
    """The terms that a name stands for: one, or all levels of a column."""
    found = [j for j, term in enumerate(names) if term == name]
    found = found or [j for j, term in enumerate(names) if term.startswith(f"{name}[") and term.endswith("]")]
    if not found:
        raise UsageError(f"bounds name {name!r}, which is no term of the model; name one of {', '.join(names)}.")
    return found


def _first(names: Sequence[str]) -> int:
    """The place of the first slope."""
    return int(bool(names) and names[0] == "intercept")


def _unit(j: int, k: int) -> Floats:
    row = np.zeros(k)
    row[j] = 1.0
    return row


def _bound_text(name: str, low: float, high: float) -> str:
    if low == high:
        return f"{name} = {low:g}"
    left = f"{low:g} <= " if math.isfinite(low) and math.isfinite(high) else ""
    right = f" <= {high:g}" if math.isfinite(high) else f" >= {low:g}"
    return f"{left}{name}{right}"


def _relations(given: Any, names: Sequence[str]) -> Iterator[_Row]:
    if given is None:
        return
    if isinstance(given, str):
        given = [given]
    if isinstance(given, (list, tuple)) and given and all(isinstance(text, str) for text in given):
        for text in given:
            for row, sign, value, label in linear_relations(text, names):
                low, high = {"=": (value, value), "<=": (-_INF, value), ">=": (value, _INF)}[sign]
                yield row, low, high, " ".join(label.split())
        return
    yield from _from_arrays(given, names)


def _from_arrays(given: Any, names: Sequence[str]) -> Iterator[_Row]:
    """Rows of a triple (A, lower, upper), or of an object with A, lb and ub such as scipy's LinearConstraint."""
    triple = tuple(getattr(given, name) for name in ("A", "lb", "ub")) if hasattr(given, "lb") else given
    try:
        A, *ends = triple
        A = np.atleast_2d(np.asarray(A, dtype=np.float64))
        lower, upper = (np.broadcast_to(np.asarray(end, dtype=np.float64), (len(A),)) for end in ends)
    except (TypeError, ValueError):
        raise UsageError(
            f"Expected constraints as text such as '{names[-1]} >= 0', or as a triple (A, lower, upper), got "
            f"{given!r}; pass one of them."
        ) from None
    k, slopes = len(names), len(names) - _first(names)
    if A.shape[1] not in (k, slopes) or not np.isfinite(A).all() or not A.any(axis=1).all():
        raise UsageError(
            f"Expected A of the constraints with a column for each of {', '.join(names)}, finite and with no row of "
            f"zeros, got shape {A.shape}; correct it."
        )
    if np.isnan(lower).any() or np.isnan(upper).any() or (lower > upper).any():
        raise UsageError(
            "Expected each lower end of the constraints to be a number of at most the upper end, got another; swap "
            "them, or use -inf and inf for no bound."
        )
    A = np.column_stack([np.zeros((len(A), k - A.shape[1])), A])
    for row, low, high in zip(A, lower, upper, strict=True):
        yield row, float(low), float(high), _bound_text(_text(row, names), low, high)


def _text(row: Floats, names: Sequence[str]) -> str:
    """A sum as text: ``x1 - 2*x2``."""
    parts = [
        ("- " if weight < 0 else "+ ") + ("" if abs(weight) == 1 else f"{abs(weight):g}*") + name
        for weight, name in zip(row, names, strict=True)
        if weight
    ]
    shown = parts if len(parts) <= 6 else [*parts[:5], "+ ..."]
    return " ".join(shown).removeprefix("+ ").replace("- ", "-", 1) if parts[0][0] == "-" else " ".join(shown)[2:]
