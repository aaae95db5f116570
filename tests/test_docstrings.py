"""The examples in docstrings run, and every public package names what it offers."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import tapefit

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(tapefit.__path__, "tapefit.") if "__main__" not in module.name
)
PUBLIC = [name for name in MODULES if not any(part.startswith("_") for part in name.split("."))]


@pytest.mark.parametrize("name", ["tapefit", *MODULES])
def test_the_examples_of_a_module_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


@pytest.mark.parametrize("name", ["tapefit", *PUBLIC])
def test_a_public_package_has_the_names_that_it_lists(name: str) -> None:
    module = importlib.import_module(name)
    if not getattr(module, "__all__", None):
        assert name == "tapefit.tape.ops"
        return
    assert len(set(module.__all__)) == len(module.__all__)
    for attribute in module.__all__:
        assert getattr(module, attribute) is not None or attribute == "newaxis"


def test_the_house_has_no_stray_public_module() -> None:
    source = Path(tapefit.__file__).parent
    stray = [str(p.relative_to(source)) for p in source.rglob("*.py") if not p.name.startswith("_")]
    assert stray == []
