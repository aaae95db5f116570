"""A row of the table of conformance: one op, as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapefit.tape.testing._domains import Domain, plane, real


@dataclass(frozen=True)
class Row:
    """One op: its name, a function of the package and of arguments, and where those are drawn.

    Attributes
    ----------
    name
        As in TensorFlow, without ``tf.``.
    call
        ``call(tf, *arguments)``.
    arguments
        A domain and a shape each.
    complex
        True if it is tried with complex arguments, too.
    """

    name: str
    call: Callable[..., Any]
    arguments: tuple[tuple[Domain, tuple[int, ...]], ...]
    complex: bool = False

    def draw(self, seed: int, dtype: str) -> list[np.ndarray]:
        """Arguments of a dtype."""
        rng = np.random.default_rng(seed)
        kind = np.dtype(dtype).kind
        return [(plane if kind == "c" else domain)(rng, shape).astype(dtype) for domain, shape in self.arguments]


def op(name: str) -> Callable[..., Any]:
    """The function of that name under a package."""

    def call(tf: Any, *args: Any) -> Any:
        found = tf
        for part in name.split("."):
            found = getattr(found, part)
        return found(*args)

    return call


def unary(names: str, domain: Domain = real, shape: tuple[int, ...] = (2, 3), **more: Any) -> list[Row]:
    """Ops of one argument."""
    return [Row(n, op(n), ((domain, shape),), **more) for n in names.split()]


def binary(names: str, x: Domain = real, y: Domain = real, **more: Any) -> list[Row]:
    """Ops of two arguments that broadcast."""
    return [Row(n, op(n), ((x, (2, 3)), (y, (2, 1))), **more) for n in names.split()]


def row(name: str, call: Callable[..., Any], *arguments: Any, **more: Any) -> Row:
    """Any other op; an argument is a shape, or a domain and a shape."""
    pairs = tuple(a if a and callable(a[0]) else (real, a) for a in arguments)
    return Row(name, call, pairs, **more)
