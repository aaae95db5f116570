"""Errors and warnings as sentences."""

from __future__ import annotations

import warnings

import click
import pytest

from tapefit.cli._messages import one_line, one_sentence_each
from tapefit.errors import (
    ConvergenceWarning,
    DataError,
    InvalidArgumentError,
    OutputError,
    TapefitError,
    UsageError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [(DataError, 1), (OutputError, 1), (InvalidArgumentError, 1), (TapefitError, 1), (UsageError, 2)],
)
def test_error_ends_with_its_sentence_and_code(
    error: type[TapefitError], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(click.exceptions.Exit) as ending, one_sentence_each():
        raise error("a was expected, b came,\nuse a.")
    assert ending.value.exit_code == code
    assert capsys.readouterr() == ("", "Error: a was expected, b came, use a.\n")


def test_interrupt_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as ending, one_sentence_each():
        raise KeyboardInterrupt
    assert ending.value.exit_code == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_warning_is_one_line_without_a_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    with one_sentence_each():
        warnings.warn("the descent stopped early.", ConvergenceWarning, stacklevel=1)
    assert capsys.readouterr() == ("", "Warning: the descent stopped early.\n")


def test_warning_filters_are_as_before() -> None:
    before = warnings.filters[:], warnings.showwarning
    with one_sentence_each():
        pass
    assert (warnings.filters[:], warnings.showwarning) == before


def test_error_that_is_not_ours_passes() -> None:
    with pytest.raises(BrokenPipeError), one_sentence_each():
        raise BrokenPipeError


def test_terminal_codes_in_a_name_do_not_reach_the_terminal() -> None:
    assert one_line("a\x1b[2Jb\r\nc\x07") == "a?[2Jb c?"
