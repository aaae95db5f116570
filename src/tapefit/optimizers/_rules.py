"""The transforms that the optimizers are chained of.

Where a rule divides, it multiplies by the learning rate first, as Keras does: then even the last bits agree.
For the same reason the powers of decay rates are taken in the parameter's dtype, and some constants are rounded
to float32 first, as `rounded` says. In the formulas g is the gradient, r the learning rate and t the number of
the step, 1 for the first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapefit.optimizers._transform import Array, Step, Transform, stateless


class Momentum(NamedTuple):
    """State of `trace`."""

    momentum: Array


class Velocity(NamedTuple):
    """State of `scale_by_rms`."""

    velocity: Array


class CentredVelocity(NamedTuple):
    """State of `scale_by_rms` with `centered`."""

    velocity: Array
    average_gradient: Array


class Moments(NamedTuple):
    """State of `scale_by_adam`: the running means of g and g**2."""

    momentum: Array
    velocity: Array


class HighestMoments(NamedTuple):
    """State of `scale_by_adam` with `amsgrad`."""

    momentum: Array
    velocity: Array
    velocity_hat: Array


class UnbiasedMoments(NamedTuple):
    """State of `scale_by_adam` with `exact`: the means, and beta_1 and beta_2 to the power of the steps so far."""

    momentum: Array
    velocity: Array
    first_power: Array
    second_power: Array


class MomentAndNorm(NamedTuple):
    """State of `scale_by_adamax`."""

    momentum: Array
    norm: Array


class Schedule(NamedTuple):
    """State of `scale_by_nadam`: the moments, and the product of the momenta so far."""

    momentum: Array
    velocity: Array
    u_product: Array


class Accumulator(NamedTuple):
    """State of `scale_by_adagrad`."""

    accumulator: Array


class Accumulated(NamedTuple):
    """State of `scale_by_adadelta`."""

    accumulated_grad: Array
    accumulated_delta_var: Array


class Proximal(NamedTuple):
    """State of `follow_the_leader`."""

    accumulator: Array
    linear: Array


def scale_by_rate() -> Transform:
    """r g."""
    return stateless(lambda g, step: g * step.rate)


def negate() -> Transform:
    """-g: the last link of most chains, since a change is added."""
    return stateless(lambda g, step: -g)


def rounded(constant: float, like: Array) -> Any:
    """A constant as Keras keeps it: rounded to float32, also where the parameter is float64."""
    return like.dtype.type(np.float32(constant))


def trace(decay: float, *, nesterov: bool = False, exact: bool = False) -> Transform:
    """m = decay m + g; with `nesterov`, decay m + g of the new m (Polyak 1964; Nesterov 1983).

    Unless `exact`, the decay is `rounded`.
    """

    def update(g: Array, state: Momentum, step: Step) -> tuple[Array, Momentum]:
        keep = decay if exact else rounded(decay, g)
        m = state.momentum * keep + g
        return (m * keep + g if nesterov else m), Momentum(m)

    return Transform(lambda params: Momentum(np.zeros_like(params)), update)


def _power(base: float, exponent: int, like: Array) -> Any:
    return rounded(base, like) ** like.dtype.type(exponent)


def _moments(g: Array, state: Any, beta_1: float, beta_2: float) -> tuple[Array, Array]:
    m, v = state.momentum, state.velocity
    return m + (g - m) * (1 - beta_1), v + (g * g - v) * (1 - beta_2)


def scale_by_adam(
    beta_1: float, beta_2: float, epsilon: float, *, amsgrad: bool = False, exact: bool = False
) -> Transform:
    """r m sqrt(1 - beta_2**t) / (1 - beta_1**t) / (sqrt(v) + epsilon) of the running means m and v.

    With `exact` it is r m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon), and nothing is `rounded`.

    Source: Kingma and Ba, "Adam", 2015, the form before section 2.1, and algorithm 1 if `exact`; `amsgrad` by Reddi,
    Kale, Kumar, 2018.
    """
    if exact:
        return _unbiased_adam(beta_1, beta_2, epsilon)

    def init(params: Array) -> Moments | HighestMoments:
        nought = np.zeros_like(params)
        return HighestMoments(nought, nought, nought) if amsgrad else Moments(nought, nought)

    def update(g: Array, state: Any, step: Step) -> tuple[Array, Any]:
        m, v = _moments(g, state, beta_1, beta_2)
        alpha = step.rate * np.sqrt(1 - _power(beta_2, step.number, g)) / (1 - _power(beta_1, step.number, g))
        if not amsgrad:
            return m * alpha / (np.sqrt(v) + epsilon), Moments(m, v)
        highest = np.maximum(state.velocity_hat, v)
        return m * alpha / (np.sqrt(highest) + epsilon), HighestMoments(m, v, highest)

    return Transform(init, update)


def _unbiased_adam(beta_1: float, beta_2: float, epsilon: float) -> Transform:
    def init(params: Array) -> UnbiasedMoments:
        nought, one = np.zeros_like(params), np.ones((), params.dtype)
        return UnbiasedMoments(nought, nought, one, one)

    def update(g: Array, state: UnbiasedMoments, step: Step) -> tuple[Array, UnbiasedMoments]:
        m = state.momentum * beta_1 + g * (1 - beta_1)
        v = state.velocity * beta_2 + g * g * (1 - beta_2)
        first, second = state.first_power * beta_1, state.second_power * beta_2
        change = step.rate * (m / (1 - first)) / (np.sqrt(v / (1 - second)) + epsilon)
        return change, UnbiasedMoments(m, v, first, second)

    return Transform(init, update)


def scale_by_adamax(beta_1: float, beta_2: float, epsilon: float) -> Transform:
    """r m / (1 - beta_1**t) / (u + epsilon), u the running maximum of abs(g) (Kingma and Ba 2015, algorithm 2)."""

    def update(g: Array, state: MomentAndNorm, step: Step) -> tuple[Array, MomentAndNorm]:
        m = state.momentum + (g - state.momentum) * (1 - beta_1)
        u = np.maximum(state.norm * beta_2, np.abs(g))
        return step.rate * m / ((1 - _power(beta_1, step.number, g)) * (u + epsilon)), MomentAndNorm(m, u)

    return Transform(lambda params: MomentAndNorm(np.zeros_like(params), np.zeros_like(params)), update)


def scale_by_nadam(beta_1: float, beta_2: float, epsilon: float) -> Transform:
    """Adam with Nesterov's look ahead, its momentum rising as 1 - 0.96**t / 2 (Dozat 2016, algorithm 2)."""

    def update(g: Array, state: Schedule, step: Step) -> tuple[Array, Schedule]:
        t, b1, b2 = step.number, rounded(beta_1, g), rounded(beta_2, g)
        now, following = (b1 * (1 - _power(0.96, k, g) / 2) for k in (t, t + 1))
        product = state.u_product * beta_1 * (1 - g.dtype.type(0.96) ** g.dtype.type(t) / 2)
        m = state.momentum + (g - state.momentum) * (1 - b1)
        v = state.velocity + (g * g - state.velocity) * (1 - b2)
        m_hat = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
        v_hat = v / (1 - _power(beta_2, t, g))
        return m_hat * step.rate / (np.sqrt(v_hat) + epsilon), Schedule(m, v, product)

    def init(params: Array) -> Schedule:
        return Schedule(np.zeros_like(params), np.zeros_like(params), np.ones((), params.dtype))

    return Transform(init, update)


def scale_by_rms(rho: float, epsilon: float, *, centered: bool = False) -> Transform:
    """r g / sqrt(v + epsilon), v the running mean of g**2, or with `centered` the variance (Hinton 2012)."""

    def init(params: Array) -> Velocity | CentredVelocity:
        nought = np.zeros_like(params)
        return CentredVelocity(nought, nought) if centered else Velocity(nought)

    def update(g: Array, state: Any, step: Step) -> tuple[Array, Any]:
        v = rho * state.velocity + (1 - rho) * (g * g)
        if not centered:
            return step.rate * g / np.sqrt(v + epsilon), Velocity(v)
        mean = rho * state.average_gradient + (1 - rho) * g
        return step.rate * g / np.sqrt(v - mean * mean + epsilon), CentredVelocity(v, mean)

    return Transform(init, update)


def scale_by_adagrad(initial_accumulator_value: float, epsilon: float) -> Transform:
    """r g / sqrt(a + epsilon), a the sum of g**2 (Duchi, Hazan, Singer 2011)."""

    def update(g: Array, state: Accumulator, step: Step) -> tuple[Array, Accumulator]:
        a = state.accumulator + g * g
        return step.rate * g / np.sqrt(a + epsilon), Accumulator(a)

    return Transform(lambda params: Accumulator(np.full_like(params, np.float32(initial_accumulator_value))), update)


def scale_by_adadelta(rho: float, epsilon: float) -> Transform:
    """g rms(change) / rms(g), with running means: a step in the parameter's own unit (Zeiler 2012)."""

    def update(g: Array, state: Accumulated, step: Step) -> tuple[Array, Accumulated]:
        squares = rho * state.accumulated_grad + (1 - rho) * (g * g)
        change = np.sqrt(state.accumulated_delta_var + epsilon) * g / np.sqrt(squares + epsilon)
        return change, Accumulated(squares, rho * state.accumulated_delta_var + (1 - rho) * (change * change))

    return Transform(lambda params: Accumulated(np.zeros_like(params), np.zeros_like(params)), update)


def scale_by_sign(beta_1: float, beta_2: float) -> Transform:
    """r sign(beta_1 m + (1 - beta_1) g), m a running mean at the rate beta_2 (Chen et al. 2023, "Lion")."""

    def update(g: Array, state: Momentum, step: Step) -> tuple[Array, Momentum]:
        m, one = state.momentum, g.dtype.type(1)
        b1, b2 = rounded(beta_1, g), rounded(beta_2, g)
        return step.rate * np.sign(m * b1 + g * (one - b1)), Momentum(m * b2 + g * (one - b2))

    return Transform(lambda params: Momentum(np.zeros_like(params)), update)


def follow_the_leader(
    learning_rate_power: float, initial_accumulator_value: float, l1: float, l2: float, l2_shrinkage: float, beta: float
) -> Transform:
    """The change to the minimum of all linearised losses so far, penalised by l1 and l2.

    Source: McMahan et al., "Ad click prediction", 2013, algorithm 1.
    """

    def init(params: Array) -> Proximal:
        return Proximal(np.full_like(params, np.float32(initial_accumulator_value)), np.zeros_like(params))

    def update(g: Array, state: Proximal, step: Step) -> tuple[Array, Proximal]:
        w, r, old = step.params, step.rate, state.accumulator
        new = old + g * g
        weight_old, weight_new = (a**-learning_rate_power for a in (old, new))
        linear = state.linear + ((g + 2 * l2_shrinkage * w) - (weight_new - weight_old) / r * w)
        quadratic = weight_new / r + 2 * (l2 + beta / (2 * r))
        return (np.clip(linear, -l1, l1) - linear) / quadratic - w, Proximal(new, linear)

    return Transform(init, update)
