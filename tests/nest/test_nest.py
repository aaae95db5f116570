"""Structures are taken apart and put together again as they were."""

from collections import OrderedDict, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapefit import nest

Point = namedtuple("Point", "x y")
LEAVES = st.integers() | st.text() | st.none()
STRUCTURES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Point, inner, inner)
        | st.lists(st.tuples(st.text(max_size=2), inner), max_size=2).map(OrderedDict)
    ),
    max_leaves=8,
)


@given(STRUCTURES)
def test_packing_the_leaves_gives_the_structure(structure):
    again = nest.pack_sequence_as(structure, nest.flatten(structure))
    assert again == structure
    assert type(again) is type(structure)


@given(STRUCTURES)
def test_mapping_keeps_structure_and_order(structure):
    mapped = nest.map_structure(lambda leaf: [leaf][0], structure)
    assert mapped == structure
    if isinstance(structure, dict):
        assert list(mapped) == list(structure)


def test_dicts_flatten_by_sorted_key():
    assert nest.flatten({"b": 1, "a": [2, (3,)]}) == [2, 3, 1]
    assert nest.flatten(5) == [5]
    assert nest.flatten({1: "x", "a": "y"}) == ["x", "y"]


@pytest.mark.parametrize("leaves", [[], [1], [1, 2, 3]])
def test_the_number_of_leaves_must_fit(leaves):
    with pytest.raises(ValueError, match="2 places"):
        nest.pack_sequence_as([0, [0]], leaves)


@pytest.mark.parametrize("other", [[1], [1, 2], {"a": 1}, 5, [1, [2, 3]]])
def test_other_structures_are_told_apart(other):
    with pytest.raises(ValueError, match="same nested structure"):
        nest.assert_same_structure([1, [2]], other)


def test_other_types_are_told_apart_unless_they_shall_not_be():
    with pytest.raises(TypeError, match=r"list and tuple at \[1\]"):
        nest.assert_same_structure([1, [2]], [1, (2,)])
    nest.assert_same_structure([1, [2]], [1, (2,)], check_types=False)


def test_mapping_takes_several_structures():
    assert nest.map_structure(lambda a, b: a + b, [1, {"k": 2}], [10, {"k": 20}]) == [11, {"k": 22}]
    with pytest.raises(ValueError, match="none came"):
        nest.map_structure(print)


def test_is_nested():
    assert [nest.is_nested(v) for v in ([], (), {}, "ab", 1, None)] == [True, True, True, False, False, False]
