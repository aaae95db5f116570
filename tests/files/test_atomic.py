"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import pytest

from tapefit.errors import OutputError
from tapefit.files import check_writable, replacing


def test_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with replacing(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_old_file_stands_when_the_block_raises(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_bytes(b"old")
    with contextlib.suppress(KeyboardInterrupt), replacing(path) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_mode_of_an_old_file_stays_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        for path in (old, new):
            with replacing(path):
                pass
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new)] == [0o640, 0o640]


def test_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_device_is_written_to_and_not_replaced() -> None:
    with replacing(os.devnull) as file:
        file.write(b"gone")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_full_disk_is_an_output_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with (
        pytest.raises(OutputError, match=r"cannot write '/dev/full': No space left on device"),
        replacing("/dev/full") as file,
    ):
        file.write(b"x")


def test_longest_name_that_a_folder_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    with replacing(path) as file:
        file.write(b"x")
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (".", "it is a directory; give the name of a file in it"),
        ("nowhere/out.txt", "there is no directory '.*nowhere'; make it first"),
        ("file/out.txt", "there is no directory '.*file'; make it first"),
        ("n" * 300, "File name too long"),
    ],
)
def test_place_that_cannot_be_written_is_named(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=sentence):
        check_writable(tmp_path / name)
    with pytest.raises(OutputError, match=sentence), replacing(tmp_path / name):
        pass
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_read_only_folder_and_file_are_named(tmp_path: Path) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.touch(0o400)
    folder.mkdir(0o500)
    with pytest.raises(OutputError, match="the file is read-only; give another name"):
        check_writable(file)
    with pytest.raises(OutputError, match="Permission denied"):
        check_writable(folder / "out.txt")


def test_check_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_bytes(b"old")
    check_writable(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.txt"]
