"""The stub beside the package, which editors and type checkers read, says what the package does."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import tapefit

STUB = ast.parse(Path(tapefit.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))


def holder(module: str, name: str) -> object:
    """What the stub's line ``from module import name`` stands for."""
    return (
        importlib.import_module(f"tapefit.{name}")
        if module == "tapefit"
        else getattr(importlib.import_module(module), name)
    )


IMPORTED = {
    str(alias.asname): (str(node.module), alias.name)
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}
ALIASES = {ast.unparse(node.targets[0]): ast.unparse(node.value) for node in STUB.body if isinstance(node, ast.Assign)}
DECLARED = {ast.unparse(node.target) for node in STUB.body if isinstance(node, ast.AnnAssign)}
PLACES = {name: place for name, place in IMPORTED.items() if not name.startswith("_")}
PLACES |= {name: IMPORTED[other] for name, other in ALIASES.items()}


def test_the_stub_has_exactly_the_public_names() -> None:
    assert PLACES.keys() | DECLARED == set(tapefit.__all__)


@pytest.mark.parametrize("name", sorted(PLACES))
def test_the_stub_takes_a_name_from_where_the_package_does(name: str) -> None:
    assert getattr(tapefit, name) is holder(*PLACES[name])
