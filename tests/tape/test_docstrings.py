"""The examples in the docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import tapefit

OWN = ("tape", "types", "nest", "errors", "testing")


def modules():
    for part in OWN:
        package = importlib.import_module(f"tapefit.{part}")
        yield package.__name__
        yield from (m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))


@pytest.mark.parametrize("name", [*modules()])
def test_examples(name):
    result = doctest.testmod(importlib.import_module(name), raise_on_error=False)
    assert result.failed == 0


def test_there_are_examples():
    assert tapefit.__doc__
    assert sum(doctest.testmod(importlib.import_module(n)).attempted for n in modules()) > 8
