"""The command line: one file a command, no mathematics."""

from tapefit.cli._main import main

__all__ = ["main"]
