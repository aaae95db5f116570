"""`tapefit explain`: what gradient descent with a learning rate does on a table, and why."""

from __future__ import annotations

from typing import Any, Literal

import click

from tapefit.cli._losses import CONSTANTS, check_constants, find_loss, loss_options
from tapefit.cli._options import as_json, missing, positive, rate, split_names
from tapefit.cli._output import print_json, print_text

__all__ = ["explain"]

EPILOG = """\b
Examples:
  tapefit explain data.csv --target y --learning-rate 0.5
  tapefit explain data.csv --target y
  tapefit explain data.csv --target y --learning-rate 0.5 --scaling standardised --json
"""


@click.command("explain", epilog=EPILOG)
@click.argument("file")
@click.option("-t", "--target", metavar="COLUMN", required=True, help="The column to explain.")
@click.option(
    "--learning-rate",
    type=rate,
    metavar="NUMBER|auto",
    default="auto",
    show_default=True,
    help="The constant rate of the descent; auto for the one that `tapefit fit --solver gd` takes.",
)
@click.option(
    "--scaling",
    type=click.Choice(["raw", "standardised"]),
    help="The columns that the descent works on; raw for a number as the rate, standardised for auto.",
)
@click.option(
    "-f",
    "--features",
    metavar="A,B",
    multiple=True,
    callback=split_names,
    help="The columns to explain it by; may be repeated. All others when left out.",
)
@click.option(
    "--categorical",
    metavar="A,B",
    multiple=True,
    callback=split_names,
    help="Columns to take as categories although they look like numbers; may be repeated.",
)
@click.option("--intercept/--no-intercept", default=True, show_default=True, help="Fit a constant term.")
@loss_options
@click.option("--steps", type=click.IntRange(1), metavar="N", default=1000, show_default=True, help="To run at most.")
@click.option(
    "--tol",
    type=positive,
    metavar="NUMBER",
    default=1e-8,
    show_default=True,
    help="When the descent is done: the largest correlation of a column with the loss's slope.",
)
@missing
@as_json
def explain(
    file: str,
    target: str,
    *,
    features: list[str],
    loss: str,
    steps: int,
    missing: Literal["error", "drop"],
    as_json: bool,
    **options: Any,
) -> None:
    """Say what gradient descent on the table in FILE will do, and why.

    The exact fit gives the Hessian's eigenvalues; they give the largest stable learning rate, the
    best one, and the number of steps; a run then shows whether that is so. The loss has to be
    curved at its optimum: mae and quantile are not.
    """
    from tapefit.regression import explain as explain_data

    constants = check_constants(loss, {option: options.pop(option) for option in CONSTANTS})

    explanation = explain_data(
        file,
        target=target,
        features=features or None,
        loss=find_loss(loss),
        **constants,
        max_iter=steps,
        missing=missing,
        **options,
    )
    if as_json:
        print_json(explanation.to_dict())
    else:
        print_text(str(explanation))
