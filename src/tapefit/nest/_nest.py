"""Flatten and rebuild nested lists, tuples, named tuples and dicts.

Leaves come in the order of TensorFlow's nest: sequences by position, dicts by sorted key. A rebuilt
structure keeps the types and the key order of its pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any


def is_nested(value: object) -> bool:
    """True for a list, tuple or mapping: something that holds leaves."""
    return isinstance(value, (list, tuple, Mapping))


def _keys(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        return list(mapping)


def flatten(structure: Any) -> list[Any]:
    """The leaves in order; a leaf alone gives a list of one.

    Examples
    --------
    >>> from tapefit import nest
    >>> nest.flatten({"b": [1, 2], "a": (3,)})
    [3, 1, 2]
    """
    leaves: list[Any] = []
    _collect(structure, leaves)
    return leaves


def _collect(structure: Any, into: list[Any]) -> None:
    if isinstance(structure, (list, tuple)):
        for part in structure:
            _collect(part, into)
    elif isinstance(structure, Mapping):
        for key in _keys(structure):
            _collect(structure[key], into)
    else:
        into.append(structure)


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any]) -> Any:
    """A structure of the same form as `structure` with the leaves of `flat_sequence`.

    Raises
    ------
    ValueError
        If there are more or fewer leaves than places.
    """
    leaves = list(flat_sequence)
    places = len(flatten(structure))
    if len(leaves) != places:
        raise ValueError(f"The structure has {places} places but {len(leaves)} values came; pass one a place.")
    return _rebuild(structure, iter(leaves))


def _rebuild(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        filled = {key: _rebuild(structure[key], leaves) for key in _keys(structure)}
        ordered = {key: filled[key] for key in structure}
        return ordered if type(structure) is dict else type(structure)(ordered)  # type: ignore[call-arg]
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(_rebuild(part, leaves) for part in structure))
    if isinstance(structure, tuple):
        return tuple(_rebuild(part, leaves) for part in structure)
    if isinstance(structure, list):
        return [_rebuild(part, leaves) for part in structure]
    return next(leaves)


def assert_same_structure(nest1: Any, nest2: Any) -> None:
    """Raise ValueError unless both have the same nesting."""
    shape1, shape2 = map_structure(lambda _: 0, nest1), map_structure(lambda _: 0, nest2)
    if shape1 != shape2:
        raise ValueError(
            f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}; "
            "pass structures that match place by place."
        )


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """Apply `func` to the leaves of the structures, place by place."""
    if not structures:
        raise ValueError("map_structure needs a function and at least one structure, none came; pass one.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    leaves = zip(*(flatten(s) for s in structures), strict=True)
    return pack_sequence_as(structures[0], [func(*group) for group in leaves])
