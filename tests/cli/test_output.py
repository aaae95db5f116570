"""Outputs that are checked before the work, and notes that can be silenced."""

from __future__ import annotations

import errno
from pathlib import Path

import click
import pytest

from tapefit.cli._output import check_outputs, print_json, print_text, tell
from tapefit.errors import OutputError, UsageError


def test_output_that_can_be_written_leaves_nothing(folder: Path) -> None:
    before = set(folder.iterdir())
    check_outputs(["model.json", None, "fit.png"], inputs=["line.csv", "-"])
    assert set(folder.iterdir()) == before


def test_output_over_an_input_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"'\./line\.csv' would overwrite another file of this run"):
        check_outputs(["./line.csv"], inputs=["line.csv"])


def test_two_outputs_of_one_name_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="give each file its own name"):
        check_outputs(["out", "./out"])


def test_dash_as_an_output_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="takes the name of a file, got '-'"):
        check_outputs(["-"])


def test_missing_folder_is_refused(folder: Path) -> None:
    with pytest.raises(OutputError, match="there is no directory 'nowhere'"):
        check_outputs(["nowhere/model.json"])


def test_json_is_one_line_of_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"größe": [1.5, None]})
    assert capsys.readouterr().out == '{"gr\\u00f6\\u00dfe": [1.5, null]}\n'


def test_full_disk_is_an_output_error_and_a_closed_pipe_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(code: int) -> None:
        def echo(text: str) -> None:
            raise OSError(code, "No space left on device" if code == errno.ENOSPC else "Broken pipe")

        monkeypatch.setattr(click, "echo", echo)

    fail(errno.ENOSPC)
    with pytest.raises(OutputError, match="cannot write to standard output: No space left on device"):
        print_text("text")
    fail(errno.EPIPE)
    with pytest.raises(BrokenPipeError):
        print_text("text")


def test_note_goes_to_standard_error_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    tell("Model: a\nb")
    tell("Model: c", quiet=True)
    assert capsys.readouterr() == ("", "Model: a b\n")
