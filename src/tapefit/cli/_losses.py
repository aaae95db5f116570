"""The options that say what to make small: a loss by name or from the user's own file, its constants and link."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from tapefit.cli._options import level, positive
from tapefit.errors import UsageError

__all__ = [
    "CONSTANTS",
    "LINKS",
    "LOSSES",
    "check_constants",
    "find_loss",
    "find_own",
    "is_own",
    "loss_name",
    "loss_options",
]

# The names of the tables in tapefit.objective, which takes NumPy to import; a test holds them equal.
LOSSES = ("expectile", "gamma", "huber", "log_cosh", "logistic", "mae", "mse", "poisson", "quantile", "tweedie")
LINKS = ("identity", "inverse", "log", "logit", "probit", "sqrt")

# option: (the loss it belongs to, its name in tapefit.fit)
CONSTANTS = {
    "huber_delta": ("huber", "delta"),
    "level": ("expectile", "level"),
    "power": ("tweedie", "power"),
    "quantile": ("quantile", "quantile"),
}

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def loss_name(value: str) -> str:
    """Return an option's value if it is a loss's name or FILE.py:NAME."""
    if value in LOSSES or is_own(value):
        return value
    raise click.BadParameter(
        f"expected one of {', '.join(map(repr, LOSSES))}, or FILE.py:NAME for a function, got '{value}'"
    )


loss_name.__name__ = "name"  # what the help calls it


def is_own(value: str) -> bool:
    """Return whether an option's value is of the form FILE.py:NAME."""
    return value.rpartition(":")[0].endswith(".py")


_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "--loss",
        type=loss_name,
        metavar="NAME|FILE.py:NAME",
        default="mse",
        show_default=True,
        help=f"What to make small: {', '.join(LOSSES)}; or a function of (y, y_hat) in a Python file of yours.",
    ),
    click.option(
        "--huber-delta", type=positive, metavar="NUMBER", help="Where Huber's loss turns, in units of the target."
    ),
    click.option("--quantile", type=level, metavar="NUMBER", help="Which quantile to fit, between 0 and 1."),
    click.option("--level", type=level, metavar="NUMBER", help="Which expectile to fit, between 0 and 1."),
    click.option(
        "--power", type=float, metavar="NUMBER", help="Of tweedie, 1 or more: variance grows as the mean to this power."
    ),
    click.option(
        "--link", type=click.Choice(LINKS), help="What the linear predictor is to the mean; each loss has its own."
    ),
    click.option("--offset", metavar="COLUMN", help="A column to add to the linear predictor."),
    click.option("--exposure", metavar="COLUMN", help="A column that the mean is a multiple of, such as time."),
)


def loss_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    return reduce(lambda f, option: option(f), reversed(_OPTIONS), command)


def check_constants(loss: object, given: dict[str, float | None]) -> dict[str, float]:
    """Return the constants that are given, by their names in `tapefit.fit`.

    Raises
    ------
    UsageError
        If one belongs to another loss.
    """
    for option, value in given.items():
        owner = CONSTANTS[option][0]
        if value is not None and loss != owner:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} belongs to --loss {owner}, which was not asked for; add that, or leave it out.")
    return {CONSTANTS[option][1]: value for option, value in given.items() if value is not None}


def find_loss(value: str) -> str | Callable[..., Any]:
    """Return the loss's name, or the function NAME of the file FILE.py."""
    return find_own(value, "--loss", "a function of (y, y_hat)") if is_own(value) else value


def find_own(value: str, option: str, what: str) -> Callable[..., Any]:
    """Return the function NAME of FILE.py, given as FILE.py:NAME.

    Raises
    ------
    UsageError
        If the file is not there or fails, or NAME is not a function in it.
    """
    file, _, name = value.rpartition(":")
    module = _imported(file, option)
    found = getattr(module, name, None)
    if found is None:
        own = sorted(key for key, thing in vars(module).items() if callable(thing) and not key.startswith("_"))
        choices = f"one of {', '.join(own)}" if own else "a function, of which it has none"
        raise UsageError(f"{file} has no {name!r} for {option}; name {choices}.")
    if not callable(found):
        raise UsageError(
            f"{name!r} of {file} is a {type(found).__name__} and not {what}, which {option} expects; name a function."
        )
    return found  # type: ignore[no-any-return]


def _imported(file: str, option: str) -> ModuleType:
    """The user's file as a module, by its path: sys.path is not looked at."""
    if not Path(file).is_file():
        raise UsageError(f"{option} names the file {file}, which is not there; correct its path.")
    spec = importlib.util.spec_from_file_location(f"_tapefit_user_{Path(file).stem}", file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{option} names the file {file}, which Python cannot import; give a .py file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        reason = (str(error).strip() or "no reason given").splitlines()[0].rstrip(".")
        raise UsageError(
            f"{file} cannot be imported for {option}: {type(error).__name__}: {reason}; correct it."
        ) from error
    return module
