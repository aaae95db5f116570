"""The options that hold coefficients: penalties by name or from the user's own file, bounds and other constraints."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from tapefit.cli._losses import find_own, is_own
from tapefit.cli._options import to_number

__all__ = ["PENALTIES", "limit_options", "limits"]

# The names of the table in tapefit.regression, which takes NumPy to import; a test holds them equal.
PENALTIES = ("elasticnet", "l1", "l2")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def penalty_name(value: str) -> str:
    """Return an option's value if it is a penalty's name or FILE.py:NAME."""
    plain = value.replace("elastic-net", "elasticnet")
    if plain in PENALTIES or is_own(value):
        return plain if plain in PENALTIES else value
    raise click.BadParameter(
        f"expected one of {', '.join(map(repr, PENALTIES))}, or FILE.py:NAME for a function, got '{value}'"
    )


def strength(value: str) -> float | str:
    """Return the strength that an option's value spells: a number of 0 or more, or the word cv."""
    if value == "cv":
        return "cv"
    found = to_number(value)
    if not 0.0 <= found < math.inf:
        raise click.BadParameter(f"expected a number of 0 or more or 'cv', got '{value}'")
    return found


def share(value: str) -> float:
    """Return the share that an option's value spells, from 0 to 1."""
    found = to_number(value)
    if not 0.0 <= found <= 1.0:
        raise click.BadParameter(f"expected a number from 0 to 1, got '{value}'")
    return found


penalty_name.__name__, strength.__name__, share.__name__ = "name", "number", "number"  # what messages call them


def intervals(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    """Return lower and upper bound by column of option values such as `x=0:` or `x=-1:1`."""
    found = {}
    for value in values:
        name, _, ends = value.rpartition("=")
        low, colon, high = ends.partition(":")
        pair = tuple(None if not end.strip() else to_number(end) for end in (low, high))
        if not name or not colon or any(end is not None and math.isnan(end) for end in pair):
            raise click.BadParameter(f"expected a column with its bounds, such as x=0: or x=-1:1, got '{value}'")
        if name in found:
            raise click.BadParameter(f"'{name}' has bounds twice; give them once")
        found[name] = pair
    return found


_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "--penalty",
        type=penalty_name,
        metavar="NAME|FILE.py:NAME",
        help="What keeps coefficients small: l1, l2 or elasticnet; or a function of the slopes in a Python file of "
        "yours.",
    ),
    click.option(
        "--alpha", type=strength, metavar="NUMBER|cv", help="How strongly; cv finds it by ten-fold cross-validation."
    ),
    click.option(
        "--l1-ratio",
        type=share,
        metavar="NUMBER",
        default="0.5",
        show_default=True,
        help="Of elasticnet: the share of the absolute values, 0 to 1.",
    ),
    click.option(
        "--standardize/--no-standardize",
        default=True,
        show_default=True,
        help="Penalise each coefficient times its column's standard deviation, so that units play no part.",
    ),
    click.option(
        "--bounds",
        metavar="COLUMN=LOW:HIGH",
        multiple=True,
        callback=intervals,
        help="Keep a coefficient, or those of all levels of a column, between these; either may be left out, as in "
        "x=0: for x at least 0. May be repeated.",
    ),
    click.option("--positive", is_flag=True, help="Keep all slopes at 0 or more."),
    click.option(
        "--constraints",
        metavar="TEXT",
        multiple=True,
        help="Linear relations of coefficients, such as 'x1 + x2 = 1, 0 <= x3 <= x4'. May be repeated.",
    ),
)


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    return reduce(lambda f, option: option(f), reversed(_OPTIONS), command)


def limits(options: dict[str, Any]) -> dict[str, Any]:
    """Take these options out of a command's, and return them as arguments of `tapefit.fit`.

    Raises
    ------
    UsageError
        If the penalty's file is not there or fails, or has no such function.
    """
    names = ("penalty", "alpha", "l1_ratio", "standardize", "bounds", "positive", "constraints")
    found = {name: options.pop(name) for name in names}
    if found["penalty"] is not None and is_own(found["penalty"]):
        found["penalty"] = find_own(found["penalty"], "--penalty", "a function of the slopes")
    return {**found, "bounds": found["bounds"] or None, "constraints": list(found["constraints"]) or None}
