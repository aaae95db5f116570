"""Where in the user's program something happened, noted cheaply and looked up only when asked for."""

from __future__ import annotations

import os.path
import sys
from itertools import islice
from types import CodeType, FrameType
from typing import Any, NamedTuple

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_KEPT = 4096


class Place(NamedTuple):
    """An instruction of the user's program.

    Attributes
    ----------
    code
        The code object; it holds no values, so that a place keeps nothing alive.
    instruction
        The offset in it.
    """

    code: CodeType
    instruction: int

    @property
    def file(self) -> str:
        """The name of the file, or of the notebook cell."""
        return self.code.co_filename

    @property
    def line(self) -> int:
        """The number of the line, from 1."""
        return self._span()[0]

    @property
    def text(self) -> str:
        """The line as written, without its indentation; empty where the source is not at hand."""
        return source_line(self.file, self.line).strip()

    @property
    def expression(self) -> str:
        """The part of the line that ran, such as one call; the line itself where Python does not know it."""
        line, end_line, column, end_column = self._span()
        if line != end_line or column is None or end_column is None:
            return self.text
        return source_line(self.file, line).encode()[column:end_column].decode(errors="replace") or self.text

    def _span(self) -> tuple[int, int | None, int | None, int | None]:
        line, end_line, column, end_column = next(islice(self.code.co_positions(), self.instruction // 2, None))
        return line or self.code.co_firstlineno, end_line, column, end_column

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def source_line(file: str, line: int) -> str:
    """A line of the user's program."""
    import linecache

    return linecache.getline(file, line)


def user_frame() -> FrameType | None:
    """The innermost frame that is not tapefit's own."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame


def here() -> Place | None:
    """Where the user's program is now."""
    frame = user_frame()
    return None if frame is None else Place(frame.f_code, frame.f_lasti)


# Where ops without a derivative were applied to something that a tape follows, by the number of their answer.
CUTS: dict[int, Place | None] = {}


def note_cut(uid: int) -> None:
    """Remember where such an op ran; the newest few thousand are kept."""
    CUTS[uid] = here()
    if len(CUTS) > _KEPT:
        for old in list(CUTS)[: _KEPT // 2]:
            CUTS.pop(old, None)


class Watching(NamedTuple):
    """Where a source was watched, and whether the tape was recording then."""

    place: Place | None
    inside: bool


class Exit(NamedTuple):
    """A followed value went where no tape sees it.

    Attributes
    ----------
    how
        ``"numpy"``, ``"copy"`` into a new variable, or ``"assign"`` to one.
    uid
        The number of the tensor.
    into
        The number of the variable, or 0.
    place
        Where.
    """

    how: str
    uid: int
    into: int
    place: Place | None


EXITS: list[Exit] = []


def note_exit(how: str, uid: int, into: int, listeners: list[Any]) -> None:
    """Remember that a value left, if a tape follows it; the newest few thousand are kept."""
    if uid and any(uid in tape._live for tape in listeners):
        EXITS.append(Exit(how, uid, into, here()))
        if len(EXITS) > _KEPT:
            del EXITS[: _KEPT // 2]
