"""ForwardAccumulator: carries directional derivatives along with the values."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit import nest
from tapefit.tape import _log
from tapefit.tape._convert import like
from tapefit.tape._indexed_slices import IndexedSlices
from tapefit.tape._primitive import Primitive
from tapefit.tape._pushforward import pushforward
from tapefit.tape._request import UnconnectedGradients, not_followed, zero_wanted
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable


class ForwardAccumulator:
    """Compute Jacobian-vector products: the derivative of what a ``with`` block computes, in one direction.

    Parameters
    ----------
    primals
        A tensor or variable, or a nested structure of them: where to differentiate.
    tangents
        The direction: numbers or arrays of the shapes of `primals`, in the same structure.

    Raises
    ------
    TypeError
        If a primal is neither tensor nor variable.
    ValueError
        If a primal comes twice, or structure, shape or dtype of the tangents are not those of the primals.

    Examples
    --------
    >>> import tapefit as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0])) as acc:
    ...     y = x**3
    >>> acc.jvp(y)
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([  3., 120.], dtype=float32)>

    Notes
    -----
    Each op's tangent is computed when the op runs and is dropped with the op's result, so memory does not grow with
    the number of ops. The tangents come from the gradient rules, transposed, and so obey custom gradients. Accumulators
    and tapes nest in any order: an accumulator around a tape gives Hessian-vector products.
    """

    __slots__ = ("__weakref__", "_forget", "_live", "_recording", "_refs")
    _records = None  # it hears each step at once, and keeps none
    _watch_accessed = False

    def __init__(self, primals: Any, tangents: Any) -> None:
        flat = nest.flatten(primals)
        _must_differ(flat)
        nest.assert_same_structure(primals, tangents)
        self._live: dict[int, Tensor] = {}
        self._refs: dict[int, _Ref] = {}
        self._recording = False
        self._forget = _forgetter(self)
        for primal, tangent in zip(flat, nest.flatten(tangents), strict=True):
            self._start(primal, tangent)

    def _start(self, primal: Any, tangent: Any) -> None:
        x = primal._value if isinstance(primal, Variable) else primal
        if x._array.dtype.kind not in "fc":
            _log.warn("The dtype of the watched primal must be floating (e.g. tf.float32), got tf.%s", x.dtype.name)
            return
        t = like(np.array(tangent) if isinstance(tangent, np.ndarray) else tangent, x)
        if t._array.shape != x._array.shape:
            raise ValueError(
                f"A tangent needs the shape of its primal, {tuple(x.shape)}, got {tuple(t.shape)}; reshape it."
            )
        x._uid = x._uid or next_uid()
        self._live[x._uid] = t

    def __enter__(self) -> ForwardAccumulator:
        if self._recording:
            raise ValueError("Accumulator is already recording; make a second accumulator inside its block.")
        self._recording = True
        stack.tapes.append(self)  # type: ignore[arg-type]
        return self

    def __exit__(self, *exc_info: object) -> None:
        stack.tapes[:] = [t for t in stack.tapes if t is not self]  # type: ignore[comparison-overlap]
        self._recording = False

    def jvp(self, target: Any, unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE) -> Any:
        """The derivative of `target` in the direction of the tangents: the Jacobian times them.

        Parameters
        ----------
        target
            A tensor or variable, or a nested structure of them, computed in the accumulator's block.
        unconnected_gradients
            ``"none"`` or ``"zero"``: what a target gets that does not depend on the primals.

        Returns
        -------
        Tensor or structure
            The structure of `target`; each derivative has its target's shape and dtype. May be asked repeatedly,
            also inside the block.

        Raises
        ------
        TypeError
            If a target is neither tensor nor variable.
        """
        zero = zero_wanted(unconnected_gradients)
        return nest.map_structure(lambda t: self._tangent(t, zero), target)

    def _tangent(self, target: Any, zero: bool) -> Tensor | IndexedSlices | None:
        if isinstance(target, IndexedSlices):
            values = self._tangent(target.values, zero)
            return None if values is None else IndexedSlices(values, target.indices, target._dense_shape)
        if not isinstance(target, (Tensor, Variable)):
            raise TypeError(not_followed(target, "target"))
        found = self._live.get(target._uid)
        if found is None and zero:
            return Tensor(np.zeros(target.shape, target.dtype.numpy_dtype))
        return found

    def _hear(
        self,
        primitive: Primitive,
        args: tuple[Tensor, ...],
        answer: Any,
        params: dict[str, Any] | None,
        others: list[Any],
    ) -> None:
        """Carry the tangents through a step, while only the others listen."""
        live = self._live
        tangents = [live.get(a._uid) for a in args]
        if not any(t is not None for t in tangents):
            return
        before, stack.tapes = stack.tapes, others
        try:
            found = pushforward(primitive, args, answer, params, tangents)
        finally:
            stack.tapes = before
        for y, t in zip([answer] if type(answer) is Tensor else answer, found, strict=True):
            if t is not None:
                y._uid = y._uid or next_uid()
                live[y._uid] = t
                ref = self._refs[y._uid] = _Ref(y, self._forget)
                ref.uid = y._uid


class _Ref(weakref.ref[Tensor]):
    """A weak reference that knows the number of what it referred to."""

    __slots__ = ("uid",)
    uid: int


def _forgetter(accumulator: ForwardAccumulator) -> Callable[[Any], None]:
    """What drops a tangent when its tensor dies; it does not keep the accumulator alive."""
    owner = weakref.ref(accumulator)

    def forget(ref: _Ref) -> None:
        alive = owner()
        if alive is not None:
            alive._live.pop(ref.uid, None)
            alive._refs.pop(ref.uid, None)

    return forget


def _must_differ(primals: list[Any]) -> None:
    seen: list[Any] = []
    for primal in primals:
        if not isinstance(primal, (Tensor, Variable)):
            raise TypeError(not_followed(primal, "primal"))
        if any(primal is other for other in seen):
            raise ValueError(
                f"{primal!r} was specified as a primal multiple times. This may indicate an error; if it was intended, "
                "name it once and sum the corresponding tangents."
            )
        seen.append(primal)
