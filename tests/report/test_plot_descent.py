"""The picture of a descent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from tapefit.errors import UsageError
from tapefit.report import plot_descent

X = np.linspace(0.0, 2.0, 20)
Y = 3.0 * X + 4.0
CURVE = 45.0 * 0.9 ** np.arange(100)


def lines(figure: Figure, panel: int) -> list[np.ndarray]:
    return [np.asarray(line.get_ydata()) for line in figure.axes[panel].lines]


def test_line_is_drawn_over_the_data() -> None:
    figure = plot_descent(X, Y, (3.0, 4.0), CURVE)
    assert lines(figure, 0)[0].tolist() == [4.0, 10.0]
    offsets = np.asarray(figure.axes[0].collections[0].get_offsets())
    assert np.array_equal(offsets, np.column_stack([X, Y]))


def test_loss_is_drawn_on_a_log_scale_over_the_least() -> None:
    figure = plot_descent(X, Y, (3.0, 4.0), CURVE, least=0.001)
    assert figure.axes[1].get_yscale() == "log"
    assert np.array_equal(lines(figure, 1)[0], CURVE)
    assert lines(figure, 1)[1].tolist() == [0.001, 0.001]


def test_way_is_drawn_and_named_where_it_can_be_told_apart() -> None:
    way = [(0, (0.3, 0.3)), (10, (2.0, 2.0)), (11, (2.0, 2.01)), (500, (3.0, 4.0))]
    figure = plot_descent(X, Y, (3.0, 4.0), CURVE, way=way)
    assert [text.get_text() for text in figure.axes[0].texts] == ["step 0", "step 10"]
    assert len(lines(figure, 0)) == 3


@pytest.mark.parametrize(
    ("line", "title"), [((3.0, 4.0), "y = 3.0000 x + 4.0000"), ((-3.0, -0.5), "y = −3.0000 x − 0.5000")]
)
def test_title_is_the_equation(line: tuple[float, float], title: str) -> None:
    figure = plot_descent(X, Y, line, CURVE)
    assert figure.get_suptitle() == title


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_picture_is_written(tmp_path: Path, form: str) -> None:
    plot_descent(X, Y, (3.0, 4.0), CURVE, tmp_path / f"descent.{form}")
    assert (tmp_path / f"descent.{form}").stat().st_size > 1_000


def test_unknown_ending_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must end in"):
        plot_descent(X, Y, (3.0, 4.0), CURVE, tmp_path / "descent.gif")
