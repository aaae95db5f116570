"""GradientTape: records what happens to tensors, and differentiates it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tapefit import nest
from tapefit.tape import _log
from tapefit.tape._backward import Record, sweep
from tapefit.tape._gathers import sweep_with_slices
from tapefit.tape._place import Watching, here
from tapefit.tape._plan import planned
from tapefit.tape._readable import GONE, Readable
from tapefit.tape._request import (
    NONE,
    UnconnectedGradients,
    finished,
    packed,
    seeds_of,
    source_leaves,
    target_tensors,
    zero_wanted,
)
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable
from tapefit.tape.primitives import conj, reshape, transpose

if TYPE_CHECKING:
    from tapefit.tape._program import Row


class GradientTape(Readable):
    """Record the ops of a ``with`` block, then ask for gradients.

    Parameters
    ----------
    persistent
        Keep the records after the first `gradient` or `jacobian`, so that more can be asked.
    watch_accessed_variables
        Follow every trainable variable that is read in the block. Tensors are followed after `watch`.
    trace
        Also note the line of every op of the thread until the tape is gone, for `explain` and for printing; slower.

    Examples
    --------
    >>> import tapefit as tf
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = x**2
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=6.0>

    Notes
    -----
    A tape is a list of records in order of execution; `gradient` runs through it once, backwards, without
    recursion. Behaviour follows TensorFlow 2.21; where it is better, `docs/differences.md` says so.
    """

    __slots__ = (
        "__weakref__",
        "_asked",
        "_entered",
        "_gathers",
        "_live",
        "_notes",
        "_persistent",
        "_recording",
        "_records",
        "_remembers",
        "_shown_rows",
        "_tracer",
        "_used",
        "_variables",
        "_watch_accessed",
    )

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True, *, trace: bool = False) -> None:
        self._notes: dict[int, Watching] | None = None
        self._tracer = self._new_tracer() if trace else None
        self._persistent = self._remembers = persistent
        self._watch_accessed = watch_accessed_variables
        self._recording = self._used = self._entered = False
        self._start_anew()

    def _start_anew(self) -> None:
        self._records: list[Record] = []
        self._live: set[int] = set()  # uids of what is watched, and of all that was computed from it
        self._variables: dict[int, Variable] = {}  # watched, by uid
        self._gathers = False  # whether tf.gather was recorded, whose gradients stay slices
        self._asked: tuple[list[Any], list[Any]] | None = None  # targets and seeds, if the tape remembers them
        self._shown_rows: tuple[Row, ...] | None = None  # of a tape that was shown, after its records went

    # -- recording -----------------------------------------------------------------------------

    def __enter__(self) -> GradientTape:
        if self._recording:
            raise ValueError(
                "Tape is still recording, it cannot be entered again inside its own block; make a second tape."
            )
        if self._used and not self._persistent:
            self._start_anew()
            self._used = False
        self._entered = True
        if self._tracer is not None:
            self._tracer.start()
        stack.tapes.append(self)
        self._recording = True
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._recording:
            tapes = stack.tapes
            if tapes and tapes[-1] is self:  # as `_pop`, without the call
                tapes.pop()
                self._recording = False
            else:
                self._pop()

    def _push(self) -> None:
        stack.tapes.append(self)
        self._recording = True

    def _pop(self) -> None:
        tapes = stack.tapes
        if tapes and tapes[-1] is self:
            tapes.pop()
        else:
            tapes[:] = [t for t in tapes if t is not self]
        self._recording = False

    def watch(self, tensor: Any) -> None:
        """Follow a tensor, a variable, or every leaf of a nested structure of them.

        Raises
        ------
        ValueError
            If a leaf is neither tensor nor variable.
        RuntimeError
            If the tape was never entered.
        """
        if not self._entered:
            raise RuntimeError("watch() needs a tape that records; call it inside `with tf.GradientTape() as tape:`.")
        for leaf in nest.flatten(tensor):
            if not isinstance(leaf, (Tensor, Variable)):
                raise ValueError(
                    f"Passed in object {leaf} of type {type(leaf).__name__!r}, not tf.Tensor or tf.Variable; "
                    "make it one with tf.constant or tf.Variable first."
                )
            if leaf.dtype.numpy_dtype.kind not in "fc":
                _log.warn(
                    "The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.%s",
                    leaf.dtype.name,
                )
                continue
            leaf._uid = leaf._uid or next_uid()
            self._notes = {leaf._uid: Watching(here(), self._recording), **(self._notes or {})}
            if isinstance(leaf, Variable):
                self._watch_variable(leaf)
            elif self._recording:
                self._live.add(leaf._uid)

    def _watch_variable(self, variable: Variable) -> None:
        """Called at a variable's first access, too."""
        uid = variable._uid
        self._variables[uid] = variable
        if variable._floats:
            self._live.add(uid)

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables followed so far, in order of their making."""
        return tuple(self._variables[uid] for uid in sorted(self._variables))

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """A block inside the tape's block whose ops are not recorded.

        Raises
        ------
        RuntimeError, ValueError
            If the tape does not record.
        """
        if not self._entered:
            raise RuntimeError("Trying to stop recording a tape which is not recording; enter it with `with` first.")
        self._must_record()
        self._pop()
        try:
            yield
        finally:
            self._push()

    def reset(self) -> None:
        """Forget what was recorded and watched, and go on recording."""
        self._must_record()
        self._start_anew()

    def _must_record(self) -> None:
        if not self._recording:
            raise ValueError("Tape is not recording; call this inside the tape's `with` block.")

    # -- derivatives ---------------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: UnconnectedGradients | str = NONE,
        *,
        on_none: Literal["explain"] | None = None,
    ) -> Any:
        """The gradient of the summed targets with respect to the sources.

        Parameters
        ----------
        target
            A tensor, or a nested structure of tensors whose elements are summed.
        sources
            A tensor or variable, or a nested structure of them.
        output_gradients
            Weights of the targets' elements, one array a target, of its shape. None weighs all by one.
        unconnected_gradients
            ``"none"`` or ``"zero"``: what a source gets that no target depends on.
        on_none
            ``"explain"``: raise an error that says why, instead of returning None.

        Returns
        -------
        Tensor or structure
            The structure of `sources`; each gradient has its source's shape and dtype. For complex sources the
            conjugate convention of TensorFlow.

        Raises
        ------
        RuntimeError
            If the tape is not persistent and was asked before, or was never entered.
        TypeError
            If target or source is something that a tape cannot follow.
        ValueError
            If an output gradient does not fit its target.
        NoGradientError
            If a gradient would be None and `on_none` is ``"explain"``.
        """
        if type(sources) is list and output_gradients is None and unconnected_gradients is NONE and on_none is None:
            repeated = planned(self, target, sources)
            if repeated is not None:
                self._used, self._records, self._live = True, GONE, set()
                return repeated
        targets = target_tensors(target, self)
        flat_sources = source_leaves(sources)
        zero = zero_wanted(unconnected_gradients)
        if on_none not in (None, "explain"):
            raise ValueError(f"Unknown value for on_none: {on_none!r}; use 'explain', or leave it out.")
        self._begin_use("gradient")
        seeds = seeds_of(targets, output_gradients)
        found = self._sweep(targets, seeds, flat_sources)
        if not targets:
            return None
        if self._remembers:
            self._asked = targets, seeds
        self._end_use(found)
        if on_none and not zero:
            self._refuse_none(target, flat_sources, found)
        return packed(sources, flat_sources, [finished(g, s, zero) for g, s in zip(found, flat_sources, strict=True)])

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The derivative of every element of `target` with respect to every element of the sources.

        One backward sweep carries all rows of the jacobian at once; the last two arguments of TensorFlow
        are accepted and change nothing.

        Returns
        -------
        Tensor or structure
            Of shape ``target.shape + source.shape``, in the structure of `sources`.

        Raises
        ------
        RuntimeError
            If the tape is not persistent and was asked before, or was never entered.
        TypeError
            If `target` is not one tensor.
        """
        one = target_tensors(target, self)
        if nest.is_nested(target) or len(one) != 1:
            raise TypeError("jacobian expects one tensor as target, got a structure; ask for each of them in turn.")
        flat_sources = source_leaves(sources)
        zero = zero_wanted(unconnected_gradients)
        self._begin_use("jacobian")
        shape = tuple(one[0].shape)
        array = one[0]._array
        seed = np.eye(array.size, dtype=array.dtype).reshape(array.size, *shape)
        found = self._sweep(one, [seed], flat_sources, lead=1)
        self._end_use(found)
        rows = [finished(g, s, zero, before=shape) for g, s in zip(found, flat_sources, strict=True)]
        return packed(sources, flat_sources, rows)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The jacobian of each row of `target` with respect to the same row of `source`.

        Rows must be independent of each other, as in TensorFlow.

        Returns
        -------
        Tensor
            Of shape ``(n, *target.shape[1:], *source.shape[1:])``.

        Raises
        ------
        ValueError
            If either has fewer than two dimensions, or the first dimensions differ.
        """
        if nest.is_nested(source) or nest.is_nested(target):
            raise TypeError("batch_jacobian expects one target and one source, got a structure; ask for each in turn.")
        (t,), (s,) = target_tensors(target, self), source_leaves(source)
        zero = zero_wanted(unconnected_gradients)
        for what in (t, s):
            if len(what.shape) < 2:
                raise ValueError(
                    f"Shape {tuple(what.shape)} must have rank at least 2: a first axis of rows; use jacobian instead."
                )
        if t.shape[0] != s.shape[0]:
            raise ValueError(
                f"Need first dimension of target shape ({tuple(t.shape)}) and source shape ({tuple(s.shape)}) to match."
            )
        n, inner = t.shape[0], tuple(t.shape[1:])
        size = int(np.prod(inner))
        seed = np.zeros((size, n, *inner), t._array.dtype)
        seed.reshape(size, n, size)[np.arange(size), :, np.arange(size)] = 1
        self._begin_use("batch_jacobian")
        found = self._sweep([t], [seed], [s], lead=1)
        self._end_use(found)
        got = finished(found[0], s, zero, before=(size,))
        if got is None:
            return None
        moved = transpose(got, axes=(1, 0, *range(2, len(got.shape))))
        return reshape(moved, shape=(n, *inner, *s.shape[1:]))

    def _begin_use(self, method: str) -> None:
        if self._entered and not self._used and not self._recording:
            return
        if not self._entered:
            raise RuntimeError(
                f"{method}() was called on a tape that recorded nothing; compute the target inside `with tape:` first."
            )
        if self._used and not self._persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians); "
                "make it with tf.GradientTape(persistent=True) to ask more than once."
            )
        if self._recording and not self._persistent:
            self._pop()
        elif self._recording:
            _log.warn_once(
                "Calling GradientTape.%s on a persistent tape inside its context is significantly less efficient than "
                "calling it outside the context: the gradient ops are recorded on the tape, too. Only call it inside "
                "the context if you want to differentiate the gradient.",
                method,
            )

    def _end_use(self, found: list[Any]) -> None:
        """Let the records go, unless there will be questions about a gradient that is None."""
        self._used = True
        if not self._persistent:
            for g in found:
                if g is None:
                    return
            if self._remembers:
                self._keep_rows()
            self._records, self._live = GONE, set()

    def _sweep(self, targets: list[Any], seeds: list[Any], sources: list[Any], lead: int = 0) -> list[Any]:
        """The sources' cotangents, None where there is none."""
        live, listening = self._live, bool(stack.tapes)
        for s in sources:
            if not s._uid:
                s._uid = next_uid()
        keep = {s._uid for s in sources}
        cotangents: dict[int, Any] = {}
        for target, g in zip(targets, seeds, strict=True):
            uid = target._uid
            if uid in live or uid in keep:
                if target._array.dtype.kind == "c":  # the rules carry the conjugates of TensorFlow's cotangents
                    g = conj(g)
                if listening and type(g) is not Tensor:
                    g = Tensor(g)
                cotangents[uid] = cotangents[uid] + g if uid in cotangents else g
        records = self._records[:] if self._recording else self._records
        if self._gathers and not lead:
            return sweep_with_slices(records, cotangents, live, sources, targets)
        sweep(records, cotangents, live, keep, lead)
        return [cotangents.get(s._uid) for s in sources]
