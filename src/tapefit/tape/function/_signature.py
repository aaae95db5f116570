"""The signature of a call: what a program is made for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape._convert import convert
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.types import TensorSpec

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
Leaf = Callable[[Any], Any]


def split(args: tuple[Any, ...], kwargs: dict[str, Any], *, copy: bool = False) -> tuple[tuple[Any, ...], list[Tensor]]:
    """The signature of a call, and its tensors in order.

    Tensors and arrays count by dtype and shape, plain Python values by type and value, variables and other
    objects by identity. With `copy` the tensors share no memory with the arrays, which may change later.
    """
    tensors: list[Tensor] = []
    leaves = nest.flatten((args, kwargs))
    form = tuple(_leaf(x, tensors, copy) for x in leaves)
    return (form, _structure((args, kwargs))), tensors


def key_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, list[Any]]:
    """What the program for a call is found by, and the arrays that go into it."""
    if not kwargs and all(type(a) is Tensor for a in args):
        arrays = [a._array for a in args]
        return tuple(part for array in arrays for part in (array.dtype.char, array.shape)), arrays
    signature, tensors = split(args, kwargs)
    return signature, [t._array for t in tensors]


def fitted(
    specs: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as tensors of an input signature.

    Raises
    ------
    TypeError
        If there are more or fewer than the signature has, or one has another dtype or does not fit its shape.
    """
    specs = tuple(specs)
    if kwargs or len(args) != len(specs):
        raise TypeError(
            f"{name} has an input signature of {len(specs)} arguments by position, got {len(args)} and "
            f"{len(kwargs)} by name; call it with as many."
        )
    return tuple(_fit_all(spec, a, name) for spec, a in zip(specs, args, strict=True)), {}


def _fit_all(spec: Any, x: Any, name: str) -> Any:
    if isinstance(spec, TensorSpec):
        return _fit(spec, x, name)
    return nest.map_structure(lambda one, part: _fit(one, part, name), spec, x)


def _fit(spec: Any, x: Any, name: str) -> Tensor:
    try:
        tensor = convert(x, None if isinstance(x, (Tensor, Variable)) else spec.dtype)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} expects {spec}, got {x!r}; pass what becomes such a tensor.") from error
    if not spec.is_compatible_with(tensor):
        raise TypeError(
            f"{name} expects {spec}, got a {tensor.dtype.name} tensor of shape {tuple(tensor.shape)}; cast or reshape "
            "it, or widen the input signature."
        )
    return tensor


def example(x: Any) -> Any:
    """A tensor for a `TensorSpec`, with ones for unknown dimensions; anything else as it is."""
    if not isinstance(x, TensorSpec):
        return x
    return Tensor(np.ones([1 if d is None else d for d in x.shape or ()], x.dtype.numpy_dtype))


def _leaf(x: Any, tensors: list[Tensor], copy: bool) -> Any:
    if type(x) is Tensor:
        tensors.append(x)
        return x._array.dtype.char, x._array.shape
    if isinstance(x, (np.ndarray, np.generic)):
        tensors.append(convert(x) if copy or _kept(x) else Tensor(np.asarray(x)))
        return x.dtype.char, x.shape
    if isinstance(x, Variable):
        return "variable", x._uid
    if isinstance(x, _PLAIN):
        return type(x).__name__, _literal(x)
    return "object", id(x)


def _literal(x: Any) -> Any:
    """What is equal for equal plain values alone: 0.0 and -0.0 are two numbers, NaN is one."""
    return repr(x) if isinstance(x, (float, complex)) else x


def _kept(x: Any) -> bool:
    """Whether an array needs the conversion that turns it into a tensor, rather than being read as it is."""
    return not isinstance(x, np.ndarray) or x.dtype.kind not in "fiubc" or not x.dtype.isnative


def _structure(value: Any) -> Any:
    if isinstance(value, Mapping):  # in its own order, which the function may go by
        return type(value), *((k, _structure(part)) for k, part in value.items())
    if isinstance(value, (list, tuple)):
        return type(value), *map(_structure, value)
    return None


def put(args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments with these tensors in place of those that `split` found."""
    found = iter(tensors)
    leaves = [
        next(found) if isinstance(x, (Tensor, np.ndarray, np.generic)) else x for x in nest.flatten((args, kwargs))
    ]
    packed = nest.pack_sequence_as((args, kwargs), leaves)
    return packed[0], packed[1]


def objects(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """What a signature knows by identity."""
    plain = (Tensor, np.ndarray, np.generic, *_PLAIN)
    return [x for x in nest.flatten((args, kwargs)) if not isinstance(x, plain)]


def described(signature: tuple[Any, ...]) -> str:
    """A signature in words."""
    return ", ".join(word(leaf) for leaf in signature[0]) or "no arguments"


def word(leaf: tuple[Any, Any]) -> str:
    """One part of a signature in words."""
    kind, what = leaf
    if isinstance(what, tuple) and len(kind) == 1:
        return f"{np.dtype(kind).name}{list(what)}"
    if kind in ("float", "complex"):
        return str(what)
    return repr(what) if kind not in ("variable", "object") else f"a {kind}"
