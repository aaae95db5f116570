"""The group: what it says, what it imports, how it ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import tapefit
from tapefit.cli import _main, main

Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]

HEAVY = ("matplotlib", "msgspec", "narwhals", "pandas", "pyarrow", "rich", "scipy", "sklearn", "tqdm")


def test_version_is_the_package_version(run: Run) -> None:
    assert run("--version").stdout == f"tapefit {tapefit.__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in _main.COMMANDS)


@pytest.mark.parametrize("name", _main.COMMANDS)
def test_every_option_has_help_and_every_command_an_example(run: Run, name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    assert f"tapefit {name}" in run(name, "--help").stdout.split("Examples:")[1]


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("fit", "--help")])
def test_help_and_version_import_nothing_heavy(
    arguments: tuple[str, ...], command: list[str], environment: dict[str, str]
) -> None:
    python, *_ = command
    code = (
        "import sys\nfrom tapefit.cli import main\n"
        f"try: main({list(arguments)!r})\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("fti",), "Error: there is no command 'fti'; did you mean 'fit'? (see 'tapefit --help').\n"),
        (("zzz",), "Error: there is no command 'zzz'; the commands are demo, explain, fit, predict, show (see"),
        (("--nonsense",), "Error: there is no option '--nonsense' (see 'tapefit --help').\n"),
        (("fit", "--stpes", "9"), "Error: there is no option '--stpes'; did you mean '--steps'? (see 'tapefit fit"),
        (("fit",), "Error: Missing argument 'FILE' (see 'tapefit fit --help').\n"),
        (("fit", "line.csv", "--solver", "newton"), "'newton' is not one of 'auto', 'gd'"),
        (("fit", "line.csv", "surplus"), "Error: Got unexpected extra argument"),
    ],
)
def test_wrong_usage_ends_with_one_sentence_and_two(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_module_runs_as_a_command(start: Start) -> None:
    out, err = start("--version").communicate()
    assert (out, err) == (f"tapefit {tapefit.__version__}\n", "")


def test_interrupt_ends_with_one_sentence_and_130(start: Start, folder: Path) -> None:
    process = start("demo", "--steps", "10000000")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("STEP: 0 - loss: ")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Interrupted: stopped on request, and nothing was written.\n"
    assert not (folder / "tapefit-demo.png").exists()


def test_closed_pipe_ends_quietly(start: Start) -> None:
    process = start("demo", "--steps", "10000000")
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert err == ""


def test_unknown_exception_is_not_hidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tapefit.cli._demo.descend", broken)
    assert isinstance(CliRunner().invoke(main, ["demo"]).exception, ZeroDivisionError)
