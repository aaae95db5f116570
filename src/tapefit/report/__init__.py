"""Pictures of fits and descents; Matplotlib is imported when the first one is drawn."""

from tapefit.report._descent_figure import plot_descent
from tapefit.report._fit_figure import plot_fit
from tapefit.report._save import draw_figure, picture_format, save_figure

__all__ = [
    "draw_figure",
    "picture_format",
    "plot_descent",
    "plot_fit",
    "save_figure",
]
