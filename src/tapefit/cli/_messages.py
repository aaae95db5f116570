"""How a command ends when it fails: one sentence on standard error, and an exit code."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator
from typing import NoReturn

import click

from tapefit.errors import TapefitError, TapefitWarning, UsageError

__all__ = ["one_line", "one_sentence_each"]

BAD_DATA, BAD_USAGE, INTERRUPTED = 1, 2, 130


@contextlib.contextmanager
def one_sentence_each() -> Iterator[None]:
    """Say every error and warning of ours in one line, without a traceback, and exit.

    A closed pipe is left to click, which ends quietly; an error that is not ours is a bug,
    and its traceback is the report that we want.

    Raises
    ------
    click.exceptions.Exit
        With code 1 for bad data or output, 2 for bad usage, 130 for an interrupt.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("default", TapefitWarning)
        warnings.showwarning = _say_warning
        _allow_any_letter()
        try:
            yield
        except UsageError as error:
            _end(f"Error: {error}", BAD_USAGE)
        except TapefitError as error:
            _end(f"Error: {error}", BAD_DATA)
        except click.UsageError as error:
            _end(f"Error: {_with_help(error)}", BAD_USAGE)
        except KeyboardInterrupt:
            _end("Interrupted: stopped on request, and nothing was written.", INTERRUPTED)


def one_line(text: str) -> str:
    """Return `text` on one line that a terminal shows as it is, whatever a file's names hold.

    Examples
    --------
    >>> one_line("column 'a\\nb' \\x1b[31m is constant")
    "column 'a b' ?[31m is constant"
    """
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(_ended(one_line(sentence)), err=True)
    raise click.exceptions.Exit(code)


def _with_help(error: click.UsageError) -> str:
    """What click has to say, with the command that says more."""
    command = f" (see '{error.ctx.command_path} --help')" if error.ctx else ""
    if isinstance(error, click.NoSuchOption):
        advice = f"; did you mean '{error.possibilities[0]}'?" if error.possibilities else ""
        return f"there is no option '{error.option_name}'{advice}{command}."
    return f"{error.format_message().strip().rstrip('.')}{command}."


def _say_warning(message: Warning | str, category: type[Warning], *place: object, **more: object) -> None:
    """Stands in for `warnings.showwarning`, which prints a file, a line and source code."""
    click.echo(_ended(one_line(f"Warning: {message}")), err=True)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _allow_any_letter() -> None:
    """Print a letter that the terminal's encoding lacks as an escape, rather than fail on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
