"""The looks that all pictures share: colours, type, and names shown exactly as they are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BAND", "LINE", "POINT", "QUIET", "clean", "new_figure", "note", "number", "shorten", "words", "write_title"]

# Okabe and Ito (2008), "Color Universal Design": told apart in every common colour blindness,
# and by lightness in print.
POINT = "#0072B2"
LINE = "#D55E00"
BAND = "#E69F00"
INK = "#222222"
QUIET = "#767676"

DPI = 150

# Tried in order for a letter that the one before does not have; DejaVu comes with Matplotlib.
FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Hiragino Sans",
    "PingFang SC",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Arial Unicode MS",
)


@cache
def families() -> tuple[str, ...]:
    """The fonts of `FAMILIES` that this machine has."""
    from matplotlib.font_manager import fontManager

    here = {font.name for font in fontManager.ttflist}
    return tuple(name for name in FAMILIES if name in here) or ("sans-serif",)


def words(size: float = 10.0, color: str = INK, **more: Any) -> dict[str, Any]:
    """Text properties: letters as they are, so `$`, `_` and `{}` in a column name mean nothing.

    Parameters
    ----------
    size : float
        In points.
    color : str
        Any colour that Matplotlib knows.
    **more
        Further properties of `matplotlib.text.Text`.

    Returns
    -------
    dict
        For any Matplotlib call that makes a text.
    """
    return {
        "fontsize": size,
        "color": color,
        "family": list(families()),
        "parse_math": False,
        "usetex": False,
        **more,
    }


def shorten(name: str, length: int = 40) -> str:
    """Return `name` on one line and at most `length` letters long, its middle left out if need be.

    Both ends stay because names that share a beginning differ at the end, such as the levels
    of one column.

    Examples
    --------
    >>> shorten("a_very_long_column_name[level one]", 20)
    'a_very_lon…evel one]'
    """
    line = "".join(letter if letter.isprintable() else " " for letter in name)
    if len(line) <= length:
        return line
    tail = (length - 1) // 2
    return f"{line[: length - 1 - tail]}…{line[-tail:]}"


def number(value: float, spec: str) -> str:
    """Return `value` formatted by `spec`, with a minus sign as the axes have it.

    Examples
    --------
    >>> number(-0.25, ".1f")
    '−0.2'
    """
    return format(value, spec).replace("-", "−")


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of `width` by `height` inches that no window and no global state knows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08, wspace=0.04, hspace=0.06)
    figure = Figure(figsize=(width, height), dpi=DPI, layout=layout, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def clean(ax: Axes, xlabel: str = "", ylabel: str = "", title: str = "") -> None:
    """Give `ax` the common looks, with its labels and a title at the left."""
    ax.set_facecolor("white")
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.grid(True, color="#E6E6E6", linewidth=0.7, linestyle="-")
    ax.set_axisbelow(True)
    ax.tick_params(which="both", colors=QUIET, labelcolor=INK, labelsize=9, length=3, direction="out")
    ax.locator_params(axis="x", nbins=6)
    ax.set_xlabel(xlabel, **words())
    ax.set_ylabel(ylabel, **words())
    ax.set_title(title, loc="left", **words(10.5, fontweight="bold"))


def write_title(figure: Figure, title: str) -> None:
    """Write `title` over the whole figure, at the left."""
    figure.suptitle(title, x=0.012, ha="left", **words(13, fontweight="bold"))


def note(figure: Figure, text: str) -> None:
    """Write `text` small and grey under the whole figure, at the left."""
    figure.supxlabel(text, x=0.012, ha="left", **words(8.5, QUIET))
