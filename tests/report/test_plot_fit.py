"""The picture of a fit."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

import tapefit
from tapefit.data import Table, read
from tapefit.errors import OutputError, UsageError
from tapefit.report import plot_fit
from tapefit.report._panels import MOST_COEFFICIENTS

LINE = "Data and fitted line"
RESIDUALS = "Residuals: observed − fitted"
OBSERVED = "Observed and fitted"
COEFFICIENTS = "Coefficients"
DESCENT = "Descent of the loss"


def table_of(n: int = 60, p: int = 1, **more: Any) -> Table:
    """y = 1 + 2 x1 - 3 x2 + ... + noise, with the columns of `more`."""
    random = np.random.default_rng(n + p)
    X = random.normal(size=(n, p))
    y = 1.0 + X @ (np.arange(2, p + 2) * (-1.0) ** np.arange(p)) + random.normal(size=n)
    return read({**{f"x{j + 1}": X[:, j] for j in range(p)}, **more, "y": y})


def panels(figure: Figure) -> dict[str, Axes]:
    return {ax.get_title(loc="left"): ax for ax in figure.axes}


def points(ax: Axes) -> np.ndarray:
    return np.asarray(ax.collections[0].get_offsets())


def drawn_texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_one_numeric_feature_is_a_line_with_its_bands_and_residuals() -> None:
    table = table_of()
    results = tapefit.fit(table, target="y")
    figure = plot_fit(results, table)
    assert list(panels(figure)) == [LINE, RESIDUALS]
    line = panels(figure)[LINE]
    x, y = table.columns["x1"].values, table.columns["y"].values
    assert np.array_equal(points(line), np.column_stack([x, y]))
    grid, fitted = line.lines[0].get_data()
    assert np.allclose(fitted, results.params[0] + results.params[1] * np.asarray(grid))
    assert [text.get_text() for text in line.get_legend().get_texts()] == [
        "data",
        "95 % band of a new row",
        "95 % band of the line",
        "fitted line",
    ]


def test_bands_are_those_of_the_prediction() -> None:
    table = table_of()
    results = tapefit.fit(table, target="y")
    ax = panels(plot_fit(results, table, confidence_level=0.5))[LINE]
    grid = ax.lines[0].get_xdata()
    frame = results.get_prediction({"x1": grid}).summary_frame(0.5)
    _, new, mean = ax.collections
    for band, name in ((new, "obs_ci"), (mean, "mean_ci")):
        corners = band.get_paths()[0].vertices[:, 1]
        assert corners.min() == pytest.approx(frame[f"{name}_lower"].min())
        assert corners.max() == pytest.approx(frame[f"{name}_upper"].max())


def test_title_of_one_feature_is_the_equation() -> None:
    table = read({"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, -1.0, -3.0, -5.0]})
    assert plot_fit(tapefit.fit(table, target="y"), table).get_suptitle() == "y = 1 − 2 × x"
    through_zero = tapefit.fit(table, target="y", intercept=False)
    assert plot_fit(through_zero, table).get_suptitle() == f"y = {through_zero.params[0]:.5g} × x".replace("-", "−")


def test_several_features_are_observed_residuals_and_coefficients() -> None:
    table = table_of(p=3)
    figure = plot_fit(tapefit.fit(table, target="y"), table)
    assert list(panels(figure)) == [OBSERVED, RESIDUALS, COEFFICIENTS]
    assert figure.get_suptitle() == "y by x1, x2, x3"


def test_coefficients_are_for_one_standard_deviation_and_the_largest_is_on_top() -> None:
    table = table_of(p=3)
    results = tapefit.fit(table, target="y")
    ax = panels(plot_fit(results, table))[COEFFICIENTS]
    effect = [results.params[j] * table.columns[f"x{j}"].values.std() for j in (1, 2, 3)]
    order = np.argsort(np.abs(effect))
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"x{j + 1}" for j in order]
    drawn = np.asarray(ax.collections[1].get_offsets())
    assert drawn[:, 0] == pytest.approx(np.array(effect)[order])


def test_categorical_feature_is_drawn_by_its_levels() -> None:
    table = table_of(n=30, p=0, region=["north", "south", "east"] * 10)
    ax = panels(plot_fit(tapefit.fit(table, target="y"), table))[COEFFICIENTS]
    assert {label.get_text() for label in ax.get_yticklabels()} == {"region[north]", "region[south]"}


def test_many_coefficients_are_cut_to_the_largest_and_the_picture_says_so() -> None:
    table = table_of(n=200, p=40)
    figure = plot_fit(tapefit.fit(table, target="y"), table)
    assert figure.get_suptitle() == "y by 40 features"
    assert len(panels(figure)[COEFFICIENTS].get_yticks()) == MOST_COEFFICIENTS
    assert any(text.startswith(f"the {MOST_COEFFICIENTS} largest of 40;") for text in drawn_texts(figure))


@pytest.mark.filterwarnings("ignore::tapefit.errors.ConvergenceWarning")
@pytest.mark.parametrize("p", [1, 2])
def test_descent_adds_its_loss(p: int) -> None:
    table = table_of(p=p)
    results = tapefit.fit(table, target="y", solver="gd", learning_rate=0.02, max_iter=200)
    ax = panels(plot_fit(results, table))[DESCENT]
    steps, loss = ax.lines[0].get_data()
    assert ax.get_yscale() == "log"
    assert np.array_equal(loss, results.loss_curve[np.asarray(steps, int)])


def test_many_rows_are_sampled_and_the_picture_says_so() -> None:
    table = table_of(n=20_000)
    figure = plot_fit(tapefit.fit(table, target="y"), table)
    assert all(len(points(ax)) == 5_000 for ax in figure.axes)
    text = "5,000 of 20,000 rows drawn, the 50 largest residuals among them"
    assert any(text in drawn for drawn in drawn_texts(figure))


def test_rows_with_gaps_are_left_out() -> None:
    table = read({"x": [0.0, 1.0, np.nan, 3.0, 4.0], "y": [1.0, 2.9, 5.0, np.nan, 9.1]})
    figure = plot_fit(tapefit.fit(table, target="y", missing="drop"), table)
    assert len(points(panels(figure)[LINE])) == 3
    assert any(text.startswith("3 rows of ") for text in drawn_texts(figure))


@pytest.mark.parametrize("name", ["$x$", "a_{b}", r"\alpha$", "[b]x[/b]", "n\nn", "x" * 300, "変数"])
def test_name_of_any_letters_is_drawn_as_it_is_and_stays_inside(name: str, tmp_path: Path) -> None:
    values = table_of(n=20, p=2)
    columns = {name: values.columns["x1"].values, "x2": values.columns["x2"].values}
    for features in ([name], [name, "x2"]):
        table = read({**{key: columns[key] for key in features}, "target $y$": values.columns["y"].values})
        figure = plot_fit(tapefit.fit(table, target="target $y$"), table, tmp_path / "fit.png")
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert min(box.x0, box.y0) >= 0.0
        assert (box.x1 <= width, box.y1 <= height) == (True, True)


@pytest.mark.parametrize("scale", [1e-100, 1e-9, 1e9, 1e100])
def test_any_scale_can_be_drawn(scale: float, tmp_path: Path) -> None:
    table = read({"x": np.arange(9.0) * scale, "y": np.array([1, 3, 5, 7, 9, 11, 13, 15, 18.0]) * scale})
    plot_fit(tapefit.fit(table, target="y"), table, tmp_path / "fit.png")


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_picture_is_written_and_nothing_else(tmp_path: Path, form: str) -> None:
    table = table_of(p=2)
    plot_fit(tapefit.fit(table, target="y"), table, tmp_path / f"fit.{form}")
    assert os.listdir(tmp_path) == [f"fit.{form}"]


def test_pyplot_is_not_imported() -> None:
    table = table_of()
    before = "matplotlib.pyplot" in sys.modules
    plot_fit(tapefit.fit(table, target="y"), table)
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    table = table_of()
    results = tapefit.fit(table, target="y")
    with pytest.raises(UsageError, match="must end in"):
        plot_fit(results, table, tmp_path / "fit.bmp")
    with pytest.raises(UsageError, match=r"confidence_level must lie between 0 and 1, got 95"):
        plot_fit(results, table, confidence_level=95)
    with pytest.raises(OutputError, match="there is no directory"):
        plot_fit(results, table, tmp_path / "nowhere" / "fit.png")


def test_coefficients_that_have_no_intervals_say_so() -> None:
    table = table_of(p=3)
    lasso = tapefit.fit(table, target="y", penalty="l1", alpha=0.1)
    assert "no intervals" in drawn_texts(plot_fit(lasso, table))
    bounded = tapefit.fit(table, target="y", bounds={"x1": (None, 1)})
    assert "95 % intervals; hollow: holds 0" in drawn_texts(plot_fit(bounded, table))
