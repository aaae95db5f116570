"""Optimizers, under the names of `tf.optimizers` and `tf.keras.optimizers`, and the transforms they are made of."""

from tapefit.optimizers import legacy, schedules
from tapefit.optimizers._lookup import deserialize, get, serialize
from tapefit.optimizers._named import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Ftrl, Lion, Nadam, RMSprop
from tapefit.optimizers._optimizer import Optimizer, Options
from tapefit.optimizers._rules import (
    follow_the_leader,
    negate,
    scale_by_adadelta,
    scale_by_adagrad,
    scale_by_adam,
    scale_by_adamax,
    scale_by_nadam,
    scale_by_rate,
    scale_by_rms,
    scale_by_sign,
    trace,
)
from tapefit.optimizers._transform import Step, Transform, chain, stateless

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
    "Options",
    "RMSprop",
    "Step",
    "Transform",
    "chain",
    "deserialize",
    "follow_the_leader",
    "get",
    "legacy",
    "negate",
    "scale_by_adadelta",
    "scale_by_adagrad",
    "scale_by_adam",
    "scale_by_adamax",
    "scale_by_nadam",
    "scale_by_rate",
    "scale_by_rms",
    "scale_by_sign",
    "schedules",
    "serialize",
    "stateless",
    "trace",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
