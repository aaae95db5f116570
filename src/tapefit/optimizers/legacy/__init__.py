"""The names of `tf.keras.optimizers.legacy`: the same optimizers."""

from tapefit.optimizers._named import SGD, Adadelta, Adagrad, Adam, Adamax, Ftrl, Nadam, RMSprop
from tapefit.optimizers._optimizer import Optimizer

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop"]
