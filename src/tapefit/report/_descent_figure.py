"""The picture of a descent: the data, the line on its way to the fit, and the loss."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tapefit.report._panels import draw_loss_curve, draw_points
from tapefit.report._save import picture_format, save_figure
from tapefit.report._style import LINE, QUIET, clean, new_figure, number, words, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_descent"]

Vector = NDArray[np.float64]
Line = tuple[float, float]


def plot_descent(
    x: Vector,
    y: Vector,
    line: Line,
    loss_curve: Vector,
    path: str | os.PathLike[str] | None = None,
    *,
    least: float | None = None,
    way: Sequence[tuple[int, Line]] = (),
) -> Figure:
    """Draw data, the line that a descent arrived at, and the loss after each step.

    Parameters
    ----------
    x, y : (n,) arrays
        The data.
    line : (slope, intercept)
        Where the descent ended.
    loss_curve : (k,) array
        The loss at each step, drawn on a log scale.
    path : str or PathLike, optional
        Where to write the picture; the name ends in .pdf, .png or .svg.
    least : float, optional
        The least loss there is, drawn as a broken line.
    way : sequence of (step, (slope, intercept))
        Lines that the descent passed through, drawn faintly and labelled with their steps;
        one that would lie on another is left out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        When `path` ends in no known format.
    OutputError
        When `path` cannot be written.
    """
    if path is not None:
        picture_format(path)
    figure = new_figure(11.5, 4.9)
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1.0])
    draw_points(left, x, y)
    _draw_lines(left, np.array([min(0.0, x.min()), x.max()]), line, way)
    clean(left, "x", "y", "Data and the line on its way")
    draw_loss_curve(right, loss_curve, "mean squared error", least)
    slope, intercept = line
    write_title(figure, f"y = {number(slope, '.4f')} x {'−' if intercept < 0.0 else '+'} {abs(intercept):.4f}")
    if path is not None:
        save_figure(figure, path)
    return figure


def _draw_lines(ax: Axes, ends: Vector, line: Line, way: Sequence[tuple[int, Line]]) -> None:
    ax.plot(ends, line[0] * ends + line[1], color=LINE, linewidth=2.2, zorder=3)
    ax.set_xlim(ends[0] - 0.16 * np.ptp(ends), ends[1] + 0.04 * np.ptp(ends))
    apart = 0.045 * np.ptp(np.array([line[0] * ends + line[1], *(w * ends + b for _, (w, b) in way)]))
    taken = [line[0] * ends[0] + line[1]]
    for step, (slope, intercept) in way:
        start = slope * ends[0] + intercept
        if min(abs(start - other) for other in taken) > apart:
            taken.append(start)
            ax.plot(ends, slope * ends + intercept, color=QUIET, linewidth=1.0, zorder=1)
            ax.annotate(
                f"step {step:,}",
                (ends[0], start),
                (-4, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                **words(8.5, QUIET),
            )
