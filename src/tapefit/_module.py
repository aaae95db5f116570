"""Module: a named group of variables and of other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tapefit.tape import Tensor, Variable


class Module:
    """A base for classes that hold variables; it finds those in its attributes, and in lists, tuples and dicts there.

    Parameters
    ----------
    name
        By default the class's name.

    Examples
    --------
    >>> import tapefit as tf
    >>> class Line(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.w = tf.Variable(1.0)
    ...         self.b = tf.Variable(0.0)
    ...     def __call__(self, x):
    ...         return self.w * x + self.b
    >>> len(Line().trainable_variables)
    2
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = name or type(self).__name__.lower()

    @property
    def name(self) -> str:
        """The module's name."""
        return getattr(self, "_name", type(self).__name__.lower())

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, in order of their attributes' names."""
        return tuple(self._flatten(predicate=lambda leaf: isinstance(leaf, Variable)))

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """The variables that tapes follow of themselves."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Variable, ...]:
        """The other variables."""
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple[Module, ...]:
        """The modules inside, and those inside of them."""
        return tuple(self._flatten(predicate=lambda leaf: isinstance(leaf, Module)))

    def _flatten(self, predicate: Callable[[Any], bool]) -> Iterator[Any]:
        """What the attributes hold and `predicate` chooses, each object once; own ones first."""
        seen: set[int] = {id(self)}
        waiting: list[Module] = [self]
        while waiting:
            module = waiting.pop(0)
            for _, value in sorted(vars(module).items()):
                for leaf in _leaves(value):
                    if id(leaf) in seen or not isinstance(leaf, (Variable, Module, Tensor)):
                        continue
                    seen.add(id(leaf))
                    if predicate(leaf):
                        yield leaf
                    if isinstance(leaf, Module):
                        waiting.append(leaf)

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """Accept TensorFlow's decorator; names of ops are not scoped here."""
        return method


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for _, inner in sorted(value.items(), key=lambda item: str(item[0])):
            yield from _leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value
