"""Losses as functions and as objects: values, gradients, reductions, weights, and what is refused."""

import numpy as np

TRUE = [[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]
PREDICTED = [[1.5, 1.0, 0.5], [-2.0, 0.25, 3.5]]
LABELS = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
CLASSES = [0, 2]
SHARES = [[0.7, 0.2, 0.1], [0.3, 0.45, 0.25]]
LOGITS = [[2.0, -1.0, 0.5], [0.0, 1.0, -0.5]]

FUNCTIONS = {
    "mean_squared_error": (lambda k: k.losses.get("mse"), TRUE, PREDICTED),
    "mean_absolute_error": (lambda k: k.losses.get("mae"), TRUE, PREDICTED),
    "mean_absolute_percentage_error": (lambda k: k.losses.get("mape"), TRUE, PREDICTED),
    "mean_squared_logarithmic_error": (lambda k: k.losses.get("msle"), np.abs(TRUE), np.abs(PREDICTED)),
    "huber": (lambda k: k.losses.huber, TRUE, PREDICTED),
    "huber of 0.3": (lambda k: lambda y, p: k.losses.huber(y, p, delta=0.3), TRUE, PREDICTED),
    "log_cosh": (lambda k: k.losses.logcosh, TRUE, PREDICTED),
    "poisson": (lambda k: k.losses.poisson, np.abs(TRUE), np.abs(PREDICTED)),
    "kl_divergence": (lambda k: k.losses.get("kld"), LABELS, SHARES),
    "cosine_similarity": (lambda k: k.losses.cosine_similarity, TRUE, PREDICTED),
    "hinge": (lambda k: k.losses.hinge, [[1.0, -1.0, 1.0]] * 2, PREDICTED),
    "hinge of 0 and 1": (lambda k: k.losses.hinge, LABELS, PREDICTED),
    "squared_hinge": (lambda k: k.losses.squared_hinge, LABELS, PREDICTED),
    "categorical_hinge": (lambda k: k.losses.categorical_hinge, LABELS, PREDICTED),
    "binary_crossentropy": (lambda k: k.losses.binary_crossentropy, LABELS, SHARES),
    "binary_crossentropy at the ends": (lambda k: k.losses.binary_crossentropy, LABELS, [[0.0, 1.0, 0.5]] * 2),
    "binary_crossentropy of logits": (
        lambda k: lambda y, p: k.losses.binary_crossentropy(y, p, from_logits=True, label_smoothing=0.2),
        LABELS,
        LOGITS,
    ),
    "binary_focal_crossentropy": (
        lambda k: lambda y, p: k.losses.binary_focal_crossentropy(y, p, apply_class_balancing=True),
        LABELS,
        SHARES,
    ),
    "categorical_crossentropy": (lambda k: k.losses.categorical_crossentropy, LABELS, SHARES),
    "categorical_crossentropy smoothed": (
        lambda k: lambda y, p: k.losses.categorical_crossentropy(y, p, label_smoothing=0.1),
        LABELS,
        SHARES,
    ),
    "categorical_crossentropy of logits": (
        lambda k: lambda y, p: k.losses.categorical_crossentropy(y, p, from_logits=True),
        LABELS,
        LOGITS,
    ),
    "sparse_categorical_crossentropy": (lambda k: k.losses.sparse_categorical_crossentropy, CLASSES, SHARES),
    "sparse_categorical_crossentropy of logits": (
        lambda k: lambda y, p: k.losses.sparse_categorical_crossentropy(y, p, from_logits=True),
        [[0], [2]],
        LOGITS,
    ),
    "sparse_categorical_crossentropy but": (
        lambda k: lambda y, p: k.losses.sparse_categorical_crossentropy(y, p, ignore_class=2),
        CLASSES,
        SHARES,
    ),
    "MeanSquaredError": (lambda k: k.losses.MeanSquaredError(), TRUE, PREDICTED),
    "MeanAbsoluteError": (lambda k: k.losses.MeanAbsoluteError(), TRUE, PREDICTED),
    "MeanAbsolutePercentageError": (lambda k: k.losses.MeanAbsolutePercentageError(), TRUE, PREDICTED),
    "MeanSquaredLogarithmicError": (
        lambda k: k.losses.MeanSquaredLogarithmicError(),
        np.abs(TRUE).tolist(),
        np.abs(PREDICTED).tolist(),
    ),
    "Huber": (lambda k: k.losses.Huber(0.7), TRUE, PREDICTED),
    "LogCosh": (lambda k: k.losses.LogCosh(), TRUE, PREDICTED),
    "Poisson": (lambda k: k.losses.Poisson(), np.abs(TRUE).tolist(), np.abs(PREDICTED).tolist()),
    "KLDivergence": (lambda k: k.losses.KLDivergence(), LABELS, SHARES),
    "CosineSimilarity": (lambda k: k.losses.CosineSimilarity(axis=0), TRUE, PREDICTED),
    "Hinge": (lambda k: k.losses.Hinge(), LABELS, PREDICTED),
    "SquaredHinge": (lambda k: k.losses.SquaredHinge(), LABELS, PREDICTED),
    "CategoricalHinge": (lambda k: k.losses.CategoricalHinge(), LABELS, PREDICTED),
    "BinaryCrossentropy": (lambda k: k.losses.BinaryCrossentropy(from_logits=True), LABELS, LOGITS),
    "BinaryFocalCrossentropy": (
        lambda k: k.losses.BinaryFocalCrossentropy(gamma=1.5, from_logits=True, label_smoothing=0.1),
        LABELS,
        LOGITS,
    ),
    "CategoricalCrossentropy": (lambda k: k.losses.CategoricalCrossentropy(label_smoothing=0.1), LABELS, SHARES),
    "SparseCategoricalCrossentropy": (
        lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=True),
        CLASSES,
        LOGITS,
    ),
    "SparseCategoricalCrossentropy but": (
        lambda k: k.losses.SparseCategoricalCrossentropy(ignore_class=2),
        CLASSES,
        SHARES,
    ),
}


def _gradient(make, true, predicted):
    """A loss and its gradient."""

    def program(tf):
        p = tf.Variable(np.asarray(predicted, np.float32))
        with tf.GradientTape() as tape:
            loss = make(tf.keras)(tf.constant(np.asarray(true, np.int32 if np.ndim(true) < 2 else np.float32)), p)
        return loss, tape.gradient(loss, p)

    program.loose = 2.0
    return program


def _reductions(tf):
    weights = [1.0, 3.0]
    return {
        f"{reduction} {weighted}": tf.losses.MeanSquaredError(reduction=reduction)(
            TRUE, PREDICTED, sample_weight=weights if weighted else None
        )
        for reduction in ("sum_over_batch_size", "sum", "none", None, "mean", "mean_with_sample_weight")
        for weighted in (False, True)
    }


def _weights_of_columns(tf):
    return tf.losses.MeanAbsoluteError()(TRUE, PREDICTED, sample_weight=[[1.0], [3.0]])


def _own(tf):
    class Quartic(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean((y_true - y_pred) ** 4, axis=-1)

    true, predicted = tf.constant(TRUE), tf.constant(PREDICTED)
    return Quartic()(true, predicted), Quartic(reduction="sum")(true, predicted)


def _names(tf):
    return [
        getattr(tf.losses, name)().name
        for name in ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "Poisson", "BinaryCrossentropy")
    ]


PROGRAMS = {
    **{name: _gradient(*row) for name, row in FUNCTIONS.items()},
    "reductions": _reductions,
    "weights of columns": _weights_of_columns,
    "a loss of one's own": _own,
    "names": _names,
    "a column beside a vector": lambda tf: tf.losses.MeanSquaredError()(
        tf.constant([[1.0], [2.0]]), tf.constant([1.5, 2.5])
    ),
    "a vector beside a column": lambda tf: tf.keras.losses.get("mse")([1.0, 2.0], [[1.5], [2.5]]),
    "vectors": lambda tf: tf.losses.MeanSquaredError()([1.0, 2.0], [1.5, 3.5]),
    "whole targets": lambda tf: tf.keras.losses.get("mae")(tf.constant([1, 2]), tf.constant([1.5, 3.5])),
    "whole numbers": lambda tf: tf.keras.losses.get("mae")([1, 2], [1, 4]),
    "double targets": lambda tf: tf.keras.losses.get("mse")(np.array([1.0, 2.0]), tf.constant([1.5, 3.5])),
    "double predictions": lambda tf: tf.keras.losses.get("mse")([1.0, 2.0], np.array([1.5, 3.5])),
    "two shapes": lambda tf: tf.losses.BinaryCrossentropy()([1.0, 0.0], [[0.5, 0.5, 0.5]]),
    "unknown reduction": lambda tf: tf.losses.MeanSquaredError(reduction="product"),
    "unknown loss": lambda tf: tf.losses.get("nonsense"),
    "classes of another shape": lambda tf: tf.losses.SparseCategoricalCrossentropy()([0, 1, 2], SHARES),
    "classes on another axis": lambda tf: tf.keras.losses.sparse_categorical_crossentropy(
        tf.constant([0, 1, 2]), tf.constant(SHARES), axis=0
    ),
}
