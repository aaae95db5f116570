"""Attributes of a package that are imported when first used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def attributes(
    package: str, where: dict[str, str], names: dict[str, Any]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of `package`.

    Parameters
    ----------
    package
        The package's name.
    where
        The module that holds each lazy attribute, with ``:name`` behind it if it has another name there; `package`
        itself holds its subpackages. `places` makes this table of a shorter one.
    names
        The package's globals, where an attribute is kept once it was found.
    """

    def find(name: str) -> Any:
        if name not in where:
            from tapefit._absent import absent

            raise absent(package, name)
        place, _, other = where[name].partition(":")
        if place == package:
            names[name] = importlib.import_module(f"{package}.{name}")
        else:
            names[name] = getattr(importlib.import_module(place), other or name)
        return names[name]

    def listing() -> list[str]:
        return sorted(set(names) | set(where))

    return find, listing


def places(by_module: dict[str, str]) -> dict[str, str]:
    """Where each name is, for `attributes`, from the names of each module.

    Parameters
    ----------
    by_module
        The names in each module, separated by spaces; ``name=other`` for a name that is ``other`` there.
    """
    found = {}
    for module, names in by_module.items():
        for word in names.split():
            name, _, other = word.partition("=")
            found[name] = f"{module}:{other}" if other else module
    return found
