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
        The module that holds each lazy attribute, with ``:name`` behind it if it has another name there; or the
        attribute itself where that is a package.
    names
        The package's globals, where an attribute is kept once it was found.
    """

    def find(name: str) -> Any:
        if name not in where:
            from tapefit._absent import absent

            raise absent(package, name)
        place, _, other = where[name].partition(":")
        module = importlib.import_module(place)
        names[name] = module if place == f"{package}.{name}" else getattr(module, other or name)
        return names[name]

    def listing() -> list[str]:
        return sorted(set(names) | set(where))

    return find, listing
