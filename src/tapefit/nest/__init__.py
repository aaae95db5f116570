"""Nested structures of lists, tuples and dicts: take them apart, put them together again."""

from tapefit.nest._nest import (
    assert_same_structure,
    flatten,
    is_nested,
    map_structure,
    pack_sequence_as,
)

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]
