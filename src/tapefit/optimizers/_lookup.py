"""Optimizers by their names, as strings and as plain data."""

from __future__ import annotations

from typing import Any

from tapefit.optimizers._named import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Ftrl, Lion, Nadam, RMSprop
from tapefit.optimizers._optimizer import Optimizer
from tapefit.optimizers.schedules import LearningRateSchedule

NAMED: dict[str, Any] = {
    cls.__name__.lower(): cls for cls in (SGD, Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam, RMSprop)
}


def get(identifier: Any) -> Optimizer:
    """The optimizer of a name, of a configuration, or the optimizer itself.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> import tapefit as tf
    >>> type(tf.optimizers.get("adam")).__name__
    'Adam'
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str) and identifier.lower() in NAMED:
        return NAMED[identifier.lower()]()  # type: ignore[no-any-return]
    raise ValueError(
        f"Could not interpret optimizer identifier: {identifier!r}; use one of {', '.join(sorted(NAMED))}."
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer's name and arguments, as `deserialize` takes them."""
    config = optimizer.get_config()
    rate = config["learning_rate"]
    if isinstance(rate, LearningRateSchedule):
        config["learning_rate"] = {"class_name": type(rate).__name__, "config": rate.get_config()}
    return {"class_name": type(optimizer).__name__, "config": config}


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """The optimizer that `serialize` described."""
    from tapefit.optimizers import schedules

    known = {**NAMED, **{name.lower(): cls for name, cls in (custom_objects or {}).items()}}
    arguments = dict(config["config"])
    rate = arguments.get("learning_rate")
    if isinstance(rate, dict):
        arguments["learning_rate"] = getattr(schedules, rate["class_name"])(**rate["config"])
    name = config["class_name"].lower()
    if name not in known:
        raise ValueError(f"Unknown optimizer {config['class_name']!r}; use one of {', '.join(sorted(known))}.")
    return known[name](**arguments)  # type: ignore[no-any-return]
