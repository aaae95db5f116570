"""Datasets of tensors, under the names of `tf.data`."""

from tapefit.tape.dataset._dataset import Dataset
from tapefit.tape.dataset._iterator import DatasetIterator
from tapefit.tape.dataset._pipe import INFINITE as INFINITE_CARDINALITY
from tapefit.tape.dataset._pipe import UNKNOWN as UNKNOWN_CARDINALITY

AUTOTUNE = -1

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "DatasetIterator"]
