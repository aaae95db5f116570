"""Products by labels of axes, and the cross product."""

from __future__ import annotations

import string
from collections import Counter
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._convert import convert, pair, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import reshape, transpose
from tapefit.tape.ops._reduce import reduce_sum
from tapefit.tape.primitives import _linalg_products

_OPTIONS = {"name", "optimize", "greedy"}


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """The sum of products of elements, over the axes whose labels the output does not have.

    Parameters
    ----------
    equation
        The labels of each input and of the output, such as ``"ij,jk->ik"``; ``...`` stands for any number of axes
        that broadcast. Without ``->`` the output has the labels that occur once, in alphabetical order.
    inputs
        Tensors of one dtype.
    kwargs
        ``name``, ``optimize`` and ``greedy`` are accepted for TensorFlow's sake.

    Returns
    -------
    Tensor
        With one axis for each label of the output.

    Raises
    ------
    ValueError
        If the equation cannot be read, or does not fit the inputs.
    TypeError
        If there are other options.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.einsum("ij,j->i", tf.constant([[1.0, 2.0]]), tf.constant([3.0, 4.0])).numpy()
    array([11.], dtype=float32)
    """
    unknown = sorted(set(kwargs) - _OPTIONS)
    if unknown:
        raise TypeError(f"einsum has no option {', '.join(unknown)}; it takes {', '.join(sorted(_OPTIONS))}.")
    tensors = _of_one_dtype(inputs)
    labels, out = _parse(equation, tensors)
    sizes = _sizes(labels, tensors, equation)
    tensors, labels = _reduced(tensors, labels, out, sizes)
    if not any(len(names) for names in labels) and len(tensors) == 1:
        return tensors[0]
    if len(tensors) == 1:
        return transpose(tensors[0], [labels[0].index(c) for c in out])
    return _linalg_products.einsum.record(tuple(tensors), {"equation": f"{','.join(labels)}->{out}"})


def _of_one_dtype(inputs: tuple[Any, ...]) -> list[Tensor]:
    """Numbers and arrays take the dtype of the tensors beside them."""
    made = [tensor_of(x) if isinstance(x, Tensor) or hasattr(x, "_value_for_op") else x for x in inputs]
    like = next((x for x in made if isinstance(x, Tensor)), None)
    if like is None and made:
        like = convert(made[0])
        made[0] = like
    return [pair(like, x, "einsum")[1] for x in made]


def _parse(equation: str, tensors: list[Tensor]) -> tuple[list[str], str]:
    """The labels of each input and of the output, an ellipsis replaced by labels of its own."""
    left, arrow, out = equation.replace(" ", "").partition("->")
    labels = left.split(",")
    if len(labels) != len(tensors):
        raise ValueError(f'Got {len(tensors)} inputs for equation "{equation}", expecting {len(labels)}.')
    bad = set(left + out) - set(string.ascii_letters + ",.")
    if bad:
        raise ValueError(f"einsum: labels must be letters, got {''.join(sorted(bad))!r} in {equation!r}.")
    extra = [t._array.ndim - len(names.replace("...", "")) for t, names in zip(tensors, labels, strict=True)]
    for n, names, t in zip(extra, labels, tensors, strict=True):
        if n < 0 or (n and "..." not in names):
            raise InvalidArgumentError(
                f"einsum: {names!r} names {len(names.replace('...', ''))} axes, but the input has shape "
                f"{t._array.shape}; give each axis a label, or use '...'."
            )
    free = [c for c in string.ascii_letters if c not in equation][::-1]
    most = max([n for n, names in zip(extra, labels, strict=True) if "..." in names], default=0)
    stars = "".join(free[:most])
    full = [names.replace("...", stars[most - n :]) for n, names in zip(extra, labels, strict=True)]
    counts = Counter("".join(labels).replace(".", ""))
    if not arrow:
        out = ("..." if "..." in left else "") + "".join(sorted(c for c, n in counts.items() if n == 1))
    out = out.replace("...", stars)
    _check_output(out, full, equation)
    return full, out


def _check_output(out: str, labels: list[str], equation: str) -> None:
    twice = [c for c, n in Counter(out).items() if n > 1]
    if twice:
        raise ValueError(f"Output subscripts contain a label appearing more than once: {equation}")
    for c in out:
        if not any(c in names for names in labels):
            raise ValueError(f"Output subscripts contain the label {c} not present in the input subscripts.")


def _sizes(labels: list[str], tensors: list[Tensor], equation: str) -> dict[str, int]:
    """The length of each label; axes of an ellipsis may have length 1 instead."""
    sizes: dict[str, int] = {}
    for names, t in zip(labels, tensors, strict=True):
        for axis, (c, n) in enumerate(zip(names, t._array.shape, strict=True)):
            known = sizes.setdefault(c, n)
            if known == n or (c not in equation and n == 1):
                continue
            if c not in equation and known == 1:
                sizes[c] = n
                continue
            raise InvalidArgumentError(
                f"einsum: Expected dimension {known} at axis {axis} of the input shaped {list(t._array.shape)} but got "
                f"dimension {n}; label {c!r} has one length in all inputs."
            )
    return sizes


def _reduced(
    tensors: list[Tensor], labels: list[str], out: str, sizes: dict[str, int]
) -> tuple[list[Tensor], list[str]]:
    """Each input with its axes named once: axes of length 1 that broadcast and labels that nothing else has go."""
    everywhere = Counter("".join("".join(sorted(set(names))) for names in labels) + out)
    kept = []
    for t, names in zip(tensors, labels, strict=True):
        t, names = _diagonal(t, names)
        stays = [i for i, c in enumerate(names) if t._array.shape[i] == sizes[c]]
        if len(stays) < len(names):
            t, names = reshape(t, [t._array.shape[i] for i in stays]), "".join(names[i] for i in stays)
        lonely = [i for i, c in enumerate(names) if everywhere[c] == 1]
        if lonely:
            t, names = reduce_sum(t, lonely), "".join(c for c in names if everywhere[c] > 1)
        kept.append((t, names))
    return [t for t, _ in kept], [names for _, names in kept]


def _diagonal(t: Tensor, names: str) -> tuple[Tensor, str]:
    """Axes of one label become one axis: the diagonal."""
    for c in sorted({c for c in names if names.count(c) > 1}):
        where = [i for i, other in enumerate(names) if other == c]
        rest = [i for i in range(len(names)) if i not in where]
        along = np.arange(t._array.shape[where[0]])
        t = p.getitem.record((transpose(t, [*where, *rest]),), {"key": (along,) * len(where)})
        names = c + "".join(names[i] for i in rest)
    return t, names


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross product of vectors of three elements along the last axis.

    Parameters
    ----------
    a, b
        Tensors of one dtype and of one shape (..., 3).

    Raises
    ------
    InvalidArgumentError
        If the shapes differ, or the last axis does not have length 3.
    """
    a, b = pair(a, b, "cross")
    if a._array.shape != b._array.shape or not a._array.ndim or a._array.shape[-1] != 3:
        raise InvalidArgumentError(
            "cross: Both inputs must be of same shape, and Cross-products are only defined for 3-element vectors, got "
            f"{a._array.shape} and {b._array.shape}; use tf.broadcast_to where one was meant for all."
        )
    return _linalg_products.cross.record((a, b), {})
