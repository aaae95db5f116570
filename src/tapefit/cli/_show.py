"""`tapefit show`: the summary of a saved model, or of several side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tapefit.cli._options import as_json
from tapefit.cli._output import print_json, print_text

__all__ = ["show"]

EPILOG = """\b
Examples:
  tapefit show model.json
  tapefit show small.json large.json
  tapefit show small.json large.json --format latex
"""

# What is printed for each format, of results or of a comparison.
FORMATS: dict[str, Callable[[Any], None]] = {
    "json": lambda shown: print_json(shown.to_dict()),
    "latex": lambda shown: print_text(shown.to_latex()),
    "markdown": lambda shown: print_text(shown.to_markdown()),
    "text": lambda shown: print_text(str(shown)),
}


@click.command("show", epilog=EPILOG)
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How to print it."
)
@as_json
def show(models: tuple[str, ...], form: str, as_json: bool) -> None:
    """Print the summary of the fit in MODEL again, or several fits side by side.

    MODEL is a file that `tapefit fit -o` wrote.
    """
    from tapefit.regression import compare, load

    results = [load(path) for path in models]
    names = [Path(path).stem for path in models]
    FORMATS["json" if as_json else form](results[0] if len(results) == 1 else compare(results, names=names))
