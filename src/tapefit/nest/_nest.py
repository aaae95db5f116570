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


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
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


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any], expand_composites: bool = False) -> Any:
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


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Refuse two structures unless they have the same nesting.

    Parameters
    ----------
    nest1, nest2
        The structures.
    check_types
        Whether a list and a tuple, say, count as different.
    expand_composites
        Accepted for TensorFlow's sake; it changes nothing.

    Raises
    ------
    ValueError
        If the nesting differs.
    TypeError
        If only the types of sequences or mappings do.
    """
    _compare(nest1, nest2, check_types, "")


def _compare(one: Any, other: Any, check_types: bool, path: str) -> None:
    where = f" at {path}" if path else ""
    places = [_places(one), _places(other)]
    if places[0] != places[1]:
        raise ValueError(
            f"The two structures don't have the same nested structure: {one!r} and {other!r}{where}; "
            "pass structures that match place by place."
        )
    if check_types and not _alike(one, other):
        raise TypeError(
            f"The two structures don't have the same sequence type: {type(one).__name__} and "
            f"{type(other).__name__}{where}; convert one of them, or pass check_types=False."
        )
    for key in places[0] or ():
        _compare(one[key], other[key], check_types, f"{path}[{key!r}]")


def _places(structure: Any) -> list[Any] | None:
    """The keys or numbers of what a structure holds; None for a leaf."""
    if isinstance(structure, Mapping):
        return _keys(structure)
    return list(range(len(structure))) if is_nested(structure) else None


def _alike(one: Any, other: Any) -> bool:
    """Whether both are of one kind: leaves, mappings, named tuples of one name, or sequences of one type."""
    if not is_nested(one) or (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return True
    if hasattr(one, "_fields") and hasattr(other, "_fields"):
        return bool(type(one).__name__ == type(other).__name__ and one._fields == other._fields)
    return type(one) is type(other)


def map_structure(func: Callable[..., Any], *structure: Any, **options: Any) -> Any:
    """Apply `func` to the leaves of the structures, place by place.

    Parameters
    ----------
    func
        A function of as many leaves as there are structures.
    structure
        Structures of the same nesting; the result has that of the first.
    options
        ``check_types`` as for `assert_same_structure`, and ``expand_composites``, which changes nothing.

    Raises
    ------
    ValueError
        If there is no structure, an option is unknown, or the nesting differs.
    TypeError
        If `func` is no function, or the types of the structures differ.

    Examples
    --------
    >>> from tapefit import nest
    >>> nest.map_structure(lambda x, y: x + y, {"a": 1, "b": (2,)}, {"a": 10, "b": (20,)})
    {'a': 11, 'b': (22,)}
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got {func!r}; pass a function.")
    unknown = sorted(set(options) - {"check_types", "expand_composites"})
    if unknown:
        raise ValueError(f"map_structure takes the options check_types and expand_composites, got {unknown}.")
    if not structure:
        raise ValueError("map_structure needs a function and at least one structure, none came; pass one.")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, options.get("check_types", True))
    leaves = zip(*(flatten(s) for s in structure), strict=True)
    return pack_sequence_as(structure[0], [func(*group) for group in leaves])
