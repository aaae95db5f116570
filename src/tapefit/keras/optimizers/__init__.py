"""The names of `tf.keras.optimizers`: those of `tapefit.optimizers`."""

from tapefit.keras.optimizers import legacy, schedules
from tapefit.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
    deserialize,
    get,
    serialize,
)

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "legacy",
    "schedules",
    "serialize",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
