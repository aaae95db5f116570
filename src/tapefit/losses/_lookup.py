"""Losses by their names, as strings and as plain data."""

from __future__ import annotations

from typing import Any

from tapefit.losses import _named as named
from tapefit.losses._loss import Loss
from tapefit.tape.ops import _cross_entropy as entropies
from tapefit.tape.ops import _losses as losses

FUNCTIONS: dict[str, Any] = {
    fn.__name__: fn
    for fn in (
        losses.mean_squared_error,
        losses.mean_absolute_error,
        losses.mean_absolute_percentage_error,
        losses.mean_squared_logarithmic_error,
        losses.huber,
        losses.log_cosh,
        losses.poisson,
        losses.kl_divergence,
        losses.cosine_similarity,
        losses.hinge,
        losses.squared_hinge,
        losses.categorical_hinge,
        entropies.binary_crossentropy,
        entropies.binary_focal_crossentropy,
        entropies.categorical_crossentropy,
        entropies.sparse_categorical_crossentropy,
    )
}
SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "logcosh": "log_cosh",
    "bce": "binary_crossentropy",
}
CLASSES: dict[str, Any] = {
    name: cls for name, cls in vars(named).items() if isinstance(cls, type) and issubclass(cls, Loss) and name[0] != "_"
}


def get(identifier: Any) -> Any:
    """The loss of a name: a function for ``"mse"`` or ``"mean_squared_error"``, an object for ``"MeanSquaredError"``.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if identifier is None or callable(identifier):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        name = SHORT.get(identifier.lower(), identifier)
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        if name in CLASSES and name not in ("FunctionLoss", "Loss"):
            return CLASSES[name]()
    known = sorted([*FUNCTIONS, *SHORT])
    raise ValueError(f"Could not interpret loss identifier: {identifier!r}; use one of {', '.join(known)}.")


def serialize(loss: Any) -> Any:
    """The loss as `deserialize` takes it: an object's name and arguments, or a function's name."""
    return {"class_name": type(loss).__name__, "config": loss.get_config()} if isinstance(loss, Loss) else loss.__name__


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The loss that `serialize` described."""
    if isinstance(config, str):
        return get(config)
    known = {**CLASSES, **(custom_objects or {})}
    if config["class_name"] not in known:
        raise ValueError(f"Unknown loss {config['class_name']!r}; use one of {', '.join(sorted(known))}.")
    return known[config["class_name"]](**config["config"])
