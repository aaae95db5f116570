"""Samples: how to try one row of the table of primitives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tapefit.tape.testing._domains import Domain, real

Shapes = tuple[tuple[int, ...], ...]
Case = tuple[Shapes, dict[str, Any]]
INF = float("inf")


@dataclass(frozen=True, kw_only=True)
class Special:
    """A point where the gradient is a convention: arguments, and the gradient of the summed output."""

    args: tuple[Any, ...]
    gradients: tuple[Any, ...]
    params: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Samples:
    """How to try one primitive.

    Attributes
    ----------
    domains
        One an argument.
    cases
        The shapes of the arguments and the keyword parameters. Rows that broadcast are tried on drawn shapes, too.
    complex
        True if the row is defined and differentiable for complex arguments.
    planes
        Where complex arguments are drawn, one an argument; by default right of the imaginary axis.
    dtypes
        The narrow dtypes in which gradients are compared with those of double precision.
    whole
        True if the last axes belong to matrices, so that only those before them broadcast.
    within
        Makes of the row the function that is differentiated: one that keeps its arguments symmetric, say, or that
        looks only at what does not depend on the signs of eigenvectors.
    special
        Points where the gradient is a convention.
    errors
        Arguments and parameters that the row refuses.
    """

    domains: tuple[Domain, ...]
    cases: tuple[Case, ...]
    complex: bool = False
    planes: tuple[Domain, ...] = ()
    dtypes: tuple[str, ...] = ("float32", "float16")
    whole: bool = False
    within: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None
    special: tuple[Special, ...] = ()
    errors: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = ()


ONE: tuple[Case, ...] = tuple((((shape),), {}) for shape in ((), (3,), (2, 1, 2), (0,), (0, 2)))
TWO: tuple[Case, ...] = tuple(
    (shapes, {})
    for shapes in (
        ((), ()),
        ((3,), (3,)),
        ((3,), ()),
        ((), (2, 2)),
        ((2, 1), (1, 3)),
        ((2, 1), (3,)),
        ((1,), (2, 1, 2)),
        ((0,), (1,)),
        ((0, 2), (2,)),
    )
)
UNEQUAL: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = ((((1.0, 2.0, 3.0), (1.0, 2.0)), {}),)


def elementwise(domain: Domain = real, **more: Any) -> Samples:
    """Of one argument of any shape."""
    return Samples(domains=(domain,), cases=ONE, **more)


def pairs(x: Domain = real, y: Domain = real, **more: Any) -> Samples:
    """Of two arguments that broadcast."""
    return Samples(domains=(x, y), cases=TWO, errors=UNEQUAL, **more)


REDUCED: tuple[Case, ...] = tuple(
    ((shape,), {"axis": axis, "keepdims": keepdims})
    for shape, axis in (
        ((), None),
        ((3,), None),
        ((3,), (0,)),
        ((2, 3), None),
        ((2, 3), (0,)),
        ((2, 3), (1,)),
        ((2, 3), (0, 1)),
        ((2, 3), ()),
        ((2, 3, 2), (0, 2)),
        ((0, 2), (1,)),
    )
    for keepdims in (False, True)
)


def reduction(domain: Domain = real, **more: Any) -> Samples:
    """Of one argument, over axes."""
    return Samples(
        domains=(domain,), cases=REDUCED, errors=(((((1.0, 2.0),)), {"axis": (3,), "keepdims": False}),), **more
    )


def reduced_special(point: Any, gradient: Any) -> Special:
    """A vector reduced to one number, and its gradient."""
    return Special(args=(point,), gradients=(gradient,), params={"axis": None, "keepdims": False})
