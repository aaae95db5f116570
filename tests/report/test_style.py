"""Names as they are, and looks that leave nothing behind."""

from __future__ import annotations

import io

import matplotlib
import pytest
from matplotlib.text import Text

from tapefit.report import draw_figure
from tapefit.report._style import clean, new_figure, shorten, words


@pytest.mark.parametrize(
    ("name", "length", "short"),
    [
        ("price", 40, "price"),
        ("abcdefgh", 8, "abcdefgh"),
        ("abcdefghi", 8, "abcd…ghi"),
        ("a\nb\tc", 40, "a b c"),
        ("", 40, ""),
    ],
)
def test_name_is_shortened_in_the_middle(name: str, length: int, short: str) -> None:
    assert shorten(name, length) == short


@pytest.mark.parametrize("name", ["$price$", "$", r"\frac{a}{b}", "a_{b}^c", "[b]x[/b]", "<b>", "%s {0} {", "変数"])
def test_name_with_signs_of_markup_is_drawn_as_it_is(name: str) -> None:
    figure = new_figure(3, 2)
    ax = figure.subplots()
    clean(ax, name, name, name)
    ax.set_yticks([0.5], [name], **words())
    texts = [text for text in figure.findobj(Text) if text.get_text() == name]
    assert len(texts) >= 4
    assert not any(text.get_parse_math() or text.get_usetex() for text in texts)
    draw_figure(figure, io.BytesIO(), "png")


def test_figure_leaves_no_trace_in_matplotlib() -> None:
    before = dict(matplotlib.rcParams)
    figure = new_figure(3, 2)
    clean(figure.subplots())
    draw_figure(figure, io.BytesIO(), "svg")
    assert dict(matplotlib.rcParams) == before
