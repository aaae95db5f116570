"""The `tapefit` command: its subcommands, each imported when it is first asked for."""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from typing import Any

import click

from tapefit import __version__
from tapefit.cli._messages import one_sentence_each

__all__ = ["main"]

# Every module holds a click command of the same name. None imports more than click at its
# top, so that `tapefit --help` and `tapefit --version` start as fast as click does.
COMMANDS = {name: f"tapefit.cli._{name}" for name in ("demo", "explain", "fit", "predict", "show")}

EPILOG = """\b
Examples:
  tapefit demo
  tapefit fit data.csv --target y -o model.json --plot fit.png
  tapefit predict model.json new.csv -o predictions.csv
"""


class _Commands(click.Group):
    """A group that imports a command when it is used and ends every failure with one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS, 1)
            advice = f"did you mean '{close[0]}'?" if close else f"the commands are {', '.join(COMMANDS)}"
            ctx.fail(f"there is no command '{name}'; {advice}")
        return super().resolve_command(ctx, args)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with one_sentence_each():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with one_sentence_each():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Linear regression with any loss, its weights, their uncertainty, and a descent to watch.

    Results go to standard output, progress and warnings to standard error. The exit code is 0
    when all went well, 1 when the data cannot be used or a file cannot be written, and 2 when
    an option cannot be used; then one sentence says why, and nothing is written.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
