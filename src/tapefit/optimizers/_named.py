"""The optimizers by name, each a chain of transforms."""

from __future__ import annotations

from typing import Any, Unpack

from tapefit.optimizers import _rules as rules
from tapefit.optimizers._optimizer import Optimizer, Options, PlainOptions
from tapefit.optimizers._transform import Transform, chain


class SGD(Optimizer):
    """w -= learning_rate * g, with momentum if asked for.

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments.
    momentum
        m = momentum * m - learning_rate * g, and w += m; in [0, 1].
    nesterov
        w += momentum * m - learning_rate * g instead.
    options
        See `tapefit.optimizers.Options`.

    Examples
    --------
    >>> import tapefit as tf
    >>> w = tf.Variable([1.0, 2.0])
    >>> optimizer = tf.optimizers.SGD(learning_rate=0.5)
    >>> with tf.GradientTape() as tape:
    ...     loss = tf.reduce_sum(w * w)
    >>> _ = optimizer.apply_gradients([(tape.gradient(loss, w), w)])
    >>> w
    <tf.Variable 'Variable:0' shape=(2,) dtype=float32, numpy=array([0., 0.], dtype=float32)>
    """

    def __init__(
        self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False, **options: Unpack[Options]
    ) -> None:
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be a number in [0, 1], got {momentum!r}.")
        descent = (rules.scale_by_rate(), rules.negate())
        transform = chain(*descent, rules.trace(momentum, nesterov=nesterov)) if momentum else chain(*descent)
        super().__init__(transform, learning_rate, {"momentum": momentum, "nesterov": nesterov}, **options)


class Adam(Optimizer):
    """w -= learning_rate * m / sqrt(v), m and v the running means of g and g**2 without bias (Kingma and Ba 2015).

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments.
    beta_1, beta_2
        What the means keep at each step, of g and of g**2; in [0, 1).
    epsilon
        Added to the root.
    amsgrad
        Divide by the largest v so far (Reddi et al. 2018).
    options
        See `tapefit.optimizers.Options`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[Options],
    ) -> None:
        settings: dict[str, Any] = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon, "amsgrad": amsgrad}
        super().__init__(_descent(rules.scale_by_adam(**settings)), learning_rate, settings, **options)


class AdamW(Optimizer):
    """`Adam` with weight decay apart from the gradient (Loshchilov and Hutter 2019).

    Parameters
    ----------
    learning_rate, beta_1, beta_2, epsilon, amsgrad, options
        As for `Adam`.
    weight_decay
        Before each step, every variable loses this fraction of itself times the learning rate.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[PlainOptions],
    ) -> None:
        if weight_decay is None:
            raise ValueError("AdamW expects a number as `weight_decay`, got None; use Adam for none.")
        settings: dict[str, Any] = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon, "amsgrad": amsgrad}
        super().__init__(
            _descent(rules.scale_by_adam(**settings)), learning_rate, settings, weight_decay=weight_decay, **options
        )


class Adamax(Optimizer):
    """`Adam` with the running maximum of abs(g) in place of the root mean square (Kingma and Ba 2015, section 7.1).

    Parameters
    ----------
    learning_rate, beta_1, beta_2, epsilon, options
        As for `Adam`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        settings: dict[str, Any] = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
        super().__init__(_descent(rules.scale_by_adamax(**settings)), learning_rate, settings, **options)


class Nadam(Optimizer):
    """`Adam` with Nesterov's momentum (Dozat 2016).

    Parameters
    ----------
    learning_rate, beta_1, beta_2, epsilon, options
        As for `Adam`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        settings: dict[str, Any] = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
        super().__init__(_descent(rules.scale_by_nadam(**settings)), learning_rate, settings, **options)


class RMSprop(Optimizer):
    """w -= learning_rate * g / sqrt(v), v the running mean of g**2 (Hinton 2012).

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments.
    rho
        What the mean keeps at each step.
    momentum
        The steps are summed, each past one weighing `momentum` less.
    epsilon
        Added to v.
    centered
        Divide by the root of the variance instead.
    options
        See `tapefit.optimizers.Options`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Unpack[Options],
    ) -> None:
        steps = rules.scale_by_rms(rho, epsilon, centered=centered)
        transform = _descent(steps, rules.trace(momentum, exact=True)) if momentum > 0 else _descent(steps)
        settings: dict[str, Any] = {"rho": rho, "momentum": momentum, "epsilon": epsilon, "centered": centered}
        super().__init__(transform, learning_rate, settings, **options)


class Adagrad(Optimizer):
    """w -= learning_rate * g / sqrt(a), a the sum of g**2 (Duchi, Hazan, Singer 2011).

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments.
    initial_accumulator_value
        Where the sum starts.
    epsilon
        Added to the sum.
    options
        See `tapefit.optimizers.Options`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        settings: dict[str, Any] = {"initial_accumulator_value": initial_accumulator_value, "epsilon": epsilon}
        super().__init__(_descent(rules.scale_by_adagrad(**settings)), learning_rate, settings, **options)


class Adadelta(Optimizer):
    """w -= learning_rate * g * rms(steps) / rms(g), with running means (Zeiler 2012).

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments; the paper's is 1.
    rho
        What the means keep at each step.
    epsilon
        Added to the mean squares.
    options
        See `tapefit.optimizers.Options`.
    """

    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **options: Unpack[Options]
    ) -> None:
        settings: dict[str, Any] = {"rho": rho, "epsilon": epsilon}
        transform = _descent(rules.scale_by_adadelta(**settings), rules.scale_by_rate())
        super().__init__(transform, learning_rate, settings, **options)


class Lion(Optimizer):
    """w -= learning_rate * sign(beta_1 m + (1 - beta_1) g), m a running mean of g (Chen et al. 2023).

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments.
    beta_1
        The weight of the mean against the gradient in a step; in (0, 1].
    beta_2
        What the mean keeps at each step.
    options
        See `tapefit.optimizers.Options`.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, **options: Unpack[Options]
    ) -> None:
        if not 0 < beta_1 <= 1:
            raise ValueError(f"`beta_1` must be a number in (0, 1], got {beta_1!r}.")
        settings: dict[str, Any] = {"beta_1": beta_1, "beta_2": beta_2}
        super().__init__(_descent(rules.scale_by_sign(**settings)), learning_rate, settings, **options)


class Ftrl(Optimizer):
    """Follow the regularised leader: the minimum of all linearised losses so far (McMahan et al. 2013).

    Parameters
    ----------
    learning_rate
        A number, a schedule or a function without arguments.
    learning_rate_power
        How the rate of each coordinate falls with its sum of g**2; 0 for not at all, -0.5 for its root.
    initial_accumulator_value
        Where that sum starts.
    l1_regularization_strength, l2_regularization_strength
        Penalties of abs(w) and w**2; l1 gives exact zeros.
    l2_shrinkage_regularization_strength
        A penalty of w**2 that is added to the gradient.
    beta
        Raises the l2 penalty by beta / (2 learning_rate).
    options
        See `tapefit.optimizers.Options`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        penalties = {
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }
        for what, value in [*penalties.items(), ("initial_accumulator_value", initial_accumulator_value)]:
            if value < 0:
                raise ValueError(f"`{what}` needs to be positive or zero, got {value}.")
        if learning_rate_power > 0:
            raise ValueError(f"`learning_rate_power` needs to be negative or zero, got {learning_rate_power}.")
        leader = rules.follow_the_leader(
            learning_rate_power,
            initial_accumulator_value,
            l1=l1_regularization_strength,
            l2=l2_regularization_strength,
            l2_shrinkage=l2_shrinkage_regularization_strength,
            beta=beta,
        )
        settings: dict[str, Any] = {
            "learning_rate_power": learning_rate_power,
            "initial_accumulator_value": initial_accumulator_value,
            **penalties,
            "beta": beta,
        }
        super().__init__(chain(leader), learning_rate, settings, **options)


def _descent(*steps: Transform) -> Transform:
    """The chain whose outcome is subtracted."""
    return chain(*steps, rules.negate())
