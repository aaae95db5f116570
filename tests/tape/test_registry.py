"""Every row of the table of primitives, on its samples: derivatives to second order, and the laws of rules.

One test is one law of one row: it tries every case of the row's samples, and says at which one it failed.
"""

import contextlib
import functools

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tapefit as tf
from tapefit.errors import GradientCheckError, InvalidArgumentError
from tapefit.tape import REGISTRY
from tapefit.tape.testing import SAMPLES, check_dtype, check_grads, check_recorded, check_rows
from tapefit.tape.testing._domains import plane, truth

DIFFERENTIABLE = sorted(n for n, row in REGISTRY.items() if row.variadic or any(row.rules))
COMPLEX = [n for n in DIFFERENTIABLE if SAMPLES[n].complex]
BROADCASTING = sorted(
    n for n in DIFFERENTIABLE if REGISTRY[n].broadcasts and len(SAMPLES[n].domains) > 1 and not SAMPLES[n].whole
)


COMPLEX = [name for name in DIFFERENTIABLE if SAMPLES[name].complex]


def drawn(name, shapes, seed=0, *, complex_plane=False):
    rng = np.random.default_rng(seed)
    if complex_plane and SAMPLES[name].planes:
        return [domain(rng, shape) for domain, shape in zip(SAMPLES[name].planes, shapes, strict=True)]
    arrays = [domain(rng, shape) for domain, shape in zip(SAMPLES[name].domains, shapes, strict=True)]
    return [plane(rng, a.shape) if complex_plane and a.dtype.kind == "f" else a for a in arrays]


def typed(params):
    return {k: np.dtype(v) if k == "dtype" else v for k, v in params.items()}


def op_of(name, params):
    row = functools.partial(REGISTRY[name], **typed(params))
    return SAMPLES[name].within(row) if SAMPLES[name].within else row


@contextlib.contextmanager
def told(what):
    """An error inside of the block says where it came up."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def in_each_case(name, check, *, complex_plane=False, **options):
    """``check(f, values, **options)`` in every case of the row's samples."""
    assert SAMPLES[name].cases
    for shapes, params in SAMPLES[name].cases:
        with told(f"{name} on shapes {shapes} with {params}"):
            check(op_of(name, params), drawn(name, shapes, complex_plane=complex_plane), **options)


def test_every_row_has_samples_and_every_sample_a_row():
    assert sorted(SAMPLES) == sorted(REGISTRY)


def test_the_number_of_rows_does_not_shrink():
    assert len(REGISTRY) >= 163


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_agree_with_differences_to_second_order(name):
    in_each_case(name, check_grads)


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_gradients_agree_with_differences_to_second_order(name):
    in_each_case(name, check_grads, complex_plane=True)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_a_rule_with_leading_axes_equals_its_rows(name):
    in_each_case(name, check_rows)


@pytest.mark.parametrize("name", COMPLEX)
def test_a_complex_rule_with_leading_axes_equals_its_rows(name):
    in_each_case(name, check_rows, complex_plane=True)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_rules_on_tensors_equal_rules_on_arrays(name):
    in_each_case(name, check_recorded)


FLAT = {("nextafter", 1), ("sign", 0)}  # these gradients are 0


def test_a_rule_that_is_off_by_a_thousandth_is_found(monkeypatch):
    missed = []
    for name in DIFFERENTIABLE:
        row = REGISTRY[name]
        for i, rule in enumerate(row.rules):
            if rule and not found_when_off(row, i, monkeypatch):
                missed.append((name, i))
    assert set(missed) == FLAT


def found_when_off(row, i, monkeypatch):
    def off(*args, **params):
        g = row_rule(*args, **params)
        return None if g is None else g * 1.001

    row_rule = row.rules[i]
    with monkeypatch.context() as patched:
        patched.setattr(row, "rules", (*row.rules[:i], off, *row.rules[i + 1 :]))
        for shapes, params in SAMPLES[row.name].cases:
            try:
                check_grads(op_of(row.name, params), drawn(row.name, shapes), order=1)
            except GradientCheckError:
                return True
    return False


def smooth(tensors):
    return [t for t in tensors if t.dtype.is_floating or t.dtype.is_complex]


def two_derivatives(f, values):
    xs = [tf.constant(v) for v in values]
    with tf.GradientTape() as outer:
        outer.watch(smooth(xs))
        with tf.GradientTape() as inner:
            inner.watch(smooth(xs))
            ys = [tf.square(y) for y in smooth(tf.nest.flatten(f(*xs)))]
        gs = inner.gradient(ys, smooth(xs), unconnected_gradients="zero")
        total = [tf.square(g) for g in gs]
    return [g.numpy() for g in gs + outer.gradient(total, smooth(xs), unconnected_gradients="zero")]


@pytest.mark.parametrize("name", [n for n in DIFFERENTIABLE if REGISTRY[n].reads != "all"])
def test_values_that_no_rule_reads_may_be_let_go(name, monkeypatch):
    def check(f, values):
        with monkeypatch.context() as patched:
            kept = two_derivatives(f, values)
            patched.setattr("tapefit.tape._primitive._LARGE", -1)
            for let_go, wanted in zip(two_derivatives(f, values), kept, strict=True):
                np.testing.assert_array_equal(let_go, wanted)

    in_each_case(name, check)


@pytest.mark.parametrize(
    ("name", "dtype"), [(n, dtype) for n in DIFFERENTIABLE if n != "cast" for dtype in SAMPLES[n].dtypes]
)
def test_narrow_gradients_agree_with_double_precision(name, dtype):
    in_each_case(name, check_dtype, dtype=dtype, rtol=1e-4 if dtype == "float32" else 3e-2)


@pytest.mark.parametrize("name", COMPLEX)
def test_complex64_gradients_agree_with_double_precision(name):
    in_each_case(name, check_dtype, complex_plane=True, dtype="complex64")


@pytest.mark.parametrize("name", BROADCASTING)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_gradients_on_drawn_broadcasting_shapes(name, data):
    n = len(SAMPLES[name].domains)
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=n, max_dims=3, max_side=3)).input_shapes
    values = drawn(name, shapes, seed=data.draw(st.integers(0, 99)))
    check_grads(op_of(name, {}), values, order=1)
    check_rows(op_of(name, {}), values)


@pytest.mark.parametrize("name", sorted(n for n in REGISTRY if n.startswith("reduce_") or n == "euclidean_norm"))
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_reductions_on_drawn_shapes_and_axes(name, data):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=3))
    drawn_axes = data.draw(st.none() | hnp.valid_tuple_axes(len(shape), min_size=1))
    axes = None if drawn_axes is None else tuple(sorted(i % len(shape) for i in drawn_axes))
    params = {"axis": axes, "keepdims": data.draw(st.booleans())}
    (values,) = drawn(name, (shape,), seed=data.draw(st.integers(0, 99)))
    got = REGISTRY[name](values, **params)
    numpy_name = {"euclidean_norm": "linalg.norm", "reduce_variance": "var"}.get(name, name.removeprefix("reduce_"))
    if name == "euclidean_norm":
        wanted = np.sqrt(np.sum(values**2, axis=axes, keepdims=params["keepdims"]))
    elif name == "reduce_logsumexp":
        wanted = np.log(np.sum(np.exp(values), axis=axes, keepdims=params["keepdims"]))
    else:
        wanted = getattr(np, numpy_name)(values, axis=axes, keepdims=params["keepdims"])
    np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-14)
    reduced = np.prod([shape[i] for i in range(len(shape)) if axes is None or i in axes])
    if values.dtype.kind == "f" and (name != "reduce_std" or reduced > 1):
        check_grads(op_of(name, params), [values], order=1)


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - set(DIFFERENTIABLE)))
def test_a_row_without_rules_gives_none(name):
    for shapes, params in SAMPLES[name].cases:
        values = drawn(name, shapes)
        floating = [tf.Variable(v) if v.dtype.kind == "f" else tf.constant(v) for v in values]
        with tf.GradientTape() as tape:
            y = REGISTRY[name](*map(tf.convert_to_tensor, floating), **typed(params))
        assert all(g is None for g in tape.gradient(y, floating))


def specials():
    for name in sorted(SAMPLES):
        for k, special in enumerate(SAMPLES[name].special):
            yield pytest.param(name, special, id=f"{name}-{k}")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("name", "special"), list(specials()))
def test_gradients_at_special_points(name, special, dtype):
    if any(np.any(np.isfinite(a) & (np.abs(a) > 1e38)) for a in map(np.asarray, special.args)) and dtype == "float32":
        pytest.skip("the point lies outside of float32")
    arrays = map(np.asarray, special.args)
    xs = [tf.constant(a if a.dtype.kind == "i" and a.ndim else a.astype(dtype)) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(smooth(xs))
        y = REGISTRY[name](*xs, **(special.params or {}))
    for got, wanted in zip(tape.gradient(y, xs), special.gradients, strict=True):
        if wanted is None:
            assert got is None
        else:
            np.testing.assert_allclose(got.numpy(), np.asarray(wanted, dtype), rtol=1e-6)


def refusals():
    for name in sorted(SAMPLES):
        for k, (args, params) in enumerate(SAMPLES[name].errors):
            yield pytest.param(name, args, params, id=f"{name}-{k}")


@pytest.mark.parametrize(("name", "args", "params"), list(refusals()))
def test_what_a_row_refuses_is_an_error_that_names_it(name, args, params):
    with pytest.raises(InvalidArgumentError, match=name):
        REGISTRY[name](*map(tf.constant, args), **typed(params))


def test_truth_values_are_no_place_for_a_gradient():
    flags = truth(np.random.default_rng(0), (3,))
    check_grads(lambda c, x: tf.where(c, x * x, x), [flags, [1.0, 2.0, 3.0]])
