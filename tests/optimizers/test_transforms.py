"""Transforms are pure, keep dtypes, and chain."""

import numpy as np
import pytest

from tapefit import optimizers as o

TRANSFORMS = {
    "scale_by_rate": o.scale_by_rate(),
    "negate": o.negate(),
    "trace": o.trace(0.9),
    "nesterov": o.trace(0.9, nesterov=True),
    "adam": o.scale_by_adam(0.9, 0.999, 1e-7),
    "exact adam": o.scale_by_adam(0.9, 0.999, 1e-7, exact=True),
    "amsgrad": o.scale_by_adam(0.9, 0.999, 1e-7, amsgrad=True),
    "adamax": o.scale_by_adamax(0.9, 0.999, 1e-7),
    "nadam": o.scale_by_nadam(0.9, 0.999, 1e-7),
    "rms": o.scale_by_rms(0.9, 1e-7),
    "centred rms": o.scale_by_rms(0.9, 1e-7, centered=True),
    "adagrad": o.scale_by_adagrad(0.1, 1e-7),
    "adadelta": o.scale_by_adadelta(0.95, 1e-7),
    "sign": o.scale_by_sign(0.9, 0.99),
    "leader": o.follow_the_leader(-0.5, 0.1, 0.01, 0.01, 0.0, 0.0),
}


def leaves(state):
    return [array for part in state for array in leaves(part)] if isinstance(state, tuple) else [state]


def steps(transform, gradients, params):
    state, changes = transform.init(params), []
    for t, g in enumerate(gradients, 1):
        change, state = transform.update(g, state, o.Step(t, params.dtype.type(0.1), params))
        changes.append(change)
    return changes, state


@pytest.fixture
def gradients():
    return list(np.random.default_rng(0).normal(size=(5, 3)))


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_transform_keeps_dtype_and_shape_and_changes_no_argument(name, dtype, gradients):
    params = np.array([1.0, -2.0, 3.0], dtype)
    before = [g.astype(dtype) for g in gradients]
    given = [g.copy() for g in before]
    changes, state = steps(TRANSFORMS[name], given, params)
    assert all(c.dtype == dtype for c in changes)
    assert all(c.shape == (3,) for c in changes)
    assert all(leaf.dtype == dtype for leaf in leaves(state))
    np.testing.assert_array_equal(given, before)
    np.testing.assert_array_equal(params, [1.0, -2.0, 3.0])


@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_same_gradients_give_the_same_changes(name, gradients):
    first, second = (steps(TRANSFORMS[name], gradients, np.ones(3))[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_elements_do_not_meet(name, gradients):
    together = steps(TRANSFORMS[name], gradients, np.arange(1.0, 4.0))[0]
    apart = [steps(TRANSFORMS[name], [g[i] for g in gradients], np.asarray(i + 1.0))[0] for i in range(3)]
    np.testing.assert_array_equal(together, np.array(apart).T)


def test_a_chain_is_one_transform_after_the_other(gradients):
    chained = steps(o.chain(o.trace(0.5), o.scale_by_rate(), o.negate()), gradients, np.ones(3))[0]
    apart = [-(g * 0.1) for g in steps(o.trace(0.5), gradients, np.ones(3))[0]]
    np.testing.assert_array_equal(chained, apart)


def test_a_chain_of_chains_is_a_chain(gradients):
    parts = (o.scale_by_adam(0.9, 0.99, 1e-7), o.trace(0.5), o.negate())
    flat = steps(o.chain(*parts), gradients, np.ones(3))[0]
    nested = steps(o.chain(o.chain(*parts[:2]), o.chain(parts[2])), gradients, np.ones(3))[0]
    np.testing.assert_array_equal(flat, nested)


def test_an_empty_chain_changes_nothing(gradients):
    np.testing.assert_array_equal(steps(o.chain(), gradients, np.ones(3))[0], gradients)


def test_a_function_makes_a_transform(gradients):
    signs = o.stateless(lambda g, step: np.sign(g) / step.number)
    np.testing.assert_array_equal(steps(signs, gradients, np.ones(3))[0][1], np.sign(gradients[1]) / 2)
