"""Reading the user's source: what the tensors are called, and where a name was set.

Nothing is noted while a program runs; this looks at the calling frame and its source file when an explanation or
a drawing is asked for. What cannot be found, such as the source of an interactive prompt, is simply not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable

if TYPE_CHECKING:
    import ast


class Setting(NamedTuple):
    """A statement that gives a name its value.

    Attributes
    ----------
    file, line, text
        Where, and the line as written.
    value
        The right-hand side as written.
    blocks
        The expressions of the ``with`` statements around it, outermost first.
    """

    file: str
    line: int
    text: str
    value: str
    blocks: tuple[str, ...]


def names_in(frame: FrameType | None) -> dict[int, str]:
    """What a frame calls the tensors and variables that it sees, by their numbers."""
    names: dict[int, str] = {}
    for scope in ({}, {}) if frame is None else (frame.f_globals, frame.f_locals):
        for name, value in list(scope.items()):
            if isinstance(value, (Tensor, Variable)) and value._uid and not name.startswith("_"):
                names[value._uid] = name
    return names


def name_of(thing: Any, frame: FrameType | None) -> str | None:
    """What a frame calls a thing, or None."""
    for scope in () if frame is None else (frame.f_locals, frame.f_globals):
        for name, value in list(scope.items()):
            if value is thing and not name.startswith("_"):
                return name
    return None


def settings_of(name: str | None, frame: FrameType | None) -> list[Setting]:
    """The statements of a frame's function, or module, that set a name, in order; with None those that set any."""
    if frame is None:
        return []
    found: list[tuple[str, Setting]] = []
    for file in _files(frame):
        lines = _lines(file, frame)
        tree = _parsed("".join(lines))
        if tree is not None:
            found += _walk(_scope(tree, frame), (), file, lines)
    return [setting for target, setting in found if name in (None, target)]


def _files(frame: FrameType) -> list[str]:
    """The frame's file; for a notebook's cell or a doctest's example those before it, too."""
    import linecache

    file = frame.f_code.co_filename
    if frame.f_code.co_name == "<module>":
        example = re.fullmatch(r"(<doctest .*\[)(\d+)(\]>)", file)
        if example:
            return [f"{example[1]}{i}{example[3]}" for i in range(int(example[2]) + 1)]
        cell = re.match(r"(<ipython-input-|.*[/\\]ipykernel_\d+[/\\])", file)
        if cell:
            return [*(f for f in list(linecache.cache) if f.startswith(cell[1]) and f != file), file]
    return [file]


def tensors_in(expression: str, frame: FrameType | None) -> dict[str, int]:
    """The tensors and variables that an expression names, with their numbers."""
    import ast

    tree = _parsed(expression)
    if tree is None or frame is None:
        return {}
    scope = {**frame.f_globals, **frame.f_locals}
    named = {n.id: scope.get(n.id) for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return {name: x._uid for name, x in named.items() if isinstance(x, (Tensor, Variable))}


def _lines(file: str, frame: FrameType) -> list[str]:
    import linecache

    return linecache.getlines(file, frame.f_globals)


@lru_cache(maxsize=64)
def _parsed(source: str) -> ast.Module | None:
    import ast

    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _scope(tree: ast.Module, frame: FrameType) -> ast.AST:
    """The node of the frame's function, or the module."""
    import ast

    first = frame.f_code.co_firstlineno
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == frame.f_code.co_name:
            starts = [node.lineno, *(d.lineno for d in node.decorator_list)]
            if first in starts:
                return node
    return tree


def _walk(node: ast.AST, blocks: tuple[str, ...], file: str, lines: list[str]) -> Iterator[tuple[str, Setting]]:
    import ast

    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        inside = blocks
        if isinstance(child, ast.With):
            inside = (*blocks, *(ast.unparse(item) for item in child.items))
        elif isinstance(child, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and child.value is not None:
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            text, value = lines[child.lineno - 1].strip(), ast.unparse(child.value)
            for target in targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                        yield part.id, Setting(file, child.lineno, text, value, blocks)
        yield from _walk(child, inside, file, lines)
