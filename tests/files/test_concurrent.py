"""Writers and readers of one file at once, and names that no file can have."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tapefit.errors import OutputError
from tapefit.files import check_writable, replacing


def write(path: Path | str, content: bytes = b"new") -> None:
    with replacing(path) as file:
        file.write(content)


def test_readers_see_the_old_file_or_the_new_one_and_never_a_part(tmp_path: Path) -> None:
    path = tmp_path / "a"
    contents = {bytes([48 + k]) * 200_000 for k in range(2)}
    write(path, min(contents))
    seen: set[bytes] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(40):
        write(path, sorted(contents)[k % 2])
    stop.set()
    reader.join()
    assert seen <= contents


def test_two_writers_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    contents = [bytes([48 + k]) * 50_000 for k in range(4)]
    threads = [threading.Thread(target=write, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["", "folder", "nowhere/a", "n" * 256, "file/a", "a\0b"])
def test_a_place_that_cannot_be_written_is_refused_with_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    for action in (check_writable, write):
        with pytest.raises(OutputError, match="cannot write") as caught:
            action(f"{tmp_path}/{name}")
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, OSError)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
