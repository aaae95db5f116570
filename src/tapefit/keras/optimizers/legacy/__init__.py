"""The names of `tf.keras.optimizers.legacy`: those of `tapefit.optimizers.legacy`."""

from tapefit.optimizers.legacy import SGD, Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, Optimizer, RMSprop

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop"]
