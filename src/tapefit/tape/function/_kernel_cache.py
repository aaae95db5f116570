"""Kernels on disk: machine code by the content that it was made of, in the user's cache folder.

A file is `MAGIC`, the SHA-256 of its name and the machine code, and the machine code. Its name is the SHA-256 of the
kernel's text, the versions of what built it, and the processor with its features. A file that is not whole, that
belongs to another user or that others may write counts as absent; a folder that cannot be written is no error.
TAPEFIT_CACHE_DIR names another folder, and "0" none.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from tapefit.errors import OutputError
from tapefit.files import replacing

MAGIC = b"tapefit kernel 1\n"
_DIGEST = 32  # bytes
_KEPT = 500  # files; the oldest are removed beyond


def folder() -> Path | None:
    """Where kernels lie; None if they shall not lie anywhere."""
    named = os.environ.get("TAPEFIT_CACHE_DIR")
    if named == "0":
        return None
    if named:
        return Path(named) / "kernels"
    try:
        return _platform_folder() / "tapefit" / "kernels"
    except RuntimeError:  # there is no home
        return None


def _platform_folder() -> Path:
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if os.path.isabs(given) else Path.home() / ".cache"


def key(source: str, about: str) -> str:
    """The name of what is made of a text by this machine."""
    return hashlib.sha256(f"{about}\n\n{source}".encode()).hexdigest()


def read(name: str) -> bytes | None:
    """The machine code of a name; None if there is none that is whole."""
    place = folder()
    if place is None:
        return None
    try:
        with (place / f"{name}.o").open("rb") as file:
            if not _ours(os.fstat(file.fileno())):
                return None
            content = file.read()
    except OSError:
        return None
    head, code = content[: len(MAGIC) + _DIGEST], content[len(MAGIC) + _DIGEST :]
    return code if head == MAGIC + _checksum(name, code) else None


def _checksum(name: str, code: bytes) -> bytes:
    """Of the code under its name, so that a renamed file is no other kernel."""
    return hashlib.sha256(name.encode() + code).digest()


def _ours(status: os.stat_result) -> bool:
    """Whether only this user can have written a file."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def write(name: str, code: bytes) -> None:
    """Keep machine code under a name, if the folder can be written."""
    place = folder()
    if place is None:
        return
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours(place.stat()):
            return
        with replacing(place / f"{name}.o") as file:
            file.write(MAGIC + _checksum(name, code) + code)
        _tidy(place)
    except (OSError, OutputError):
        return


def _tidy(place: Path) -> None:
    """Remove the oldest files, where there are too many."""
    found = sorted(place.glob("*.o"), key=lambda path: path.stat().st_mtime)
    for path in found[:-_KEPT]:
        path.unlink(missing_ok=True)
