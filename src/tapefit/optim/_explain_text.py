"""The words of an explanation: a table of both scalings, a verdict, and what the descent did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tapefit.optim._explain import Explanation
    from tapefit.optim._spectrum import Spectrum

Floats = NDArray[np.float64]

_PART = 0.05  # of the largest share: smaller ones are not named
_MOST_TERMS = 4
_LABELS = {"raw": "as they are", "standardised": "standardised"}


def render(e: Explanation) -> str:
    """Title, the table of scalings, the eigenvalues, the verdict and the run."""
    title = f"Gradient descent on {e.nobs:,} rows, loss {e.loss}, columns {_LABELS[e.scaling]}"
    parts = ["\n".join(_table(e)), "\n".join(_eigenvalues(e)), verdict(e), _run(e)]
    return f"{title}\n\n" + "\n\n".join(parts)


def _table(e: Explanation) -> list[str]:
    rows: list[tuple[str, list[str]]] = [
        ("Columns", [_LABELS[name] for name in e.spectra]),
        ("Largest eigenvalue of the Hessian", [f"{s.eigenvalues[-1]:.6g}" for s in e.spectra.values()]),
        ("Smallest eigenvalue", [f"{s.eigenvalues[0]:.6g}" for s in e.spectra.values()]),
        ("Condition number", [f"{s.condition:.6g}" for s in e.spectra.values()]),
        ("Largest stable learning rate", [f"{s.largest_stable_rate:.6g}" for s in e.spectra.values()]),
        ("Best constant learning rate", [f"{s.best_rate:.6g}" for s in e.spectra.values()]),
        (f"Steps at the best rate to tol {e.tol:g}", [count(best_steps(s, e.tol)) for s in e.spectra.values()]),
    ]
    return [f"{name:<38}" + "".join(f"{cell:>16}" for cell in cells) for name, cells in rows]


def _eigenvalues(e: Explanation) -> list[str]:
    """A line a direction, steepest first; the outermost ones where there are many."""
    order = list(range(len(e.eigenvalues)))[::-1]
    shown = order if len(order) <= 8 else [*order[:4], *order[-4:]]
    lines = [f"{'Eigenvalue':>14}  {'each step':>12}  along"]
    for j in shown:
        if len(order) > 8 and j == order[-4]:
            lines.append(f"{'...':>14}")
        along = direction(e.spectrum.directions[:, j], e.terms)
        lines.append(f"{e.eigenvalues[j]:>14.6g}  {f'times {factor(e.factors[j])}':>12}  {along}")
    return lines


def verdict(e: Explanation) -> str:
    """What the learning rate will do and why, in one or two sentences."""
    return f"Learning rate {e.learning_rate:.6g} {_fate(e)}{_remedy(e)}"


def _fate(e: Explanation) -> str:
    j = int(np.argmax(np.abs(e.factors)))
    along = direction(e.spectrum.directions[:, j], e.terms)
    if e.learning_rate > e.largest_stable_rate:
        return (
            f"diverges: each step multiplies the error along {along} by {factor(e.factors[j])}, as the rate is above "
            f"2 / {e.eigenvalues[-1]:.4g} = {e.largest_stable_rate:.4g}"
        )
    if e.learning_rate == e.largest_stable_rate:
        return f"never settles: each step turns the error along {along} around and leaves it as large"
    about = "" if e.exact else "about "
    return (
        f"converges in {about}{count(e.steps_predicted)} steps: each multiplies the slowest error, along {along}, "
        f"by {factor(e.factors[j])}"
    )


def _remedy(e: Explanation) -> str:
    """What would be faster, if anything would."""
    best, spectrum = best_steps(e.spectrum, e.tol), e.spectrum
    mine = e.steps_predicted
    other = best_steps(e.spectra["standardised"], e.tol)
    rate = f"the best constant rate, {spectrum.best_rate:.4g}, takes {count(best)} steps"
    if e.scaling == "raw" and other < min(best, mine):
        if best < 0.9 * mine:
            return f"; {rate}, and standardising brings that to {count(other)}."
        return f"; standardising brings it from {count(mine)} steps to {count(other)}."
    return f"; {rate}." if best < 0.9 * mine else "."


def _run(e: Explanation) -> str:
    start, end = f"{e.distance_at_start:.4g}", f"{e.distance:.3g}"
    if e.diverged:
        return f"Run: diverged, seen after {_steps(e.n_iter)}; predictions started {start} from the exact ones."
    what = "converged" if e.converged else "stopped, not converged,"
    return (
        f"Run: {what} after {_steps(e.n_iter)}, {count(e.steps_predicted)} predicted; predictions started "
        f"{start} (root mean square) from the exact ones and ended {end} from them."
    )


def best_steps(spectrum: Spectrum, tol: float) -> float:
    """Steps at the best constant rate."""
    return spectrum.steps(spectrum.best_rate, tol)


def direction(vector: Floats, terms: Sequence[str]) -> str:
    """A combination of terms, its largest share 1, such as ``[x2 - 0.99 x3]``.

    Examples
    --------
    >>> direction(np.array([0.01, -0.71, 0.70]), ("intercept", "x2", "x3"))
    '[x2 - 0.99 x3]'
    """
    share = vector / np.abs(vector).max()
    order = [j for j in np.argsort(-np.abs(share), kind="stable") if abs(share[j]) >= _PART]
    share = share * np.sign(share[order[0]])
    text = ""
    for j in order[:_MOST_TERMS]:
        size = f"{abs(share[j]):.2g}"
        sign = (" - " if share[j] < 0 else " + ") if text else ""
        text += f"{sign}{'' if size == '1' else size + ' '}{terms[j]}"
    return f"[{text}{' + ...' if len(order) > _MOST_TERMS else ''}]"


def factor(value: float) -> str:
    """What a step multiplies by: as many digits as tell it from 1."""
    off = abs(1 - abs(value))
    digits = 2 if off >= 0.1 or off == 0 else min(16, 1 - math.floor(math.log10(off)))
    return f"{value:.{digits}f}" if abs(value) < 1e4 else f"{value:.3g}"


def _steps(n: int) -> str:
    return f"{count(n)} step{'s' * (n != 1)}"


def count(steps: float) -> str:
    """A number of steps."""
    if not math.isfinite(steps):
        return "endless"
    return f"{steps:,.0f}" if steps < 1e12 else f"{steps:.2g}"
