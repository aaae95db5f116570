"""Nested structures taken apart and put together."""

import collections

Point = collections.namedtuple("Point", ["x", "y"])
NEST = {"b": [1, (2, 3)], "a": Point(4, {"z": 5})}


def _types(value):
    return [type(value).__name__, *([_types(v) for v in value] if isinstance(value, (list, tuple)) else [])]


def _packed(tf):
    packed = tf.nest.pack_sequence_as(NEST, [10, 20, 30, 40, 50])
    return packed, list(packed), type(packed["a"]).__name__, _types(packed["b"])


PROGRAMS = {
    "flatten": lambda tf: tf.nest.flatten(NEST),
    "flatten a leaf": lambda tf: tf.nest.flatten(7),
    "flatten text": lambda tf: tf.nest.flatten("text"),
    "flatten None": lambda tf: tf.nest.flatten([None, []]),
    "flatten composites": lambda tf: tf.nest.flatten([1, [2]], expand_composites=True),
    "flatten an ordered dict": lambda tf: tf.nest.flatten(collections.OrderedDict([("b", 1), ("a", 2)])),
    "flatten a tensor": lambda tf: tf.nest.flatten(tf.constant([1, 2])),
    "is_nested": lambda tf: [tf.nest.is_nested(v) for v in ([1], (1,), {"a": 1}, Point(1, 2), 1, "text", {1}, None)],
    "pack_sequence_as": _packed,
    "pack_sequence_as a leaf": lambda tf: tf.nest.pack_sequence_as(1, [7]),
    "pack_sequence_as too few": lambda tf: tf.nest.pack_sequence_as(NEST, [1]),
    "pack_sequence_as a leaf of two": lambda tf: tf.nest.pack_sequence_as(1, [7, 8]),
    "pack_sequence_as no list": lambda tf: tf.nest.pack_sequence_as([1], 7),
    "map_structure": lambda tf: tf.nest.map_structure(lambda x: x + 1, NEST),
    "map_structure of two": lambda tf: tf.nest.map_structure(lambda x, y: x + y, [1, {"a": 2}], [3, {"a": 4}]),
    "map_structure of types": lambda tf: tf.nest.map_structure(lambda x, y: x + y, [1, 2], (3, 4)),
    "map_structure of types unchecked": lambda tf: tf.nest.map_structure(
        lambda x, y: x + y, [1, 2], (3, 4), check_types=False
    ),
    "map_structure of others": lambda tf: tf.nest.map_structure(lambda x, y: x + y, [1, 2], [3]),
    "map_structure of nothing": lambda tf: tf.nest.map_structure(lambda: 1),
    "map_structure of no function": lambda tf: tf.nest.map_structure(1, [2]),
    "map_structure with an unknown option": lambda tf: tf.nest.map_structure(abs, [2], nonsense=1),
    "assert_same_structure": lambda tf: tf.nest.assert_same_structure(NEST, NEST),
    "assert_same_structure of keys": lambda tf: tf.nest.assert_same_structure({"a": 1}, {"b": 1}),
    "assert_same_structure of lengths": lambda tf: tf.nest.assert_same_structure([1, 2], [1]),
    "assert_same_structure of types": lambda tf: tf.nest.assert_same_structure([1], (1,)),
    "assert_same_structure of types unchecked": lambda tf: tf.nest.assert_same_structure([1], (1,), check_types=False),
    "assert_same_structure of depth": lambda tf: tf.nest.assert_same_structure([1], [[1]]),
    "assert_same_structure of names": lambda tf: tf.nest.assert_same_structure(
        Point(1, 2), collections.namedtuple("Other", ["x", "y"])(1, 2)
    ),
}
