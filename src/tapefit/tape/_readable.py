"""What a tape says of itself: printed, drawn, and asked why a gradient is None."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tapefit import nest
from tapefit.errors import NoGradientError
from tapefit.tape._backward import Record
from tapefit.tape._place import user_frame
from tapefit.tape._request import source_leaves, target_tensors
from tapefit.tape._stack import next_uid
from tapefit.tape._variable import Variable

if TYPE_CHECKING:
    from tapefit.tape._explain import Explanation
    from tapefit.tape._gradient_tape import GradientTape
    from tapefit.tape._program import Row
    from tapefit.tape._trace import Tracer

GONE: list[Record] = []  # the records of a tape that has let them go


class Readable:
    """The part of a tape that looks at its records and changes nothing."""

    __slots__ = ()

    def _new_tracer(self) -> Tracer:
        from tapefit.tape._trace import Tracer

        return Tracer(cast("GradientTape", self))

    def explain(self, target: Any, source: Any) -> Explanation:
        """Say why the gradient of `target` with respect to `source` is None.

        May be asked before and after `gradient`; after a gradient that was not None, only of a persistent tape.

        Parameters
        ----------
        target
            A tensor, or a nested structure of tensors, of which the first is explained.
        source
            A tensor or variable.

        Returns
        -------
        Explanation
            The cause, the line where the path was cut, as far as known, and what to write instead. Prints well.

        Raises
        ------
        RuntimeError
            If the tape was never entered, or has let its records go.

        Examples
        --------
        >>> import tapefit as tf
        >>> x = tf.constant(3.0)
        >>> with tf.GradientTape() as tape:
        ...     y = x * x
        >>> tape.explain(y, x).reason
        'x is a tensor that tape was not told to watch'
        """
        from tapefit.tape._explain import explain

        tape = cast("GradientTape", self)
        (s,), (dense, *_), (t, *_) = source_leaves(source), target_tensors(target, tape), nest.flatten(target)
        t = t if isinstance(t, Variable) else dense
        if not tape._entered or tape._records is GONE:
            raise RuntimeError(
                "explain() needs the tape's records; ask before gradient(), or make the tape with persistent=True."
            )
        for x in (s, t):
            x._uid = x._uid or next_uid()
        return explain(tape, t, s, user_frame())

    def _refuse_none(self, target: Any, sources: list[Any], found: list[Any]) -> None:
        for source, g in zip(sources, found, strict=True):
            if g is None:
                raise NoGradientError(str(self.explain(target, source)))

    def __str__(self) -> str:
        """The records as a program: a line each, with values and, after a gradient, cotangents."""
        from tapefit.tape._drawing import as_text

        return as_text(*self._shown())

    def to_dot(self) -> str:
        """The records as a graph in the language of Graphviz."""
        from tapefit.tape._drawing import as_dot

        return as_dot(*self._shown())

    def to_mermaid(self) -> str:
        """The records as a flowchart in the language of Mermaid."""
        from tapefit.tape._drawing import as_mermaid

        return as_mermaid(*self._shown())

    def _repr_html_(self) -> str:
        from tapefit.tape._drawing import as_html

        return as_html(*self._shown())

    def _shown(self) -> tuple[str, tuple[Row, ...]]:
        """A title and the rows; a tape that was shown keeps its rows beyond its gradient."""
        from tapefit.tape._program import program_of, size_of

        tape = cast("GradientTape", self)
        tape._remembers = True
        if tape._records is not GONE:
            return f"GradientTape: {size_of(tape._records)}", program_of(tape, user_frame())
        if tape._shown_rows is None:
            return "GradientTape: its records went with its gradient; print it before, or make it persistent", ()
        return "GradientTape: its records as they were at its gradient", tape._shown_rows

    def _keep_rows(self) -> None:
        """Before the records go: what they look like, as text."""
        from tapefit.tape._program import program_of

        tape = cast("GradientTape", self)
        tape._shown_rows, tape._asked = program_of(tape, user_frame()), None
