"""Writing a file so that a reader sees the old one or the whole new one, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tapefit.errors import OutputError

__all__ = ["check_writable", "replacing"]

PathLike = str | os.PathLike[str]


@contextlib.contextmanager
def replacing(path: PathLike) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `path` when the block ends well.

    The bytes go to a new file in the same folder, reach the disk, and only then take the
    name `path` in one step. When the block raises, the new file is removed and `path` is as
    it was. A symbolic link stays a link; a device such as `/dev/null` is written to directly.

    Parameters
    ----------
    path : str or PathLike
        The file to write; its folder must exist.

    Yields
    ------
    BinaryIO
        An empty file opened for writing bytes.

    Raises
    ------
    OutputError
        When the folder is missing or not writable, `path` is a folder, or the disk is full.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> out = pathlib.Path(tempfile.mkdtemp()) / "numbers.csv"
    >>> with replacing(out) as file:
    ...     _ = file.write(b"1,2,3")
    >>> out.read_bytes()
    b'1,2,3'
    """
    check_writable(path)
    target = Path(os.path.realpath(path))
    if _is_device(target):
        with _as_output_error(path), target.open("wb") as file:
            yield file
        return
    temporary = _new_name(target.parent)
    try:
        with _as_output_error(path):
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: PathLike) -> None:
    """Raise unless `path` can be written; leave nothing behind.

    Raises
    ------
    OutputError
        When `path` is a folder or read-only, or its folder is missing or not writable.
    """
    try:
        target = Path(os.path.realpath(path))
    except ValueError as error:
        raise OutputError(f"cannot write {os.fspath(path)!r}: it has a null character; give another name.") from error
    with _as_output_error(path):
        if target.is_dir():
            raise OutputError(f"cannot write '{path}': it is a directory; give the name of a file in it.")
        if target.exists() and not os.access(target, os.W_OK):
            raise OutputError(f"cannot write '{path}': the file is read-only; give another name.")
        if not target.parent.is_dir():
            raise OutputError(f"cannot write '{path}': there is no directory '{Path(path).parent}'; make it first.")
        if not _is_device(target):
            # Make a file and remove it: access bits alone miss file systems that are read-only or full.
            probe = _new_name(target.parent)
            probe.open("xb").close()
            probe.unlink()


def _new_name(folder: Path) -> Path:
    """A hidden name of fixed length, so that it fits wherever the target's own name does."""
    return folder / f".tapefit-{secrets.token_hex(4)}.tmp"


def _is_device(target: Path) -> bool:
    return target.exists() and not stat.S_ISREG(target.stat().st_mode)


@contextlib.contextmanager
def _as_output_error(path: PathLike) -> Iterator[None]:
    """Turn an error of the operating system into the sentence that names the file."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write '{path}': {reason}; give a place that can be written.") from error
