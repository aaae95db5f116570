"""`tapefit show`: the summary of a saved model."""

from __future__ import annotations

import click

from tapefit.cli._options import as_json
from tapefit.cli._output import print_results

__all__ = ["show"]

EPILOG = """\b
Examples:
  tapefit show model.json
  tapefit show model.json --json
"""


@click.command("show", epilog=EPILOG)
@click.argument("model")
@as_json
def show(model: str, as_json: bool) -> None:
    """Print the summary of the fit in MODEL again.

    MODEL is a file that `tapefit fit -o` wrote.
    """
    from tapefit.regression import load

    print_results(load(model), as_json=as_json)
