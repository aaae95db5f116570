"""Branches, loops, maps, folds, TensorArray and Python functions: values and gradients."""

import numpy as np

V = [1.0, -2.0, 3.0]


def _gradient(of):
    """Value and gradient of a function of one watched vector."""

    def program(tf):
        x = tf.constant(V)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = of(tf, x)
        return y, tape.gradient(y, x)

    return program


def _second(of):
    """Gradient of the gradient's sum of squares."""

    def program(tf):
        x = tf.constant(V)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = of(tf, x)
            g = inner.gradient(y, x)
            z = tf.reduce_sum(g * g)
        return g, outer.gradient(z, x)

    return program


def _power(tf, x):
    return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))[1]


def _until_large(tf, x):
    return tf.while_loop(lambda y: tf.reduce_sum(y) < 100.0, lambda y: (y * y + x,), [x])[0]


def _array(tf, x):
    a = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for i in range(3):
        a = a.write(i, x[i] * x[2 - i])
    return a.stack()


def _read(tf, x):
    a = tf.TensorArray(tf.float32, size=3, clear_after_read=False).unstack(x * x)
    return a.read(0) * a.read(1) + a.read(1)


def _recompute(tf, x):
    return tf.recompute_grad(lambda u: tf.exp(u) * tf.sin(u))(x)


def _recompute_variables(tf):
    w, b = tf.Variable(2.0), tf.Variable(-1.0)
    f = tf.recompute_grad(lambda u: u * u * w + b)
    x = tf.constant(V)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(f(x))
    return tape.gradient(y, [x, w, b])


def _in_place(tf):
    a = tf.TensorArray(tf.float32, size=2)
    return a.write(0, 1.0).write(1, 2.0).stack(), a.size(), a.read(0), a.dtype.name


GRADIENTS = {
    "cond": lambda tf, x: tf.cond(x[0] > 0, lambda: x * x, lambda: x),
    "cond of a Python value": lambda tf, x: x * tf.cond(x[0] < 0, lambda: 1.0, lambda: 2.0),
    "case": lambda tf, x: tf.case([(x[0] > 5, lambda: x), (x[0] > 0, lambda: x**3)], default=lambda: -x),
    "switch_case": lambda tf, x: tf.switch_case(tf.constant(1), [lambda: x, lambda: x * x]),
    "while_loop": _power,
    "while_loop until": _until_large,
    "map_fn": lambda tf, x: tf.map_fn(lambda v: v * v * x[0], x),
    "map_fn of two": lambda tf, x: tf.map_fn(lambda p: p[0] * p[1], (x, x * 2.0), fn_output_signature=tf.float32),
    "map_fn of rows": lambda tf, x: tf.map_fn(tf.reduce_sum, tf.stack([x, x * x])),
    "vectorized_map": lambda tf, x: tf.vectorized_map(lambda v: tf.sin(v) * x, x),
    "vectorized_map of one for all": lambda tf, x: tf.vectorized_map(lambda p: p[0] * p[1], (x, x[1:2])),
    "foldl": lambda tf, x: tf.foldl(lambda a, v: a * v + v, x),
    "foldl from": lambda tf, x: tf.foldl(lambda a, v: a * v + v, x, initializer=2.0),
    "foldr": lambda tf, x: tf.foldr(lambda a, v: a * v + v, x),
    "foldr from": lambda tf, x: tf.foldr(lambda a, v: a * v + v, x, initializer=2.0),
    "scan": lambda tf, x: tf.scan(lambda a, v: a * v, x),
    "scan from": lambda tf, x: tf.scan(lambda a, v: a * v, x, initializer=0.5),
    "scan back": lambda tf, x: tf.scan(lambda a, v: a * v, x, reverse=True),
    "scan of two": lambda tf, x: tf.scan(lambda a, v: (a[0] + v, a[1] * v), x, initializer=(0.0, 1.0))[1],
    "TensorArray": _array,
    "TensorArray read": _read,
    "py_function": lambda tf, x: tf.py_function(lambda u: u * u, [x], tf.float32),
    "numpy_function": lambda tf, x: tf.numpy_function(np.sinh, [x], tf.float32),
    "grad_pass_through": lambda tf, x: tf.grad_pass_through(tf.round)(x * 0.7) * x,
    "recompute_grad": _recompute,
}

PROGRAMS = {
    **{f"gradient {name}": _gradient(of) for name, of in GRADIENTS.items()},
    **{
        f"second {name}": _second(GRADIENTS[name])
        for name in ("cond", "while_loop", "map_fn", "foldl", "scan", "TensorArray")
    },
    "recompute_grad with variables": _recompute_variables,
    "TensorArray in place": _in_place,
    "cond gives structures": lambda tf: tf.cond(True, lambda: [1, (tf.constant(2.0),)], lambda: None),
    "cond of a vector": lambda tf: tf.cond(tf.constant(V) > 0, lambda: 1, lambda: 2),
    "cond without functions": lambda tf: tf.cond(True, 1, 2),
    "case without default": lambda tf: tf.case([(tf.constant(False), lambda: tf.constant(1))]),
    "case falls to its last": lambda tf: tf.case(
        [(tf.constant(False), lambda: tf.constant(1)), (tf.constant(False), lambda: tf.constant(2))]
    ),
    "case of no pairs": lambda tf: tf.case([]),
    "case of no pair": lambda tf: tf.case([1]),
    "switch_case out of range": lambda tf: [
        tf.switch_case(tf.constant(i), [lambda: tf.constant(1), lambda: tf.constant(2)]) for i in (-1, 0, 7)
    ],
    "switch_case default": lambda tf: tf.switch_case(
        tf.constant(7), [lambda: tf.constant(1)], default=lambda: tf.constant(9)
    ),
    "switch_case numbered": lambda tf: tf.switch_case(
        tf.constant(1), [(1, lambda: tf.constant(1)), (0, lambda: tf.constant(2))]
    ),
    "switch_case with a gap": lambda tf: tf.switch_case(
        tf.constant(1), {0: lambda: tf.constant(1), 2: lambda: tf.constant(2)}
    ),
    "switch_case of a Python number": lambda tf: tf.switch_case(1, [lambda: tf.constant(1)]),
    "switch_case of a float": lambda tf: tf.switch_case(tf.constant(1.0), [lambda: tf.constant(1)]),
    "switch_case of nothing": lambda tf: tf.switch_case(tf.constant(1), []),
    "while_loop keeps lists": lambda tf: tf.while_loop(lambda i, s: i < 5, lambda i, s: [i + 1, s * 2], [0, 1.0]),
    "while_loop of structures": lambda tf: tf.while_loop(
        lambda i, s: i < 2, lambda i, s: (i + 1, {"a": s["a"] * 2}), (tf.constant(0), {"a": tf.constant(V)})
    ),
    "while_loop that does not run": lambda tf: tf.while_loop(lambda i: i < 0, lambda i: i + 1, [0]),
    "while_loop at most": lambda tf: tf.while_loop(
        lambda i, s: True, lambda i, s: (i + 1, s * 2), (0, 1), maximum_iterations=3
    ),
    "while_loop of another structure": lambda tf: tf.while_loop(lambda i, s: i < 5, lambda i, s: (i + 1,), (0, 1.0)),
    "while_loop of nothing": lambda tf: tf.while_loop(lambda: False, lambda: (), []),
    "while_loop without function": lambda tf: tf.while_loop(1, lambda i: i, [1]),
    "map_fn with a signature": lambda tf: tf.map_fn(
        lambda v: (v, tf.cast(v, tf.int32)), tf.constant(V), fn_output_signature=(tf.float32, tf.int32)
    ),
    "map_fn with a dtype": lambda tf: tf.map_fn(lambda v: tf.cast(v, tf.int32), tf.constant(V), dtype=tf.int32),
    "map_fn of arrays": lambda tf: tf.map_fn(lambda v: v * 2, np.array(V)),
    "map_fn of nothing": lambda tf: tf.map_fn(lambda v: v * 2, tf.constant(V)[:0]),
    "map_fn gives numbers": lambda tf: tf.map_fn(lambda v: 1.0, tf.constant(V)),
    "map_fn of a scalar": lambda tf: tf.map_fn(lambda v: v * 2, tf.constant(1.0)),
    "map_fn of two lengths": lambda tf: tf.map_fn(
        lambda p: p[0] + p[1], (tf.constant(V), tf.constant(V)[:2]), fn_output_signature=tf.float32
    ),
    "map_fn of two shapes": lambda tf: tf.map_fn(tf.range, tf.constant([1, 2])),
    "vectorized_map of structures": lambda tf: tf.vectorized_map(
        lambda p: (p[0] * 2, {"a": p[1]}), (tf.constant(V), tf.constant(V))
    ),
    "vectorized_map gives constants": lambda tf: tf.vectorized_map(lambda v: tf.constant(1.0), tf.constant(V)),
    "vectorized_map of nothing": lambda tf: tf.vectorized_map(lambda v: tf.stack([v, v]), tf.constant(V)[:0]),
    "foldl of nothing": lambda tf: tf.foldl(lambda a, v: a + v, tf.constant(V)[:0]),
    "foldl of nothing from": lambda tf: tf.foldl(lambda a, v: a + v, tf.constant(V)[:0], initializer=1.0),
    "foldl of two": lambda tf: tf.foldl(lambda a, v: (a[0] + v[0], a[1] * v[1]), (tf.constant(V), tf.constant(V))),
    "scan of two": lambda tf: tf.scan(lambda a, v: (a[0] + v[0], a[1] * v[1]), (tf.constant(V), tf.constant(V))),
    "scan of another structure": lambda tf: tf.scan(lambda a, v: (a, v), tf.constant(V)),
    "scan of nothing": lambda tf: tf.scan(lambda a, v: a + v, tf.constant(V)[:0], initializer=1.0),
    "scan of nothing from nothing": lambda tf: tf.scan(lambda a, v: a + v, tf.constant(V)[:0]),
    "TensorArray fills up with zeros": lambda tf: tf.TensorArray(tf.float32, 3).write(1, [1.0, 2.0]).stack(),
    "TensorArray grows": lambda tf: tf.TensorArray(tf.float32, 0, dynamic_size=True).write(3, 1.0).stack(),
    "TensorArray gather": lambda tf: tf.TensorArray(tf.float32, 3).unstack(V).gather([2, 0]),
    "TensorArray scatter": lambda tf: tf.TensorArray(tf.float32, 3).scatter([2, 0], [1.0, 2.0]).stack(),
    "TensorArray concat": lambda tf: (
        tf.TensorArray(tf.float32, 2, infer_shape=False).write(0, [1.0, 2.0]).write(1, [3.0]).concat()
    ),
    "TensorArray split": lambda tf: tf.TensorArray(tf.float32, 2, infer_shape=False).split(V, [2, 1]).read(0),
    "TensorArray of a known shape": lambda tf: tf.TensorArray(tf.float32, 2, element_shape=[2]).stack(),
    "TensorArray of nothing": lambda tf: tf.TensorArray(tf.float32, 0).stack(),
    "TensorArray never written": lambda tf: tf.TensorArray(tf.float32, 2).stack(),
    "TensorArray without size": lambda tf: tf.TensorArray(tf.float32),
    "TensorArray too far": lambda tf: tf.TensorArray(tf.float32, 2).write(5, 1.0),
    "TensorArray before its start": lambda tf: tf.TensorArray(tf.float32, 2).write(-1, 1.0),
    "TensorArray of another dtype": lambda tf: tf.TensorArray(tf.float32, 2).write(0, tf.constant(1)),
    "TensorArray of another shape": lambda tf: tf.TensorArray(tf.float32, 2).write(0, 1.0).write(1, [1.0]),
    "TensorArray read twice": lambda tf: [a := tf.TensorArray(tf.float32, 1).write(0, 1.0), a.read(0), a.read(0)],
    "py_function of lists": lambda tf: tf.py_function(lambda v: [v * 2, v], [tf.constant(V)], [tf.float32, tf.float32]),
    "py_function gives arrays": lambda tf: tf.py_function(lambda v: v.numpy() * 2, [tf.constant(V)], tf.float32),
    "py_function gives numbers": lambda tf: tf.py_function(lambda v: 1.5, [tf.constant(V)], tf.float64),
    "py_function gives nothing": lambda tf: tf.py_function(lambda v: None, [tf.constant(V)], []),
    "py_function of another dtype": lambda tf: tf.py_function(lambda v: v, [tf.constant(V)], tf.float64),
    "numpy_function of lists": lambda tf: tf.numpy_function(
        lambda v: (v, v), [tf.constant(V)], [tf.float32, tf.float32]
    ),
    "numpy_function of another dtype": lambda tf: tf.numpy_function(np.float64, [tf.constant(V)], tf.float32),
    "numpy_function of one": lambda tf: tf.numpy_function(lambda v: v, [tf.constant(V)], [tf.float32]),
    "identity_n": lambda tf: tf.identity_n([tf.constant(V), tf.constant(1)]),
    "group": lambda tf: tf.group(tf.constant(V)),
    "executing_eagerly": lambda tf: tf.executing_eagerly(),
}
