"""Laws that every rule obeys, whatever its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.errors import GradientCheckError
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._tensor import Tensor
from tapefit.tape.testing._check_grads import random_weight, widened


def _recorded(f: Callable[..., Any], values: Sequence[Any]) -> tuple[GradientTape, list[Tensor], list[Tensor]]:
    """A persistent tape of `f`, its floating outputs and its floating arguments."""
    xs = [Tensor(v) for v in values]
    sources = [x for x in xs if x.dtype.numpy_dtype.kind in "fc"]
    with GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = [y for y in nest.flatten(f(*xs)) if y.dtype.numpy_dtype.kind in "fc"]
    return tape, ys, sources


def _same(got: Any, wanted: Any, rtol: float, what: str) -> None:
    if (got is None) != (wanted is None):
        raise GradientCheckError(f"{what}: expected {wanted}, got {got}; both should be None or neither.")
    if got is not None and not np.allclose(got.numpy(), wanted, rtol=rtol, atol=rtol, equal_nan=True):
        raise GradientCheckError(f"{what}: expected {wanted}, got {got.numpy()}; a rule treats them differently.")


def check_rows(f: Callable[..., Any], args: Sequence[Any]) -> None:
    """A rule applied to cotangents with a leading axis equals the rows one by one: jacobian and gradient agree.

    Raises
    ------
    GradientCheckError
        At the first row that differs.
    """
    tape, ys, sources = _recorded(f, [widened(a) for a in args])
    for y in ys:
        jacobians = tape.jacobian(y, sources)
        size = y._array.size
        units = np.eye(size, dtype=y._array.dtype).reshape(size, *y.shape)
        for k, unit in enumerate(units):
            rows = tape.gradient(y, sources, output_gradients=Tensor(unit))
            for jacobian, row in zip(jacobians, rows, strict=True):
                if row is None or jacobian is None:
                    _same(jacobian, row, 0, f"row {k} of a jacobian")
                    continue
                flat = Tensor(jacobian._array.reshape(len(units), *row.shape)[k])
                _same(flat, row.numpy(), 1e-12, f"row {k} of a jacobian")


def check_recorded(f: Callable[..., Any], args: Sequence[Any], *, seed: int = 0) -> None:
    """Rules that run on tensors, because an outer tape listens, give what they give on bare arrays.

    Raises
    ------
    GradientCheckError
        At the first gradient that differs.
    """
    tape, ys, sources = _recorded(f, [widened(a) for a in args])
    rng = np.random.default_rng(seed)
    weights = [random_weight(rng, tuple(y.shape), y.dtype.numpy_dtype) for y in ys]
    bare = tape.gradient(ys, sources, output_gradients=weights) if ys else []
    with GradientTape() as outer:
        outer.watch(sources)
        recorded = tape.gradient(ys, sources, output_gradients=weights) if ys else []
    for got, wanted in zip(recorded, bare, strict=True):
        _same(got, None if wanted is None else wanted.numpy(), 1e-12, "a gradient under an outer tape")


def check_dtype(f: Callable[..., Any], args: Sequence[Any], *, dtype: Any = "float32", rtol: float = 1e-4) -> None:
    """Gradients in a narrow dtype are of that dtype, and near those of double precision.

    Parameters
    ----------
    f
        A function of tensors.
    args
        Its arguments; floating ones are rounded to `dtype` first, so that both runs see the same numbers.
    dtype
        ``"float16"``, ``"float32"`` or ``"complex64"``.
    rtol
        The difference allowed, relative to the largest element.

    Raises
    ------
    GradientCheckError
        If dtype or value differ.
    """
    to = np.dtype(dtype)
    narrow = [np.asarray(a).astype(to) if np.asarray(a).dtype.kind in "fc" else np.asarray(a) for a in args]
    found, wanted = (
        [tape.gradient(ys, x) if ys else None for x in sources]
        for tape, ys, sources in (_recorded(f, narrow), _recorded(f, [widened(a) for a in narrow]))
    )
    for got, exact in zip(found, wanted, strict=True):
        if got is None or exact is None:
            _same(got, exact, 0, f"a gradient in {to.name}")
            continue
        if got.dtype.numpy_dtype != to:
            raise GradientCheckError(f"a gradient came in {got.dtype.name}; expected {to.name}, its source's dtype.")
        scale = max(1.0, float(np.max(np.abs(exact.numpy()), initial=0.0)))
        if not np.allclose(got.numpy(), exact.numpy(), rtol=0, atol=rtol * scale, equal_nan=True):
            raise GradientCheckError(f"a gradient in {to.name} is {got.numpy()}; in double precision {exact.numpy()}.")
