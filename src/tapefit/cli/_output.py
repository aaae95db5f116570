"""Where a command's output goes: results to standard output or a file, notes to standard error."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from tapefit.cli._messages import one_line
from tapefit.errors import OutputError, UsageError

if TYPE_CHECKING:
    from tapefit.inference import RegressionResults

__all__ = ["check_outputs", "print_json", "print_results", "print_text", "tell"]


def check_outputs(outputs: Iterable[str | None], inputs: Iterable[str] = ()) -> None:
    """Raise unless every output can be written and none of them is another file of this run.

    Parameters
    ----------
    outputs : iterable of str or None
        Files to write; None for one that is not asked for.
    inputs : iterable of str
        Files that are read.

    Raises
    ------
    UsageError
        When an output is "-", or is one of the inputs or a second output.
    OutputError
        When an output cannot be written.
    """
    from tapefit.files import check_writable

    taken = {os.path.realpath(path): path for path in inputs if path != "-"}
    for path in filter(None, outputs):
        if path == "-":
            raise UsageError(
                "an output option takes the name of a file, got '-'; results go to "
                "standard output when the option is left out."
            )
        if os.path.realpath(path) in taken:
            raise UsageError(f"'{path}' would overwrite another file of this run; give each file its own name.")
        taken[os.path.realpath(path)] = path
        check_writable(path)


def print_text(text: str) -> None:
    """Print `text` on standard output.

    Raises
    ------
    OutputError
        When standard output cannot be written, other than by a closed pipe.
    """
    try:
        click.echo(text)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise OutputError(f"cannot write to standard output: {error.strerror}.") from error


def print_json(values: Mapping[str, Any]) -> None:
    """Print `values` as one JSON object on one line of standard output."""
    print_text(json.dumps(values, allow_nan=False))


def print_results(results: RegressionResults, *, as_json: bool) -> None:
    """Print the summary of a fit, as a table or as JSON."""
    if as_json:
        print_json(results.to_dict())
    else:
        print_text(str(results))


def tell(note: str, *, quiet: bool = False) -> None:
    """Print a note for the user on standard error."""
    if not quiet:
        click.echo(one_line(note), err=True)
