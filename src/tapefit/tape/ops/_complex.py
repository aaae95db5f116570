"""Complex tensors and their parts."""

from __future__ import annotations

from typing import Any

from tapefit.tape._convert import pair, tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._create import zeros_like
from tapefit.tape.ops._math import cast
from tapefit.tape.primitives import _complex as p


def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """``real + 1j * imag``.

    Parameters
    ----------
    real, imag
        Tensors of one dtype, float32 or float64, that broadcast.

    Returns
    -------
    Tensor
        complex64 or complex128.

    Raises
    ------
    TypeError
        For other dtypes.
    """
    re, im = pair(real, imag, "complex")
    if re._array.dtype not in ("float32", "float64"):
        raise TypeError(f"complex expects parts of dtype float32 or float64, got {re.dtype.name}; cast them first.")
    return p.make_complex.record((re, im), {})


def _part(primitive: Primitive, z: Any) -> Tensor:
    return primitive.record((tensor_of(z),), {})


def real(input: Any, name: str | None = None) -> Tensor:
    """The real part; a real tensor as it is."""
    z = tensor_of(input)
    return _part(p.real, z) if z.dtype.is_complex else z


def imag(input: Any, name: str | None = None) -> Tensor:
    """The imaginary part; zeros for a real tensor."""
    z = tensor_of(input)
    return _part(p.imag, z) if z.dtype.is_complex else zeros_like(z)


def angle(input: Any, name: str | None = None) -> Tensor:
    """The angle in radians, from -pi to pi; its gradient at 0 is 0. A real tensor's is 0 or pi."""
    z = tensor_of(input)
    if z.dtype.is_complex:
        return _part(p.angle, z)
    return _part(p.angle, cast(z, "complex128" if z._array.dtype == "float64" else "complex64"))
