"""Log lines and the bar."""

from __future__ import annotations

import io
import sys
import warnings

import numpy as np
import pytest

from tapefit.cli import _progress
from tapefit.cli._messages import one_sentence_each
from tapefit.cli._progress import log_line, log_lines, progress_bar
from tapefit.errors import ConvergenceWarning


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_log_line_has_the_form_of_the_post() -> None:
    line = log_line(0, 45.64582824707031, {"w0": 0.32331, "w1": 0.28709})
    assert line == "STEP: 0 - loss: 45.64582824707031, w0: 0.3233, w1: 0.2871"


def test_log_lines_come_every_so_many_steps(capsys: pytest.CaptureFixture[str]) -> None:
    log = log_lines(["intercept", "x"], 2)
    for step in range(4):
        log(step, np.float64(0.5), np.array([1.0, step]))
    assert capsys.readouterr() == (
        "",
        "STEP: 0 - loss: 0.5, intercept: 1.0000, x: 0.0000\nSTEP: 2 - loss: 0.5, intercept: 1.0000, x: 2.0000\n",
    )


def test_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(_progress, "PATIENCE", 0.0)
    with progress_bar(2) as callbacks:
        for step in range(2):
            for callback in callbacks:
                assert callback(step, 1.0, np.zeros(1)) is None
    assert "0/2" in terminal.getvalue()


def test_warning_stands_on_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(_progress, "PATIENCE", 0.0)
    with one_sentence_each(), progress_bar(2) as callbacks:
        callbacks[0](0, 1.0, np.zeros(1))
        warnings.warn("the descent stopped early.", ConvergenceWarning, stacklevel=1)
    assert "\rWarning: the descent stopped early.\n" in terminal.getvalue()


def test_bar_waits_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar(None) as callbacks:
        callbacks[0](0, 1.0, np.zeros(1))
    assert terminal.getvalue().strip() == ""


def test_there_is_no_bar_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar(2) as callbacks:
        assert callbacks == []
