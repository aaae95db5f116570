"""Formats by ending, and equal pictures as equal files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tapefit.errors import OutputError, UsageError
from tapefit.report import picture_format, save_figure
from tapefit.report._style import new_figure

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "svg": b"<?xml"}


@pytest.mark.parametrize("form", MAGIC)
def test_ending_gives_the_format(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"picture.{form.upper()}"
    save_figure(new_figure(2, 2), path)
    assert path.read_bytes().startswith(MAGIC[form])
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("fit.jpg", r"must end in \.pdf, \.png or \.svg, but 'fit\.jpg' ends in '\.jpg'; rename it"),
        ("fit", r"but 'fit' has no ending"),
        (".png", r"but '\.png' has no ending"),
        ("fit.png.bak", r"ends in '\.bak'"),
    ],
)
def test_other_ending_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        picture_format(name)


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_equal_pictures_are_equal_files(tmp_path: Path, form: str) -> None:
    paths = [tmp_path / f"{i}.{form}" for i in range(2)]
    for path in paths:
        save_figure(new_figure(2, 2), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_picture_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no directory"):
        save_figure(new_figure(2, 2), tmp_path / "nowhere" / "fit.png")
