"""The picture of a fit: data with the fitted line, residuals, coefficients, descent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data import Block, Feature, Numeric, Table, encode, offset_column
from tapefit.errors import UsageError
from tapefit.report._panels import (
    MOST_COEFFICIENTS,
    draw_coefficients,
    draw_line,
    draw_loss_curve,
    draw_observed,
    draw_points,
    draw_residuals,
)
from tapefit.report._points import choose_points
from tapefit.report._save import picture_format, save_figure
from tapefit.report._style import clean, new_figure, note, number, shorten, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tapefit.inference import RegressionResults

__all__ = ["plot_fit"]

Vector = NDArray[np.float64]


def plot_fit(
    results: RegressionResults,
    table: Table,
    path: str | os.PathLike[str] | None = None,
    *,
    confidence_level: float | None = None,
) -> Figure:
    """Draw a fit on the data it was made from.

    One numeric feature: the rows with the fitted line in its confidence band and in the
    band for a new row, and the residuals. Otherwise: observed over fitted, the residuals, and
    the coefficients, each for one standard deviation of its term, with intervals. A fit
    by one of the step-by-step solvers adds the descent of its loss. Of more than 5,000 rows a fixed
    sample is drawn that holds the 50 largest residuals, and the picture says so.

    Parameters
    ----------
    results : RegressionResults
        The fit.
    table : Table
        The data; rows with missing values are left out.
    path : str or PathLike, optional
        Where to write the picture; the name ends in .pdf, .png or .svg.
    confidence_level : float, optional
        Of bands and intervals, between 0 and 1; that of `results` when not given.

    Returns
    -------
    matplotlib.figure.Figure
        A figure that pyplot does not know, so there is nothing to close.

    Raises
    ------
    UsageError
        When `path` ends in no known format, or `confidence_level` is not between 0 and 1.
    DataError
        When `table` lacks a column of the fit.
    OutputError
        When `path` cannot be written.
    """
    if path is not None:
        picture_format(path)
    level = results.confidence_level if confidence_level is None else confidence_level
    if not 0.0 < level < 1.0:
        raise UsageError(f"confidence_level must lie between 0 and 1, got {level}; pass 0.95, say.")
    view = _view(results, table, level)
    figure = _figure_of_line(view) if view.is_line else _figure_of_terms(view)
    write_title(figure, _title(view))
    note(figure, _note(view))
    if path is not None:
        save_figure(figure, path)
    return figure


@dataclass(frozen=True)
class _View:
    """What the panels draw, worked out once."""

    results: RegressionResults
    level: float
    block: Block
    fitted: Vector  # (n,)
    shown: NDArray[np.int64]  # rows to draw
    source: str

    @property
    def features(self) -> tuple[Feature, ...]:
        return self.results.encoding.features

    @property
    def is_line(self) -> bool:
        return len(self.features) == 1 and self.features[0].levels is None

    @property
    def columns(self) -> NDArray[np.float64]:
        """(n, p) the columns whose coefficients the results have."""
        return self.results.basis.raw_columns(self.block.X[:])

    @property
    def descended(self) -> bool:
        """Whether there is a descent to see: the automatic solver's few steps are refinements of its first."""
        return self.results.solver != "auto" and self.results.loss_curve.size > 1

    @property
    def residual(self) -> Vector:
        return self.block.y - self.fitted

    @property
    def target(self) -> str:
        return shorten(self.results.target)


def _view(results: RegressionResults, table: Table, level: float) -> _View:
    block, _ = encode(table, results.encoding, missing="drop", offset=_offset(results, table))
    eta = results.basis.predict(block.X, results.theta)
    fitted = results.mean_at(eta if block.offset is None else eta + block.offset)  # (n,)
    return _View(results, level, block, fitted, choose_points(block.y - fitted), table.source)


def _offset(results: RegressionResults, table: Table) -> Numeric | None:
    """The offset of the rows, where its columns have names."""
    return offset_column(table, results.offset or None, results.exposure or None)


def _figure_of_line(view: _View) -> Figure:
    figure = new_figure(11.5, 6.6 if view.descended else 4.9)
    layout: Any = [["fit", "residuals"]] + [["fit", "loss"]] * view.descended
    axes = figure.subplot_mosaic(layout, width_ratios=[1.25, 1.0])
    feature = shorten(view.features[0].name)
    x = view.columns[:, 0]
    draw_points(axes["fit"], x[view.shown], view.block.y[view.shown])
    draw_line(axes["fit"], *_line(view, x), view.level)
    clean(axes["fit"], feature, view.target, f"Data and fitted {'curve' if view.features[0].powers else 'line'}")
    draw_residuals(axes["residuals"], x[view.shown], view.residual[view.shown], feature, view.target)
    _draw_descent(axes.get("loss"), view)
    return figure


def _line(view: _View, x: Vector) -> tuple[Vector, dict[str, Vector]]:
    """The fitted line and its bands on a grid over the range of x."""
    grid = np.linspace(x.min(), x.max(), 200)
    prediction = view.results.get_prediction({view.features[0].name: grid}, offset=0.0, exposure=1.0)
    return grid, prediction.summary_frame(view.level)


def _figure_of_terms(view: _View) -> Figure:
    below = _panels_below(view)
    heights = [4.2] + ([max(below.values())] if below else [])
    figure = new_figure(11.5, 0.7 + sum(heights))
    # A figure of its own for each row: long names below do not narrow the panels above.
    rows = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    observed, residuals = rows[0].subplots(1, 2)
    fitted = view.fitted[view.shown]
    draw_observed(observed, fitted, view.block.y[view.shown], view.target)
    draw_residuals(residuals, fitted, view.residual[view.shown], f"fitted {view.target}", view.target)
    axes = dict(zip(below, rows[-1].subplots(1, len(below), squeeze=False)[0], strict=True)) if below else {}
    _draw_coefficients(axes.get("coefficients"), view)
    _draw_descent(axes.get("loss"), view)
    return figure


def _panels_below(view: _View) -> dict[str, float]:
    """The panels of the second row that this fit fills, and the inches that each wants."""
    p = view.block.X.shape[1]
    wanted = {"coefficients": 1.1 + 0.27 * min(p, MOST_COEFFICIENTS), "loss": 3.4}
    filled = {"coefficients": p > 0, "loss": view.descended}
    return {name: inches for name, inches in wanted.items() if filled[name]}


def _draw_coefficients(ax: Axes | None, view: _View) -> None:
    if ax is None:
        return
    p = view.block.X.shape[1]
    spread = view.columns.std(axis=0)  # (p,)
    effect = view.results.params[-p:] * spread
    interval = view.results.conf_int(view.level)[-p:] * spread[:, None]
    draw_coefficients(ax, view.results.names[-p:], effect, interval, view.target, view.level)


def _draw_descent(ax: Axes | None, view: _View) -> None:
    if ax is not None:
        draw_loss_curve(ax, view.results.loss_curve, f"loss ({view.results.loss})")


def _title(view: _View) -> str:
    if not view.is_line:
        names = ", ".join(shorten(feature.name, 30) for feature in view.features)
        return f"{view.target} by {names if 0 < len(names) <= 50 else f'{len(view.features)} features'}"
    if view.features[0].powers:
        degree = view.features[0].powers.degree
        return f"{view.target} by a polynomial of degree {degree} in {shorten(view.features[0].name, 30)}"
    *constants, slope = view.results.params.tolist()
    right = f"{number(slope, '.5g')} × {shorten(view.features[0].name, 30)}"
    if constants:
        sign = "−" if slope < 0.0 else "+"
        right = f"{number(constants[0], '.5g')} {sign} {right.removeprefix('−')}"
    return f"{shorten(view.target, 30)} = {right}"


def _note(view: _View) -> str:
    n, drawn = view.block.y.size, view.shown.size
    parts = [
        f"{n:,} rows of {shorten(view.source, 50)}",
        f"loss {view.results.loss}",
        f"solver {view.results.solver}",
    ]
    if np.isfinite(view.results.rsquared):
        parts.append(f"R² {number(view.results.rsquared, '.6g')}")
    if not view.results.converged:
        parts.append("not converged")
    if drawn < n:
        parts.append(f"{drawn:,} of {n:,} rows drawn, the 50 largest residuals among them")
    return "; ".join(parts)
