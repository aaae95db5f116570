"""Special functions: values and gradients over their domains, in three dtypes."""

import numpy as np

LINE = np.linspace(-3.2, 3.1, 12)
POSITIVE = np.array([0.05, 0.3, 0.9, 1.0, 1.7, 2.5, 4.0, 9.5, 30.0])
UNIT = np.array([0.001, 0.1, 0.35, 0.5, 0.77, 0.99])
LOOSE = {"float16": 3.0, "float32": 60.0, "float64": 1e5}
A = np.array([0.3, 1.0, 2.5, 2.5, 10.0, 50.0])
X = np.array([0.1, 3.0, 1.0, 6.0, 9.0, 60.0])


def of(name, *arrays, dtype="float64", space="math"):
    """Value and gradients of a function by name."""

    def program(tf):
        where = tf.math.special if space == "special" else tf.math
        xs = [tf.constant(a.astype(dtype)) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = getattr(where, name)(*xs)
        return y, tape.gradient(y, xs)

    program.loose = LOOSE[dtype]
    return program


MATH = {
    "lgamma": (np.concatenate([LINE, POSITIVE]),),
    "digamma": (np.concatenate([LINE, POSITIVE]),),
    "erf": (LINE,),
    "erfc": (LINE,),
    "erfinv": (2 * UNIT - 1,),
    "erfcinv": (2 * UNIT,),
    "ndtri": (UNIT,),
    "igamma": (A, X),
    "igammac": (A, X),
    "zeta": (np.array([1.5, 2.0, 3.0, 7.5]), np.array([0.5, 1.0, 2.5, 4.0])),
    "polygamma": (np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.5, 1.0, 2.5, 4.0])),
    "lbeta": (np.array([[0.5, 1.5], [2.0, 3.0]]),),
    "nextafter": (LINE, LINE[::-1]),
}
SPECIAL = {
    **{f"bessel_{kind}": (LINE,) for kind in ("i0", "i0e", "i1", "i1e", "j0", "j1")},
    **{f"bessel_{kind}": (POSITIVE,) for kind in ("k0", "k0e", "k1", "k1e", "y0", "y1")},
    "dawsn": (LINE,),
    "expint": (POSITIVE,),
    "fresnel_cos": (LINE,),
    "fresnel_sin": (LINE,),
    "spence": (POSITIVE,),
}


def _betainc(tf):
    """Only x has a gradient in TensorFlow."""
    a, b, x = (tf.constant(v) for v in (A, A[::-1], UNIT))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.betainc(a, b, x)
    return y, tape.gradient(y, x)


_betainc.loose = 1e5

PROGRAMS = {
    **{f"{n} {d}": of(n, *v, dtype=d) for n, v in MATH.items() for d in ("float64", "float32")},
    **{
        f"special.{n} {d}": of(n, *v, dtype=d, space="special")
        for n, v in SPECIAL.items()
        for d in ("float64", "float32")
    },
    "betainc": _betainc,
    "erf float16": of("erf", LINE, dtype="float16"),
    "erf of integers": lambda tf: tf.math.erf(tf.constant([1, 2])),
    "lgamma at poles": lambda tf: tf.math.lgamma(tf.constant([0.0, -1.0, -2.0])),
    "digamma at poles": lambda tf: tf.math.digamma(tf.constant([0.0, -1.0])),
    "polygamma of a fraction": lambda tf: tf.math.polygamma(tf.constant([0.5, -1.0]), tf.constant([1.0, 1.0])),
    "igamma outside": lambda tf: tf.math.igamma(tf.constant([-1.0, 1.0]), tf.constant([1.0, -1.0])),
    "igamma at the ends": lambda tf: tf.math.igamma(tf.constant([1.0, 1.0]), tf.constant([0.0, np.inf])),
    "betainc outside": lambda tf: tf.math.betainc(
        tf.constant([-1.0, 1.0]), tf.constant([1.0, 1.0]), tf.constant([0.5, 2.0])
    ),
    "zeta outside": lambda tf: tf.math.zeta(tf.constant([0.5, 1.0]), tf.constant([1.0, 1.0])),
    "bessel at 0": lambda tf: [getattr(tf.math.special, f"bessel_{n}")(tf.constant(0.0)) for n in ("k0", "k1", "y0")],
    "ndtri at the ends": lambda tf: tf.math.ndtri(tf.constant([0.0, 1.0, 2.0])),
    "lbeta of a vector": lambda tf: tf.math.lbeta(tf.constant([1.0, 2.0, 3.0])),
    "lgamma broadcast": lambda tf: tf.math.igamma(tf.constant([[1.0], [2.0]]), tf.constant([0.5, 1.0, 2.0])),
}
