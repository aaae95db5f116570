"""Random numbers under seeds: of the program, of an op, of both, and of nothing but a pair."""

import numpy as np


def _shuffled(value, **seed):
    def program(tf):
        tf.random.set_seed(3)
        return [tf.random.shuffle(value, **seed) for _ in range(3)]

    return program


def _calls(*ops, seed=3):
    """Several calls, one after the other, after a global seed."""

    def program(tf):
        if seed is not None:
            tf.random.set_seed(seed)
        return [op(tf) for op in ops]

    program.loose = 12.0  # of float32: TensorFlow's logarithm, sine and cosine are its own
    return program


def _stateless(f):
    def program(tf):
        return f(tf, tf.random)

    program.loose = 12.0
    return program


def _same(op, times=3):
    return [op] * times


def _gamma_gradient(tf):
    a, b = tf.constant([0.3, 1.0, 2.5, 40.0], tf.float64), tf.constant(2.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        x = tf.random.stateless_gamma([3, 4], [5, 6], a, b, tf.float64)
    return [x, *tape.gradient(x, [a, b])]


def _generator(tf):
    g = tf.random.Generator.from_seed(7)
    return [
        g.normal([3]),
        g.uniform([2]),
        g.state.numpy(),
        g.normal([2], dtype=tf.float64),
        g.truncated_normal([3], 1.0, 2.0),
        g.uniform([3], 0, 10, dtype=tf.int32),
        g.uniform_full_int([2], tf.int64),
        g.skip(5),
        g.make_seeds(2),
        [x.state.numpy() for x in g.split(2)],
        g.state.numpy(),
        tf.random.Generator.from_state(g.state, 1).uniform([2]),
        tf.random.create_rng_state(5, "philox"),
    ]


def _seed_set_again(tf):
    out = []
    for _ in range(2):
        tf.random.set_seed(11)
        out.append([tf.random.uniform([2], seed=1), tf.random.uniform([2]), tf.random.uniform([2], seed=1)])
    return out


_gamma_gradient.loose = 1e4  # TensorFlow's gradient has eleven digits
_generator.loose = 12.0
LOGITS = np.log([[0.1, 0.2, 0.7], [0.5, 0.4, 0.1]])
PROGRAMS = {
    "numbers": _shuffled(np.arange(10)),
    "many": _shuffled(np.arange(1000, dtype=np.int32)),
    "one": _shuffled(np.ones(1)),
    "nothing": _shuffled(np.ones((0, 2))),
    "rows": _shuffled(np.arange(12.0).reshape(6, 2)),
    "stack": _shuffled(np.arange(24).reshape(4, 3, 2)),
    "with a seed": _shuffled(np.arange(10), seed=7),
    "scalar": _shuffled(5.0),
    "uniform with a seed, again and again": _calls(*_same(lambda tf: tf.random.uniform([3], seed=7))),
    "normal with a seed, again and again": _calls(*_same(lambda tf: tf.random.normal([3], seed=7))),
    "normal of float64 with a seed": _calls(*_same(lambda tf: tf.random.normal([3], dtype=tf.float64, seed=7))),
    "whole numbers with a seed": _calls(*_same(lambda tf: tf.random.uniform([9], -5, 10, tf.int32, seed=7))),
    "long whole numbers with a seed": _calls(*_same(lambda tf: tf.random.uniform([9], -5, 10**12, tf.int64, seed=7))),
    "truncated normal with a seed": _calls(*_same(lambda tf: tf.random.truncated_normal([30], 1.0, 2.0, seed=7))),
    "gamma with a seed": _calls(*_same(lambda tf: tf.random.gamma([3], [0.5, 2.0], seed=7))),
    "categorical with a seed": _calls(*_same(lambda tf: tf.random.categorical(LOGITS, 7, seed=7))),
    "without a seed": _calls(
        lambda tf: tf.random.uniform([2]),
        lambda tf: tf.random.truncated_normal([5]),
        lambda tf: tf.random.gamma([2], [0.5, 3.0]),
        lambda tf: tf.random.categorical(LOGITS, 5),
        lambda tf: tf.random.uniform([4], 0, 100, tf.int32),
        lambda tf: tf.random.normal([2], [1.0, 5.0], 3.0),
    ),
    "kinds of op count apart": _calls(
        lambda tf: tf.random.uniform([2], seed=7),
        lambda tf: tf.random.normal([2], seed=7),
        lambda tf: tf.random.uniform([2], seed=7, dtype=tf.float64),
        lambda tf: tf.random.uniform([2], seed=8),
        lambda tf: tf.random.uniform([3], 1.0, 5.0, seed=7),
        lambda tf: tf.random.uniform([]),
        lambda tf: tf.random.uniform([2], 0, 10, tf.int32, seed=7),
        lambda tf: tf.random.uniform([2], seed=7),
        lambda tf: tf.random.uniform(np.array([2], np.int64), seed=7),
        lambda tf: tf.random.uniform(tf.constant([2], tf.int64), seed=7),
    ),
    "both seeds 0": _calls(*_same(lambda tf: tf.random.uniform([2], seed=0)), seed=0),
    "an op seed 0": _calls(*_same(lambda tf: tf.random.uniform([2], seed=0))),
    "a large and a negative seed": _calls(
        lambda tf: tf.random.uniform([2], seed=2**40), lambda tf: tf.random.uniform([2], seed=-5), seed=2**33 + 1
    ),
    "the seed set again": _seed_set_again,
    "stateless_uniform": _stateless(
        lambda tf, r: [
            r.stateless_uniform([5], [1, 2]),
            r.stateless_uniform([3], [1, -2], dtype=tf.float64),
            r.stateless_uniform([3], (2**40, 7), -1.0, 5.0),
            r.stateless_uniform([3], tf.constant([1, 2]), dtype=tf.float16),
            r.stateless_uniform([6], [1, 2], -3, 10, tf.int32),
            r.stateless_uniform([6], [1, 2], -3, 10**15, tf.int64),
            r.stateless_uniform([3], [1, 2], None, None, tf.int32),
            r.stateless_uniform([3], [1, 2], None, None, tf.int64),
        ]
    ),
    "stateless_normal": _stateless(
        lambda tf, r: [
            r.stateless_normal([5], [1, 2]),
            r.stateless_normal([2, 3], [1, 2], 3.0, 0.5, tf.float64),
            r.stateless_normal([3], [1, 2], dtype=tf.float16),
        ]
    ),
    "stateless_truncated_normal": _stateless(
        lambda tf, r: [
            r.stateless_truncated_normal([50], [1, 2]),
            r.stateless_truncated_normal([5, 11], [3, 4], 1.0, 2.0, tf.float64),
        ]
    ),
    "stateless_gamma": _stateless(
        lambda tf, r: [
            r.stateless_gamma([40], [1, 2], 2.0),
            r.stateless_gamma([30], [1, 2], 0.2),
            r.stateless_gamma([5], [1, 2], 1.0),
            r.stateless_gamma([5, 2], [1, 2], [0.5, 3.0], 2.0),
            r.stateless_gamma([5, 2, 3], [1, 2], [[0.5], [3.0]], [1.0, 2.0, 3.0]),
        ]
    ),
    "stateless_gamma of a shape that does not fit": lambda tf: tf.random.stateless_gamma([5], [1, 2], [0.5, 3.0]),
    "gradients of stateless_gamma": _gamma_gradient,
    "stateless_categorical": lambda tf: tf.random.stateless_categorical(LOGITS, 25, [1, 2]),
    "a stateless seed that is one number": lambda tf: tf.random.stateless_uniform([2], 1),
    "split and fold_in": lambda tf: [
        tf.random.split([1, 2], 3),
        tf.random.split(tf.constant([1, 2], tf.int64)),
        tf.random.fold_in([1, 2], 5),
    ],
    "a generator": _generator,
    "a negative dimension": lambda tf: tf.random.uniform([-1]),
    "a negative dimension of a stateless one": lambda tf: tf.random.stateless_normal([2, -1], [1, 2]),
    "categorical of a vector": lambda tf: tf.random.categorical([0.1, 0.9], 3),
    "categorical of no class": lambda tf: tf.random.categorical(np.zeros((2, 0)), 3),
}
