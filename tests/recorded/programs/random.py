"""Random orders under seeds."""

import numpy as np


def _shuffled(value, **seed):
    def program(tf):
        tf.random.set_seed(3)
        first, second = (tf.random.shuffle(value, **seed) for _ in range(2))
        return first, first if seed else second

    return program


PROGRAMS = {
    "numbers": _shuffled(np.arange(10)),
    "many": _shuffled(np.arange(1000, dtype=np.int32)),
    "one": _shuffled(np.ones(1)),
    "nothing": _shuffled(np.ones((0, 2))),
    "rows": _shuffled(np.arange(12.0).reshape(6, 2)),
    "stack": _shuffled(np.arange(24).reshape(4, 3, 2)),
    "with a seed": _shuffled(np.arange(10), seed=7),
    "scalar": _shuffled(5.0),
}
