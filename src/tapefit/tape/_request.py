"""What is asked of a tape, made plain: targets, sources, seeds, and the answer in the caller's structure."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit import nest
from tapefit.tape._convert import like
from tapefit.tape._indexed_slices import IndexedSlices, dense_heard_by
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.primitives import conj, reshape

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape


class UnconnectedGradients(Enum):
    """What `GradientTape.gradient` gives for a source that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


NONE = UnconnectedGradients.NONE
_blank = object.__new__
UNITS: dict[type, Any] = {kind: kind(1) for kind in (np.float32, np.float64)}


def packed(sources: Any, flat: list[Any], values: list[Any]) -> Any:
    """The values in the structure of the sources."""
    return values if flat is sources else nest.pack_sequence_as(sources, values)


def target_tensors(target: Any, tape: GradientTape) -> list[Any]:
    """The leaves of a target: variables by their values, slices as the dense tensor."""
    if type(target) is Tensor:
        return [target]
    if target is None:
        raise TypeError(
            "Argument `target` should be a tensor, a variable or a nested structure of them, got None; "
            "a loss function without `return` is the usual cause."
        )
    leaves = [dense_heard_by(tape, x) if isinstance(x, IndexedSlices) else x for x in nest.flatten(target)]
    for leaf in leaves:
        if not isinstance(leaf, (Tensor, Variable)):
            raise TypeError(not_followed(leaf, "target"))
    return [leaf._value if isinstance(leaf, Variable) else leaf for leaf in leaves]


def source_leaves(sources: Any) -> list[Any]:
    """The sources as a flat list; a flat list is returned itself."""
    if type(sources) is list:
        for s in sources:
            if type(s) is not Variable and type(s) is not Tensor:
                break
        else:
            return sources
    leaves = nest.flatten(sources)
    for leaf in leaves:
        if not isinstance(leaf, (Tensor, Variable)):
            raise TypeError(not_followed(leaf, "source"))
    return leaves


def not_followed(value: Any, what: str) -> str:
    """The sentence for a target or source that is neither tensor nor variable."""
    hints = {
        "float": "it left the tape, e.g. through float() or .numpy(); keep it a tensor",
        "ndarray": "NumPy arrays are not followed; keep the tensor, or make a tf.Variable of a source",
        "NoneType": "a name that was never set is the usual cause",
        "generator": "turn it into a list",
        "set": "turn it into a list",
    }
    hint = hints.get(type(value).__name__, "pass tensors or variables, or lists, tuples and dicts of them")
    return f"Expected a tensor or variable as {what}, got {value!r} of type {type(value).__name__}; {hint}."


def zero_wanted(value: UnconnectedGradients | str) -> bool:
    """Whether a source that the target does not depend on gets zeros."""
    if value is NONE:
        return False
    try:
        return UnconnectedGradients(value) is UnconnectedGradients.ZERO
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {value!r}; use 'none' or 'zero'.") from None


def seeds_of(targets: list[Any], output_gradients: Any) -> list[Any]:
    """One starting cotangent a target: ones, or what the caller gave."""
    if output_gradients is None:
        return [_ones(t._array) for t in targets]
    given = (
        nest.flatten(output_gradients) if len(targets) != 1 or nest.is_nested(output_gradients) else [output_gradients]
    )
    if len(given) > len(targets):
        raise ValueError(
            f"output_gradients has {len(given)} entries but there are {len(targets)} targets; pass one array a target."
        )
    seeds = [_given_seed(g, t) for g, t in zip(given, targets, strict=False)]
    return seeds + [_ones(t._array) for t in targets[len(given) :]]


def _given_seed(g: Any, target: Any) -> Any:
    if g is None:
        return _ones(target._array)
    if isinstance(g, Variable):
        g = g._value_for_op()
    seed = g if isinstance(g, Tensor) else like(np.array(g), target)  # a copy: it may become the gradient itself
    if seed.dtype is not target.dtype or seed.shape != target.shape:
        raise ValueError(
            f"An output gradient needs the shape and dtype of its target, {tuple(target.shape)} {target.dtype.name}, "
            f"got {tuple(seed.shape)} {seed.dtype.name}; reshape or cast it."
        )
    return seed if stack.tapes else seed._array


def _ones(array: Any) -> Any:
    unit = UNITS.get(type(array))
    if unit is not None:
        return unit
    return np.ones(array.shape, array.dtype) if array.ndim else array.dtype.type(1)


def finished(g: Any, source: Any, zero: bool, before: tuple[int, ...] | None = None) -> Any:
    """The cotangent as the caller's tensor: None or zeros where there is none."""
    if type(g) in UNITS and before is None:
        made = _blank(Tensor)  # Tensor(g), without a call of Python's
        made._array, made._uid = g, 0
        return made
    if g is None:
        if not zero:
            return None
        return Tensor(np.zeros((*(before or ()), *source.shape), source.dtype.numpy_dtype))
    if type(g) is IndexedSlices:
        return g
    if before is not None:
        g = reshape(g, shape=(*before, *source.shape))
    kind = g.dtype.kind if type(g) is not Tensor else g._array.dtype.kind
    if kind == "c":
        g = conj(g)
    return g if type(g) is Tensor else Tensor(g)
