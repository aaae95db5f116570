"""The step from a figure to a picture file."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tapefit.errors import UsageError
from tapefit.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["picture_format", "save_figure"]

# format: what its file says about the moment it was made, set to nothing so that equal
# pictures are equal files
FORMATS: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "png": {}, "svg": {"Date": None}}


def picture_format(path: str | os.PathLike[str]) -> str:
    """Return the format that the ending of `path` stands for.

    Parameters
    ----------
    path : str or PathLike
        The name of a picture file.

    Returns
    -------
    str
        "pdf", "png" or "svg".

    Raises
    ------
    UsageError
        When the name ends in none of these.

    Examples
    --------
    >>> picture_format("fit.PNG")
    'png'
    """
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        ending = f"ends in '.{suffix}'" if suffix else "has no ending"
        raise UsageError(f"a picture's name must end in .pdf, .png or .svg, but '{path}' {ending}; rename it.")
    return suffix


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write `figure` to `path`, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to draw.
    path : str or PathLike
        Where to; the ending gives the format.

    Raises
    ------
    UsageError
        When the ending names no format of `picture_format`.
    OutputError
        When the file cannot be written.
    """
    form = picture_format(path)
    with replacing(path) as file:
        draw_figure(figure, file, form)


def draw_figure(figure: Figure, file: BinaryIO, form: str) -> None:
    """Draw `figure` into an open file in format `form`."""
    with warnings.catch_warnings():
        # A name in a script that no installed font has is drawn as boxes: the picture still serves.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, format=form, dpi=figure.dpi, facecolor="white", metadata=FORMATS[form])
