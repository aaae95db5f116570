"""The table of losses. A loss is a function of (y, y_hat) written with tape ops; nothing else about it is coded."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tapefit.errors import UsageError
from tapefit.objective._deviances import binomial_deviance, power_deviance
from tapefit.objective._links import IDENTITY, Link, find_link
from tapefit.tape import Tensor
from tapefit.tape.ops import _math as m

LossFunction = Callable[[Any, Any], Any]
Kind = Literal["squares", "pinball", "smooth", "corners"]
Form = Literal["rows", "mean", "sum"]


@dataclass(frozen=True)
class Loss:
    """A loss of observed and predicted values.

    Attributes
    ----------
    name
        What the summary calls it.
    fn
        ``fn(y, eta)``: one value a row, or their mean or sum; of (y, mu) until `linked` where `of_mean` is set.
    kind
        How it is minimised: "squares" by refined least squares, "pinball" as a linear programme, "smooth" by
        preconditioned descent, "corners" by the same on a smoothing path.
    form
        What `fn` returns: one value a row, or in all rows' mean or sum; None until `check_loss` has seen it.
    level
        For pinball losses: the quantile that is fitted.
    parameters
        The loss's own constants, kept in the model file.
    link
        What the linear predictor is to the prediction.
    of_mean
        Whether `fn` takes the prediction mu in place of the linear predictor.
    family
        The distribution of which it is half the deviance, or "".
    domain
        The name of the values of y that it is defined for, a row of `DOMAINS`.
    key
        Its name in `LOSSES`, or "" for a function of the user's.
    """

    name: str
    fn: LossFunction
    kind: Kind = "smooth"
    form: Form | None = None
    level: float = 0.5
    parameters: Mapping[str, float] = field(default_factory=dict)
    link: Link = IDENTITY
    of_mean: bool = False
    family: str = ""
    domain: str = "everything"
    key: str = ""

    @property
    def options(self) -> dict[str, Any] | None:
        """The arguments of `find_loss` that give it again but for the link; None for a function of the user's."""
        return {"loss": self.key, **self.parameters} if self.key else None

    def linked(self) -> Loss:
        """The same loss as a function of the linear predictor."""
        if not self.of_mean:
            return self
        return replace(self, fn=_after(self.link, self.fn), of_mean=False)


def _after(link: Link, fn: LossFunction) -> LossFunction:
    if link is IDENTITY:
        return fn
    return lambda y, eta: fn(y, link.mean(eta))


def _mse(y: Tensor, y_hat: Tensor) -> Tensor:
    return m.square(y - y_hat)


def _mae(y: Tensor, y_hat: Tensor) -> Tensor:
    return m.abs(y - y_hat)


def _huber(delta: float) -> LossFunction:
    def huber(y: Tensor, y_hat: Tensor) -> Tensor:
        size = m.abs(y - y_hat)
        return m.where(size <= delta, 0.5 * m.square(y - y_hat), delta * (size - 0.5 * delta))

    return huber


def _quantile(level: float) -> LossFunction:
    return lambda y, y_hat: m.maximum(level * (y - y_hat), (level - 1.0) * (y - y_hat))


def _expectile(level: float) -> LossFunction:
    return lambda y, y_hat: m.where(y >= y_hat, level, 1.0 - level) * m.square(y - y_hat)


def _log_cosh(y: Tensor, y_hat: Tensor) -> Tensor:
    e = y_hat - y
    size = m.abs(e)
    near = m.where(size < 1.0, e, 0.0)
    # log cosh = -log(1 - tanh^2) / 2, which keeps the digits of small errors; far out it is |e| - log 2
    return m.where(
        size < 1.0, -0.5 * m.log1p(-m.square(m.tanh(near))), size + m.softplus(-2.0 * size) - 0.6931471805599453
    )


@dataclass(frozen=True)
class Constant:
    """A number that a loss has, as the user may set it.

    Attributes
    ----------
    default
        Where the user does not.
    inside
        Whether a number can be used.
    expected
        Which can, as a message says it.
    """

    default: float
    inside: Callable[[float], bool]
    expected: str


CONSTANTS: dict[str, Constant] = {
    "delta": Constant(1.0, lambda v: 0 < v < float("inf"), "a positive number, in units of y"),
    "level": Constant(0.5, lambda v: 0 < v < 1, "a number between 0 and 1"),
    "power": Constant(1.5, lambda v: 1 <= v < float("inf"), "a number of 1 or more"),
    "quantile": Constant(0.5, lambda v: 0 < v < 1, "a number between 0 and 1"),
}


@dataclass(frozen=True)
class Row:
    """A named loss.

    Attributes
    ----------
    make
        The loss of its constant and link.
    constant
        The name of its constant in `CONSTANTS`, or "".
    link
        Its link where the user gives none.
    """

    make: Callable[[float, Link], Loss]
    constant: str = ""
    link: str = "identity"


def _plain(name: str, fn: LossFunction, link: Link, kind: Kind = "smooth", **more: Any) -> Loss:
    """A loss of y and the prediction under any link."""
    return Loss(name, fn, kind, "rows", link=link, of_mean=link is not IDENTITY, **more).linked()


def _squares(_: float, link: Link) -> Loss:
    if link is IDENTITY:
        return _plain("mse", _mse, link, "squares")
    return _plain("mse", _mse, link, family="gaussian")


def _pinball(name: str, fn: LossFunction, level: float, link: Link) -> Loss:
    if link is not IDENTITY:
        raise UsageError(f"The loss {name} is fitted with the link identity only, got {link.name!r}; leave link out.")
    return _plain(name, fn, link, "pinball", level=level, parameters={} if name == "mae" else {"quantile": level})


def _power(name: str, family: str, power: float, link: Link) -> Loss:
    domain = "counts" if power < 2 else "positive"
    parameters = {"power": power} if family == "tweedie" else {}
    fn = power_deviance(power, link)
    return Loss(name, fn, form="rows", parameters=parameters, link=link, family=family, domain=domain)


LOSSES: dict[str, Row] = {
    "expectile": Row(
        lambda v, link: _plain(f"expectile({v:g})", _expectile(v), link, parameters={"level": v}), "level"
    ),
    "gamma": Row(lambda _, link: _power("gamma", "gamma", 2.0, link), link="log"),
    "huber": Row(lambda v, link: _plain(f"huber(delta={v:g})", _huber(v), link, parameters={"delta": v}), "delta"),
    "log_cosh": Row(lambda _, link: _plain("log_cosh", _log_cosh, link)),
    "logistic": Row(
        lambda _, link: Loss(
            "logistic", binomial_deviance(link), form="rows", link=link, family="binomial", domain="proportions"
        ),
        link="logit",
    ),
    "mae": Row(lambda _, link: _pinball("mae", _mae, 0.5, link)),
    "mse": Row(_squares),
    "poisson": Row(lambda _, link: _power("poisson", "poisson", 1.0, link), link="log"),
    "quantile": Row(lambda v, link: _pinball(f"quantile({v:g})", _quantile(v), v, link), "quantile"),
    "tweedie": Row(lambda v, link: _power(f"tweedie(power={v:g})", "tweedie", v, link), "power", link="log"),
}


def find_loss(loss: str | LossFunction, *, link: str | None = None, **constants: float | None) -> Loss:
    """The row of a name, or a row for a function of (y, y_hat).

    Parameters
    ----------
    loss
        A name of `LOSSES`, or a function.
    link
        A name of `LINKS`; by default the loss's own. A function then takes the mean mu in place of eta.
    constants
        Of named losses, by their names in `CONSTANTS`; None for the default.

    Raises
    ------
    UsageError
        If the name is not in the table, `loss` cannot be called, or a constant or link cannot be used with it.
    """
    if isinstance(loss, str) and loss in LOSSES:
        row = LOSSES[loss]
        made = row.make(_constant(loss, row.constant, constants), find_link(row.link if link is None else link))
        return replace(made, key=loss)
    if isinstance(loss, str) or not callable(loss):
        raise UsageError(
            f"Expected a loss of {', '.join(sorted(LOSSES))} or a function of (y, y_hat), got {loss!r}; "
            "pass one of them."
        )
    name = getattr(loss, "__name__", type(loss).__name__)
    _constant(name, "", constants)
    return Loss(name, loss) if link is None else Loss(name, loss, link=find_link(link), of_mean=True)


def _constant(loss: str, own: str, given: Mapping[str, float | None]) -> float:
    """The value of the loss's own constant; none other may be given."""
    for name, value in given.items():
        if value is not None and name != own:
            owners = " or ".join(key for key, row in LOSSES.items() if row.constant == name)
            raise UsageError(f"{name}={value} belongs to the loss {owners}, got {loss}; leave {name} out.")
    if not own:
        return 0.0
    known, value = CONSTANTS[own], given.get(own)
    if value is None:
        return known.default
    if not (isinstance(value, numbers.Real) and not isinstance(value, bool) and known.inside(float(value))):
        raise UsageError(f"Expected {own} of the {loss} loss to be {known.expected}, got {value!r}; pass one.")
    return float(value)
