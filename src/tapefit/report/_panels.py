"""The panels that pictures of a fit are put together from; each draws on the axes it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.report._points import marker
from tapefit.report._style import BAND, LINE, POINT, QUIET, clean, shorten, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "draw_coefficients",
    "draw_line",
    "draw_loss_curve",
    "draw_observed",
    "draw_points",
    "draw_residuals",
]

Vector = NDArray[np.float64]

MOST_COEFFICIENTS = 25
LONGEST_CURVE = 2_000
FEW_STEPS = 30


def draw_points(ax: Axes, x: Vector, y: Vector) -> None:
    """Scatter y over x: the rows of the data."""
    ax.scatter(x, y, color=POINT, linewidths=0, zorder=2, label="data", **marker(x.size))  # type: ignore[arg-type]


def draw_line(ax: Axes, grid: Vector, frame: dict[str, Vector], level: float) -> None:
    """Draw the fitted line over `grid`, in its bands where these are known.

    Parameters
    ----------
    grid : (k,) array
        Values of the feature, increasing.
    frame : dict of (k,) arrays
        As `get_prediction().summary_frame()` gives; a band that is NaN is left out.
    level : float
        The confidence level of both bands, for the legend.
    """
    for band, of, alpha in (("obs_ci", "a new row", 0.16), ("mean_ci", "the line", 0.42)):
        label = f"{100 * level:g} % band of {of}"
        lower, upper = frame[f"{band}_lower"], frame[f"{band}_upper"]
        if np.isfinite(lower).all() and np.isfinite(upper).all():
            ax.fill_between(grid, lower, upper, color=BAND, alpha=alpha, linewidth=0, zorder=1, label=label)
    ax.plot(grid, frame["mean"], color=LINE, linewidth=2, zorder=3, label="fitted line")
    rises = frame["mean"][-1] >= frame["mean"][0]
    _write_legend(ax, "lower right" if rises else "lower left")


def draw_residuals(ax: Axes, across: Vector, residual: Vector, xlabel: str, unit: str) -> None:
    """Scatter the residuals over the feature or the fitted values, around a line at nought."""
    draw_points(ax, across, residual)
    ax.axhline(0.0, color=LINE, linewidth=1.5, zorder=3)
    clean(ax, xlabel, f"residual of {unit}", "Residuals: observed − fitted")


def draw_observed(ax: Axes, fitted: Vector, observed: Vector, target: str) -> None:
    """Scatter observed over fitted values, with the line on which a perfect fit would lie."""
    draw_points(ax, fitted, observed)
    ends = np.array([min(fitted.min(), observed.min()), max(fitted.max(), observed.max())])
    ax.plot(ends, ends, color=LINE, linewidth=1.5, zorder=3, label="observed = fitted")
    _write_legend(ax, "lower right")
    clean(ax, f"fitted {target}", f"observed {target}", "Observed and fitted")


def draw_coefficients(
    ax: Axes, names: tuple[str, ...], effect: Vector, interval: Vector, target: str, level: float
) -> None:
    """Draw the coefficients as points with their intervals, the largest on top.

    Parameters
    ----------
    names : tuple of str
        The p terms, without the intercept.
    effect : (p,) array
        Change of the target when the term grows by one standard deviation.
    interval : (p, 2) array
        Its confidence interval, NaN where there is none.
    """
    order = np.argsort(-np.abs(effect), kind="stable")[:MOST_COEFFICIENTS][::-1]
    effect, interval = effect[order], interval[order]
    rows = np.arange(order.size)
    apart = ~((interval[:, 0] <= 0.0) & (interval[:, 1] >= 0.0))
    ax.axvline(0.0, color=QUIET, linewidth=1.0, zorder=1)
    ax.hlines(rows, interval[:, 0], interval[:, 1], color=POINT, linewidth=2.2, zorder=2)
    ax.scatter(
        effect,
        rows,
        s=34,
        zorder=3,
        edgecolors=POINT,
        linewidths=1.5,
        facecolors=np.where(apart, POINT, "white"),
    )
    clean(ax, f"change of {target}\nfor one standard deviation of the term", "", "Coefficients")
    ax.set_yticks(rows, [shorten(names[row], 30) for row in order], **words(9))
    ax.set_ylim(-0.7, order.size - 0.3)
    ax.grid(False, axis="y")
    ax.annotate(
        _legend_of_coefficients(len(names), order.size, level if np.isfinite(interval).any() else None),
        (1.0, 1.0),
        (0, 6),
        "axes fraction",
        textcoords="offset points",
        ha="right",
        va="bottom",
        **words(8.5, QUIET),
    )


def _legend_of_coefficients(known: int, shown: int, level: float | None) -> str:
    """Of `shown` among `known` coefficients, without intervals if there is no level."""
    text = "no intervals" if level is None else f"{100 * level:g} % intervals; hollow: holds 0"
    return text if known == shown else f"the {shown} largest of {known}; {text}"


def draw_loss_curve(ax: Axes, curve: Vector, loss: str, least: float | None = None) -> None:
    """Draw the loss at every step, on a log scale when it is positive throughout.

    Parameters
    ----------
    curve : (k,) array
        The loss; values that are not finite are left out.
    loss : str
        What the loss is called.
    least : float, optional
        The least loss there is, drawn as a broken line.
    """
    steps = np.flatnonzero(np.isfinite(curve))
    steps = steps[_thin(steps.size)]
    each = "o" if steps.size <= FEW_STEPS else None
    ax.plot(steps, curve[steps], color=POINT, linewidth=1.8, marker=each, markersize=4, zorder=3, label="descent")
    if least is not None:
        ax.axhline(least, color=LINE, linewidth=1.5, linestyle=(0, (4, 3)), zorder=2, label="exact least squares")
        _write_legend(ax, "upper right")
    if steps.size and curve[steps].min() > 0.0:
        ax.set_yscale("log")
    clean(ax, "step", loss, "Descent of the loss")
    ax.locator_params(axis="x", integer=True)
    ax.grid(True, which="minor", axis="y", color="#F3F3F3", linewidth=0.5)


def _write_legend(ax: Axes, place: Literal["lower left", "lower right", "upper right"]) -> None:
    ax.legend(loc=place, frameon=True, framealpha=0.85, edgecolor="none", prop={"size": 8.5})


def _thin(k: int) -> NDArray[np.int64]:
    """At most 2,000 places of 0..k-1, closer together at the start, where a descent is fast."""
    if k <= LONGEST_CURVE:
        return np.arange(k)
    half = LONGEST_CURVE // 2
    early = np.geomspace(1, k, half).astype(np.int64) - 1
    return np.union1d(early, np.linspace(0, k - 1, half).astype(np.int64))
