"""Eight steps of every optimizer on a small problem, and the learning-rate schedules."""

import numpy as np

X = np.array([[1, 2, -1], [0.5, -1, 3], [2, 0.25, 1], [-1.5, 1, 0.75]])
Y = np.array([1, -2, 0.5, 3])

OPTIMIZERS = {
    "SGD": lambda o: o.SGD(0.1),
    "SGD default": lambda o: o.SGD(),
    "SGD momentum": lambda o: o.SGD(0.1, momentum=0.9),
    "SGD nesterov": lambda o: o.SGD(0.1, momentum=0.9, nesterov=True),
    "SGD weight decay": lambda o: o.SGD(0.1, momentum=0.9, weight_decay=0.01),
    "SGD clipnorm": lambda o: o.SGD(0.1, clipnorm=0.5),
    "SGD clipvalue": lambda o: o.SGD(0.1, clipvalue=0.2),
    "SGD global_clipnorm": lambda o: o.SGD(0.1, global_clipnorm=0.7),
    "SGD piecewise": lambda o: o.SGD(o.schedules.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01]), momentum=0.9),
    "SGD function": lambda o: o.SGD(lambda: 0.05),
    "Adam": lambda o: o.Adam(0.1),
    "Adam default": lambda o: o.Adam(),
    "Adam amsgrad": lambda o: o.Adam(0.1, amsgrad=True),
    "Adam positional": lambda o: o.Adam(0.1, 0.8, 0.99, 1e-3),
    "Adam exponential": lambda o: o.Adam(o.schedules.ExponentialDecay(0.1, 3, 0.5)),
    "AdamW": lambda o: o.AdamW(0.1, weight_decay=0.05),
    "RMSprop": lambda o: o.RMSprop(0.01),
    "RMSprop momentum": lambda o: o.RMSprop(0.01, momentum=0.9),
    "RMSprop centered": lambda o: o.RMSprop(0.01, momentum=0.5, centered=True),
    "Adagrad": lambda o: o.Adagrad(0.1),
    "Adadelta": lambda o: o.Adadelta(1.0),
    "Adamax": lambda o: o.Adamax(0.1),
    "Nadam": lambda o: o.Nadam(0.1),
    "Ftrl": lambda o: o.Ftrl(0.1),
    "Ftrl penalties": lambda o: o.Ftrl(
        0.1,
        l1_regularization_strength=0.01,
        l2_regularization_strength=0.02,
        l2_shrinkage_regularization_strength=0.03,
        beta=0.1,
    ),
    "Lion": lambda o: o.Lion(0.01),
}


def _steps(make, dtype):
    """Gradients written out in NumPy, so that nothing but the optimizer is compared."""

    def program(tf):
        w, b = tf.Variable(np.array([0.5, -1.5, 2.0], dtype)), tf.Variable(np.array(0.25, dtype))
        x, y, optimizer, path = X.astype(dtype), Y.astype(dtype), make(tf.optimizers), []
        for _ in range(8):
            error = (x * w.numpy()).sum(1, dtype=dtype) + b.numpy() - y
            slope = ((x * error[:, None]).sum(0, dtype=dtype) / dtype(4)).astype(dtype)
            optimizer.apply_gradients([(tf.constant(slope), w), (tf.constant(dtype(error.mean())), b)])
            path.append(np.append(w.numpy(), b.numpy()))
        return np.array(path)

    return program


SCHEDULES = {
    "ExponentialDecay": lambda s: s.ExponentialDecay(0.1, 3, 0.5),
    "ExponentialDecay staircase": lambda s: s.ExponentialDecay(0.1, 3, 0.5, staircase=True),
    "InverseTimeDecay": lambda s: s.InverseTimeDecay(0.1, 3, 0.5),
    "InverseTimeDecay staircase": lambda s: s.InverseTimeDecay(0.1, 3, 0.5, staircase=True),
    "PolynomialDecay": lambda s: s.PolynomialDecay(0.1, 5, 0.01, power=2.0),
    "PolynomialDecay cycle": lambda s: s.PolynomialDecay(0.1, 5, 0.01, power=0.5, cycle=True),
    "PiecewiseConstantDecay": lambda s: s.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01]),
    "CosineDecay": lambda s: s.CosineDecay(0.1, 8, alpha=0.1),
    "CosineDecay warm-up": lambda s: s.CosineDecay(0.0, 8, warmup_target=0.1, warmup_steps=4),
    "CosineDecayRestarts": lambda s: s.CosineDecayRestarts(0.1, 3, t_mul=2.0, m_mul=0.8, alpha=0.05),
    "CosineDecayRestarts of one length": lambda s: s.CosineDecayRestarts(0.1, 3, t_mul=1.0),
}


def _rates(make):
    return lambda tf: [make(tf.optimizers.schedules)(step) for step in range(14)]


def _state(tf):
    w = tf.Variable([1.0, 2.0])
    optimizer = tf.optimizers.Adam(0.5)
    optimizer.apply_gradients([(tf.constant([1.0, -3.0]), w)])
    return [optimizer.iterations, optimizer.learning_rate, *optimizer.variables]


def _rate_is_settable(tf):
    w, optimizer, path = tf.Variable(1.0), tf.optimizers.SGD(0.5), []
    for rate in (None, 0.25, 0.125):
        if rate:
            optimizer.learning_rate = rate
        optimizer.apply_gradients([(tf.constant(1.0), w)])
        path.append((optimizer.learning_rate.numpy(), w.numpy()))
    optimizer.learning_rate.assign(2.0)
    optimizer.apply_gradients([(tf.constant(1.0), w)])
    return path, w


def _schedule_reads_the_steps(tf):
    w, optimizer = tf.Variable(1.0), tf.optimizers.SGD(tf.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))
    rates = []
    for _ in range(3):
        rates.append(optimizer.learning_rate)
        optimizer.apply_gradients([(tf.constant(1.0), w)])
    return rates, w, optimizer.iterations


def _constraint(tf):
    w = tf.Variable([1.0, 2.0], constraint=lambda x: tf.clip_by_value(x, 0.0, 1.5))
    tf.optimizers.SGD(1.0).apply_gradients([(tf.constant([3.0, 0.0]), w)])
    return w


def _one_gradient_missing(tf):
    w, b = tf.Variable(1.0), tf.Variable(2.0)
    tf.optimizers.SGD(1.0).apply_gradients([(None, w), (tf.constant(1.0), b)])
    return w, b


def _same_variable_twice(tf):
    w = tf.Variable(1.0)
    tf.optimizers.SGD(0.1, momentum=0.5).apply_gradients([(tf.constant(1.0), w), (tf.constant(1.0), w)])
    return w


def _slices(tf):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    optimizer = tf.optimizers.Adam(0.1)
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(w, [0, 2]) ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, w), w)])
    return w


def _arrays_as_gradients(tf):
    w = tf.Variable([1.0, 2.0])
    optimizer = tf.optimizers.SGD(1.0)
    optimizer.apply_gradients([(np.array([1.0, 1.0]), w)])
    optimizer.apply_gradients([([1.0, 1.0], w)])
    return w


def _training(tf):
    w, b = tf.Variable([[0.0], [0.0]]), tf.Variable(0.0)
    x, y = tf.constant([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]]), tf.constant([[1.0], [2.0], [3.0]])
    optimizer, losses = tf.keras.optimizers.Adam(learning_rate=0.1), []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
        optimizer.apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))  # noqa: B905 - as tutorials write it
        losses.append(loss)
    return losses, w, b


PROGRAMS = {
    **{f"{name} {d.__name__}": _steps(make, d) for name, make in OPTIMIZERS.items() for d in (np.float32, np.float64)},
    **{name: _rates(make) for name, make in SCHEDULES.items()},
    "state": _state,
    "the rate is settable": _rate_is_settable,
    "a schedule reads the steps": _schedule_reads_the_steps,
    "constraint": _constraint,
    "one gradient missing": _one_gradient_missing,
    "the same variable twice": _same_variable_twice,
    "slices": _slices,
    "arrays as gradients": _arrays_as_gradients,
    "training": _training,
    "all gradients missing": lambda tf: tf.optimizers.SGD(1.0).apply_gradients([(None, tf.Variable(1.0))]),
    "no pairs": lambda tf: tf.optimizers.SGD(1.0).apply_gradients([]),
    "no pair": lambda tf: tf.optimizers.SGD(1.0).apply_gradients([tf.constant(1.0)]),
    "momentum too large": lambda tf: tf.optimizers.SGD(0.1, momentum=2.0),
    "two limits": lambda tf: tf.optimizers.SGD(0.1, clipnorm=1.0, clipvalue=1.0),
    "unknown argument": lambda tf: tf.optimizers.SGD(0.1, momentun=0.9),
    "gradient of another shape": lambda tf: tf.optimizers.Adam().apply_gradients(
        [(tf.constant([1.0, 2.0, 3.0]), tf.Variable([1.0, 2.0]))]
    ),
    "boundaries and values": lambda tf: tf.optimizers.schedules.PiecewiseConstantDecay([2, 4], [1.0, 0.5]),
    "no steps to decay": lambda tf: tf.optimizers.schedules.ExponentialDecay(0.1, 0, 0.5),
    "unknown name": lambda tf: tf.optimizers.get("nonsense"),
}
