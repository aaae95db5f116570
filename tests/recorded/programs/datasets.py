"""Datasets: elements, their order under seeds, their number, and what is refused."""

import collections

import numpy as np

Point = collections.namedtuple("Point", ["x", "y"])
ROWS = ([1.0, 2.0, 3.0, 4.0, 5.0], [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]])


def _of(make):
    """All elements."""
    return lambda tf: list(make(tf.data.Dataset))


def _shuffled(make, seed=None, passes=2):
    """The orders of several passes."""

    def program(tf):
        if seed is not None:
            tf.random.set_seed(seed)
        dataset = make(tf.data.Dataset)
        orders = [[x.numpy().tolist() for x in dataset] for _ in range(passes)]
        tf.random.set_seed(0)
        return orders

    return program


def _interleaved(tf):
    tf.random.set_seed(3)
    first = tf.random.uniform((2,))
    dataset = tf.data.Dataset.range(8).shuffle(8)
    second = tf.random.uniform((2,))
    return first, list(dataset), second, list(dataset)


def _counts(tf):
    d = tf.data.Dataset
    made = {
        "skip": d.range(10).skip(3),
        "take": d.range(10).take(3),
        "take all": d.range(10).take(-1),
        "take many": d.range(3).take(10),
        "skip all": d.range(10).skip(-1),
        "of endless": d.range(10).repeat().take(3),
        "endless": d.range(10).repeat().skip(3),
        "endless nothing": d.range(0).repeat(),
        "repeat 0": d.range(10).repeat(0),
        "repeat 2": d.range(10).repeat(2),
        "shard": d.range(10).shard(3, 1),
        "batch": d.range(10).batch(3),
        "whole batches": d.range(10).batch(3, drop_remainder=True),
        "endless batches": d.range(10).repeat().batch(2),
        "zip": d.zip((d.range(3), d.range(5).repeat())),
        "concatenate": d.range(3).concatenate(d.range(4)),
        "enumerate": d.range(3).enumerate(),
        "unbatch": d.range(4).batch(2).unbatch(),
        "flat_map": d.range(4).flat_map(lambda x: d.range(x)),
        "filter": d.range(4).filter(lambda x: x > 2),
        "map": d.range(4).map(lambda x: x),
        "cache": d.range(4).shuffle(2).cache().prefetch(1),
    }
    return {name: made[name].cardinality() for name in made}


def _training(tf):
    """Mini-batch descent as posts write it."""
    tf.random.set_seed(1)
    x = np.linspace(-1, 1, 20, dtype=np.float32)
    dataset = tf.data.Dataset.from_tensor_slices((x, 3 * x + 1)).shuffle(20).batch(4).repeat(2).prefetch(1)
    w, b, losses = tf.Variable(0.0), tf.Variable(0.0), []
    for step, (xs, ys) in enumerate(dataset.take(7), 1):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(w * xs + b - ys))
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.1 * dw)
        b.assign_sub(0.1 * db)
        losses.append((step, loss))
    return losses, w, b


_training.loose = 4.0  # sums of four numbers, in another order


def _get_next(tf):
    pass_ = iter(tf.data.Dataset.range(1))
    return [pass_.get_next(), pass_.get_next()]


PROGRAMS = {
    "list": _of(lambda d: d.from_tensor_slices([1, 2, 3])),
    "rows": _of(lambda d: d.from_tensor_slices([[1, 2], [3, 4]])),
    "tuple": _of(lambda d: d.from_tensor_slices(ROWS)),
    "dict": _of(lambda d: d.from_tensor_slices({"a": [1, 2], "b": [[1.0], [2.0]]})),
    "arrays": _of(lambda d: d.from_tensor_slices((np.zeros((2, 1)), np.ones(2)))),
    "nothing": _of(lambda d: d.from_tensor_slices([])),
    "one": _of(lambda d: d.from_tensors([1, 2, 3])),
    "variable": lambda tf: list(tf.data.Dataset.from_tensor_slices(tf.Variable([1.0, 2.0]))),
    "range": _of(lambda d: d.range(5, 1, -2)),
    "range of floats": lambda tf: list(tf.data.Dataset.range(3, output_type=tf.float32)),
    "batch": _of(lambda d: d.from_tensor_slices(ROWS).batch(2)),
    "batch of whole": _of(lambda d: d.from_tensor_slices(ROWS).batch(2, drop_remainder=True)),
    "batch of batches": _of(lambda d: d.range(6).batch(2).batch(2)),
    "batch after skip": _of(lambda d: d.from_tensor_slices(ROWS).skip(1).batch(3)),
    "unbatch": _of(lambda d: d.range(5).batch(2).unbatch()),
    "map": _of(lambda d: d.from_tensor_slices(ROWS).map(lambda x, y: x * 2)),
    "map to list": _of(lambda d: d.range(2).map(lambda x: [x, x])),
    "map to dict": _of(lambda d: d.range(2).map(lambda x: {"a": x, "b": (x, x)})),
    "map to number": _of(lambda d: d.range(2).map(lambda x: 1.5)),
    "map of dict": _of(lambda d: d.from_tensor_slices({"a": [1, 2]}).map(lambda e: e["a"])),
    "map of named tuple": _of(lambda d: d.from_tensor_slices(Point([1, 2], [3, 4])).map(lambda p: p.x)),
    "map of inner tuple": _of(lambda d: d.from_tensor_slices((([1, 2], [3, 4]), [5, 6])).map(lambda p, q: p[0] + q)),
    "filter": _of(lambda d: d.range(5).filter(lambda x: x % 2 == 0)),
    "take_while": _of(lambda d: d.range(5).take_while(lambda x: x < 2)),
    "enumerate": _of(lambda d: d.range(2, 4).enumerate(start=5)),
    "zip": _of(lambda d: d.zip((d.range(2), d.range(3)))),
    "zip of several": _of(lambda d: d.zip(d.range(2), d.range(3))),
    "zip of dict": _of(lambda d: d.zip({"a": d.range(2), "b": (d.range(3), d.range(3))})),
    "zip batched": _of(lambda d: d.zip((d.range(4), d.from_tensor_slices(ROWS))).batch(2)),
    "concatenate": _of(lambda d: d.range(2).concatenate(d.range(5, 7))),
    "take": _of(lambda d: d.range(5).take(2)),
    "skip": _of(lambda d: d.range(5).skip(3)),
    "shard": _of(lambda d: d.range(5).shard(2, 1)),
    "repeat": _of(lambda d: d.range(2).repeat(2)),
    "flat_map": _of(lambda d: d.range(1, 4).flat_map(lambda x: d.range(x))),
    "apply": _of(lambda d: d.range(2).apply(lambda e: e.map(lambda x: x + 1))),
    "cache": _of(lambda d: d.range(3).cache().prefetch(1)),
    "reduce": lambda tf: tf.data.Dataset.range(5).reduce(np.int64(0), lambda s, x: s + x),
    "reduce of tuples": lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2], [3, 4])).reduce(
        0, lambda s, x: s + x[0] * x[1]
    ),
    "get_single_element": lambda tf: tf.data.Dataset.range(1).get_single_element(),
    "generator": lambda tf: list(
        tf.data.Dataset.from_generator(
            lambda: ((i, [i * 1.0]) for i in range(2)),
            output_signature=(tf.TensorSpec((), tf.int32), tf.TensorSpec((1,), tf.float32)),
        )
    ),
    "generator of a dtype": lambda tf: list(tf.data.Dataset.from_generator(lambda: range(3), tf.float32)),
    "generator with arguments": lambda tf: list(
        tf.data.Dataset.from_generator(lambda n: range(n), tf.int32, args=(tf.constant(2),))
    ),
    "numpy": lambda tf: list(tf.data.Dataset.from_tensor_slices(ROWS).batch(3).as_numpy_iterator()),
    "counts": _counts,
    "len": lambda tf: [len(tf.data.Dataset.range(10)), len(tf.data.Dataset.range(10).batch(3)), bool(tf.data.Dataset)],
    "constants": lambda tf: [tf.data.AUTOTUNE, tf.data.INFINITE_CARDINALITY, tf.data.UNKNOWN_CARDINALITY],
    "spec": lambda tf: [
        str(d.element_spec)
        for d in (
            tf.data.Dataset.from_tensor_slices(([1, 2], {"a": [[3.0], [4.0]]})),
            tf.data.Dataset.range(3).batch(2),
            tf.data.Dataset.range(3).batch(2, drop_remainder=True),
            tf.data.Dataset.range(3).batch(2).map(lambda x: tf.cast(x, tf.float32) * 2.0).repeat(),
            tf.data.Dataset.range(3).shuffle(3).enumerate(),
        )
    ],
    "training": _training,
    "seeds between": _interleaved,
    "shuffle": _shuffled(lambda d: d.range(10).shuffle(10), 42, 3),
    "shuffle of few": _shuffled(lambda d: d.range(10).shuffle(4), 42, 3),
    "shuffle of more": _shuffled(lambda d: d.range(10).shuffle(100), 1),
    "shuffle of one": _shuffled(lambda d: d.range(5).shuffle(1), 1),
    "shuffle of many": _shuffled(lambda d: d.range(300).shuffle(200), 7),
    "shuffle with a seed": _shuffled(lambda d: d.range(10).shuffle(10, seed=5), 1),
    "shuffle with seed 0": _shuffled(lambda d: d.range(10).shuffle(10, seed=0), 0),
    "shuffle once": _shuffled(lambda d: d.range(10).shuffle(10, seed=5, reshuffle_each_iteration=False), 1),
    "shuffle and repeat": _shuffled(lambda d: d.range(6).shuffle(6).repeat(3), 2),
    "repeat and shuffle": _shuffled(lambda d: d.range(6).repeat(3).shuffle(4), 2),
    "shuffle and batch": _shuffled(lambda d: d.range(10).shuffle(10).batch(3), 2),
    "shuffle of batches": _shuffled(lambda d: d.range(10).batch(3).shuffle(2), 2),
    "shuffle and take": _shuffled(lambda d: d.range(10).shuffle(5).take(3), 2, 3),
    "shuffle and cache": _shuffled(lambda d: d.range(10).shuffle(10).cache(), 2),
    "shuffle twice": _shuffled(lambda d: d.range(10).shuffle(10).shuffle(3), 2),
    "of a scalar": _of(lambda d: d.from_tensor_slices(1)),
    "of two lengths": _of(lambda d: d.from_tensor_slices(([1, 2], [1, 2, 3]))),
    "of None": _of(lambda d: d.from_tensor_slices(None)),
    "batch 0": _of(lambda d: d.range(5).batch(0)),
    "batch of two shapes": lambda tf: list(tf.data.Dataset.range(1, 3).map(tf.range).batch(2)),
    "shuffle 0": _of(lambda d: d.range(5).shuffle(0)),
    "filter without truth": _of(lambda d: d.range(5).filter(lambda x: x)),
    "zip of a list": _of(lambda d: d.zip([d.range(2), d.range(3)])),
    "concatenate of two dtypes": _of(lambda d: d.range(2).concatenate(d.from_tensor_slices([1.0]))),
    "range of nothing": _of(lambda d: d.range()),
    "generator without function": lambda tf: tf.data.Dataset.from_generator(range(3), tf.int32),
    "generator of another dtype": lambda tf: list(tf.data.Dataset.from_generator(lambda: iter(["a"]), tf.int32)),
    "len of endless": lambda tf: len(tf.data.Dataset.range(2).repeat()),
    "len of unknown": lambda tf: len(tf.data.Dataset.range(2).filter(lambda x: x > 0)),
    "subscript": lambda tf: tf.data.Dataset.range(2)[0],
    "get_next beyond": _get_next,
    "next beyond": lambda tf: next(iter(tf.data.Dataset.range(0))),
    "single of several": lambda tf: tf.data.Dataset.range(2).get_single_element(),
    "map to None": _of(lambda d: d.range(2).map(lambda x: None)),
}
