"""A folder to run in, data to run on, and the command itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tapefit
from tapefit.cli import main

LINE = "x,y\n0,1.1\n1,2.9\n2,5.2\n3,6.8\n4,9.1\n5,11.0\n"
GROUPS = """\
size,region,price
1,north,10.2
2,south,13.9
3,north,15.8
4,east,17.1
5,south,22.3
6,east,20.9
7,north,23.7
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that holds line.csv (y by x) and groups.csv (price by size and region)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line.csv").write_text(LINE)
    (tmp_path / "groups.csv").write_text(GROUPS)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    """Runs `tapefit` with these arguments in `folder`; an exception that is not an exit is raised."""

    def invoke(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner(catch_exceptions=False).invoke(main, arguments, input=stdin, prog_name="tapefit")

    return invoke


@pytest.fixture
def command() -> list[str]:
    """What starts `tapefit` in a process of its own."""
    return [sys.executable, "-W", "error", "-m", "tapefit"]


@pytest.fixture
def environment() -> dict[str, str]:
    """An environment in which a process of its own finds this very package."""
    return {**os.environ, "PYTHONPATH": str(Path(tapefit.__file__).parents[1])}


@pytest.fixture
def start(command: list[str], environment: dict[str, str], folder: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts `tapefit` with these arguments in a process of its own, its streams as pipes."""

    def popen(*arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        # a program started in the background of a shell ignores interrupts, and so would its children
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [*command, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, cwd=folder
            )
        finally:
            signal.signal(signal.SIGINT, before)

    return popen


@pytest.fixture
def model(run: Callable[..., Result]) -> str:
    """A model of price by size and region."""
    assert run("fit", "groups.csv", "--target", "price", "-o", "model.json").exit_code == 0
    return "model.json"
