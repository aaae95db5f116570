"""Metrics over two batches, weighted and not, and after a reset."""

import numpy as np

TRUE = [[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]
PREDICTED = [[1.5, 1.0, 0.5], [-2.0, 0.25, 3.5]]
LABELS = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
SHARES = [[0.7, 0.2, 0.1], [0.3, 0.45, 0.25]]
POSITIVE = (np.abs(TRUE).tolist(), np.abs(PREDICTED).tolist())

METRICS = {
    "MeanSquaredError": (lambda m: m.MeanSquaredError(), TRUE, PREDICTED),
    "MeanAbsoluteError": (lambda m: m.MeanAbsoluteError(), TRUE, PREDICTED),
    "MeanAbsolutePercentageError": (lambda m: m.MeanAbsolutePercentageError(), *POSITIVE[::-1]),
    "MeanSquaredLogarithmicError": (lambda m: m.MeanSquaredLogarithmicError(), *POSITIVE),
    "RootMeanSquaredError": (lambda m: m.RootMeanSquaredError(), TRUE, PREDICTED),
    "LogCoshError": (lambda m: m.LogCoshError(), TRUE, PREDICTED),
    "Poisson": (lambda m: m.Poisson(), *POSITIVE),
    "KLDivergence": (lambda m: m.KLDivergence(), LABELS, SHARES),
    "Hinge": (lambda m: m.Hinge(), LABELS, PREDICTED),
    "SquaredHinge": (lambda m: m.SquaredHinge(), LABELS, PREDICTED),
    "CategoricalHinge": (lambda m: m.CategoricalHinge(), LABELS, PREDICTED),
    "CosineSimilarity": (lambda m: m.CosineSimilarity(), TRUE, PREDICTED),
    "R2Score": (lambda m: m.R2Score(), TRUE, PREDICTED),
    "R2Score of each": (lambda m: m.R2Score(class_aggregation=None), TRUE, PREDICTED),
    "R2Score by variance": (lambda m: m.R2Score("variance_weighted_average"), TRUE, PREDICTED),
    "Accuracy": (lambda m: m.Accuracy(), [[1.0], [2.0]], [[1.0], [3.0]]),
    "BinaryAccuracy": (lambda m: m.BinaryAccuracy(), LABELS, SHARES),
    "BinaryAccuracy above 0.2": (lambda m: m.BinaryAccuracy(threshold=0.2), LABELS, SHARES),
    "CategoricalAccuracy": (lambda m: m.CategoricalAccuracy(), LABELS, SHARES),
    "SparseCategoricalAccuracy": (lambda m: m.SparseCategoricalAccuracy(), [0, 2], SHARES),
    "SparseCategoricalAccuracy of a column": (lambda m: m.SparseCategoricalAccuracy(), [[0], [1]], SHARES),
    "BinaryCrossentropy": (lambda m: m.BinaryCrossentropy(), LABELS, SHARES),
    "BinaryCrossentropy of logits": (lambda m: m.BinaryCrossentropy(from_logits=True), LABELS, PREDICTED),
    "CategoricalCrossentropy": (lambda m: m.CategoricalCrossentropy(), LABELS, SHARES),
    "SparseCategoricalCrossentropy": (lambda m: m.SparseCategoricalCrossentropy(), [0, 2], SHARES),
    "MeanMetricWrapper": (
        lambda m: m.MeanMetricWrapper(lambda y, p: abs(y - p), name="errors"),
        np.asarray(TRUE, np.float32),
        np.asarray(PREDICTED, np.float32),
    ),
}


def _batches(make, true, predicted):
    """Two batches, the second weighted, then a reset and one row."""

    def program(tf):
        metric = make(tf.metrics)
        whole = np.asarray(true)
        y = tf.constant(whole if whole.dtype.kind == "i" else whole.astype(np.float32))
        p = tf.constant(np.asarray(predicted, np.float32))
        first = metric(y, p)
        metric.update_state(y[::-1], p, sample_weight=[1.0, 3.0])
        second = metric.result()
        metric.reset_state()
        metric.update_state(y[:1], p[:1])
        return metric.name, first, second, metric.result()

    program.loose = 2.0
    return program


def _mean(tf):
    mean = tf.metrics.Mean()
    results = [mean.result()]
    for value, weight in (
        (2.0, None),
        ([1.0, 4.0], None),
        ([[1.0, 2.0], [3.0, 5.0]], None),
        ([1.0, 4.0], [0.0, 2.0]),
        ([[1.0, 2.0], [3.0, 5.0]], [1.0, 3.0]),
        ([[1.0, 2.0], [3.0, 5.0]], [[1.0], [3.0]]),
        ([[1.0, 2.0], [3.0, 5.0]], [[1.0, 2.0], [0.0, 1.0]]),
        (tf.constant([1, 2]), None),
    ):
        mean.update_state(value, sample_weight=weight)
        results.append(mean.result())
    return results, [v.numpy() for v in mean.variables]


def _sum(tf):
    total = tf.metrics.Sum(name="all")
    total.update_state([[1.0, 2.0], [3.0, 5.0]])
    first = total.result()
    total.update_state([[1.0, 2.0], [3.0, 5.0]], sample_weight=[1.0, 3.0])
    second = total.result()
    total.reset_state()
    return total.name, first, second, total.result()


def _own(tf):
    class Largest(tf.keras.metrics.Metric):
        def __init__(self, name="largest", **options):
            super().__init__(name=name, **options)
            self.top = self.add_weight(shape=(), initializer="zeros", name="top")

        def update_state(self, values, sample_weight=None):
            self.top.assign(tf.maximum(tf.convert_to_tensor(self.top), tf.reduce_max(values)))

        def result(self):
            return tf.convert_to_tensor(self.top)

    largest = Largest()
    largest.update_state(tf.constant([1.0, 5.0]))
    return largest.name, largest(tf.constant([2.0, 3.0])), len(largest.variables)


def _training(tf):
    mean, w = tf.keras.metrics.Mean(name="loss"), tf.Variable(2.0)
    for x in (1.0, 2.0):
        with tf.GradientTape() as tape:
            loss = tf.square(w * x - 3.0)
        w.assign_sub(0.1 * tape.gradient(loss, w))
        mean(loss)
    return mean.result(), float(mean.result()), f"{mean.result():.4f}"


PROGRAMS = {
    **{name: _batches(*row) for name, row in METRICS.items()},
    "Mean": _mean,
    "Sum": _sum,
    "a metric of one's own": _own,
    "training": _training,
    "double": lambda tf: tf.metrics.Mean(dtype="float64")([1.0, 2.0]),
    "R2Score of vectors": lambda tf: tf.metrics.R2Score()(tf.constant([1.0]), tf.constant([1.0])),
    "R2Score of what": lambda tf: tf.metrics.R2Score("nonsense"),
}
