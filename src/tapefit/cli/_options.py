"""The kinds of option values, and the options that several commands share."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from typing import Any, Literal

import click

__all__ = [
    "as_json",
    "confidence_level",
    "degrees",
    "freq_weights",
    "level",
    "missing",
    "positive",
    "quiet",
    "rate",
    "split_names",
    "to_number",
    "var_weights",
]


def positive(value: str | float) -> float:
    """Return the number that an option's value spells, which must be above 0 and finite."""
    number = to_number(value)
    if not 0.0 < number < math.inf:
        raise click.BadParameter(f"expected a number above 0, got '{value}'")
    return number


def rate(value: str) -> float | Literal["auto"]:
    """Return the learning rate that an option's value spells: as `positive`, or the word auto."""
    if value == "auto":
        return "auto"
    number = to_number(value)
    if not 0.0 < number < math.inf:
        raise click.BadParameter(f"expected a number above 0 or 'auto', got '{value}'")
    return number


def level(value: str | float) -> float:
    """Return the probability that an option's value spells, which lies strictly between 0 and 1."""
    number = to_number(value)
    if not 0.0 < number < 1.0:
        raise click.BadParameter(f"expected a number between 0 and 1, such as 0.95, got '{value}'")
    return number


def split_names(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[str]:
    """Return the names in option values such as `a,b`; a name with a comma is quoted as in CSV."""
    return [name for row in csv.reader(values, skipinitialspace=True) for name in row]


def degrees(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Return the degree by column of option values such as `x=3`."""
    found = {}
    for value in values:
        name, _, degree = value.rpartition("=")
        if not name or not (degree.isascii() and degree.isdigit()):
            raise click.BadParameter(f"expected a column and a degree, such as x=3, got '{value}'")
        found[name] = int(degree)
    return found


def to_number(value: str | float) -> float:
    """The number that `value` spells, NaN when it spells none."""
    try:
        return float(value)
    except ValueError:
        return math.nan


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

as_json: Decorator = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
quiet: Decorator = click.option(
    "-q", "--quiet", is_flag=True, help="Print results alone: no log lines, progress or notes."
)
missing: Decorator = click.option(
    "--missing",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="What to do with a row that has an empty cell, NaN or inf in a column of the model: "
    "stop and name it, or leave it out and count it.",
)
freq_weights: Decorator = click.option(
    "--freq-weights",
    metavar="COLUMN",
    help="A column that says how many observations each row stands for, in whole numbers.",
)
var_weights: Decorator = click.option(
    "--var-weights",
    metavar="COLUMN",
    help="A column that says how precise each row is: its variance is proportional to the inverse.",
)
confidence_level: Decorator = click.option(
    "--confidence-level",
    type=level,
    metavar="LEVEL",
    default=0.95,
    show_default=True,
    help="Of the intervals, between 0 and 1.",
)
