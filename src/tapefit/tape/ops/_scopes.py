"""Names that programs written for graphs put around their ops; ops run at once, so these change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import identity


def executing_eagerly() -> bool:
    """True: ops run at once."""
    return True


@contextmanager
def name_scope(name: str) -> Iterator[str]:
    """A block whose ops TensorFlow would name ``name/...``; gives that prefix."""
    yield f"{name}/"


@contextmanager
def device(device_name: Any) -> Iterator[None]:
    """A block whose ops TensorFlow would place on a device; here it is the CPU."""
    yield


@contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """A block whose ops run after `control_inputs`; ops run in order anyway."""
    if callable(control_inputs):
        control_inputs()
    yield


@contextmanager
def init_scope() -> Iterator[None]:
    """A block that TensorFlow would lift out of a graph."""
    yield


def group(*inputs: Any, name: str | None = None) -> None:
    """Run its arguments together; they have run already."""


def identity_n(input: Iterable[Any], name: str | None = None) -> list[Tensor]:
    """The same values as new tensors, recorded."""
    return [identity(x) for x in input]


def no_gradient(op_type: str) -> None:
    """Declare a kind of op to have no gradient; ops of tapefit have their rules in a table, which stays as it is."""
