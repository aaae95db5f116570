"""NumPy's functions on tensors: NumPy's values, shapes and axes, and gradients that agree with differences."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape.testing import check_grads

RNG = np.random.default_rng(0)
V = np.array([0.7, -1.2, 2.3, 0.4, -0.5])
M = RNG.permutation(12).reshape(3, 4) * 0.37 - 1.6
C = RNG.uniform(0.3, 2.0, (2, 3, 2))
UNIT = np.array([0.3, -0.6, 0.8])
ONE = {
    "prod": lambda x: np.prod(x),
    "prod axis": lambda x: np.prod(x, axis=(0, -1), keepdims=True),
    "cumsum": lambda x: np.cumsum(x),
    "cumsum axis": lambda x: np.cumsum(x, axis=-1),
    "cumprod": lambda x: np.cumprod(x, axis=0),
    "take": lambda x: np.take(x, [0, -1, 0]),
    "take axis": lambda x: np.take(x, [[0, -1], [1, 0]], axis=1),
    "take_along_axis": lambda x: np.take_along_axis(x, np.argsort(np.asarray(x), axis=1)[:, :2], axis=1),
    "sort": lambda x: np.sort(x),
    "sort flat": lambda x: np.sort(x, axis=None),
    "flip": lambda x: np.flip(x),
    "flip axis": lambda x: np.flip(x, 1),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": lambda x: np.rot90(x, 3),
    "roll": lambda x: np.roll(x, 2),
    "roll axes": lambda x: np.roll(x, (1, -1), (0, 1)),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat axis": lambda x: np.repeat(x, [1, 0, 2], axis=0),
    "pad": lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.0),
    "pad edge": lambda x: np.pad(x, 1, mode="edge"),
    "pad reflect": lambda x: np.pad(x, (1, 2), mode="reflect"),
    "split": lambda x: np.split(x, 2, axis=1),
    "array_split": lambda x: np.array_split(x, 3, axis=1),
    "array_split at": lambda x: np.array_split(x, [1, 2]),
    "hsplit": lambda x: np.hsplit(x, 2),
    "vsplit": lambda x: np.vsplit(x, 3),
    "hstack": lambda x: np.hstack([x, np.ones((3, 1)), x]),
    "vstack": lambda x: np.vstack([x[0], x]),
    "dstack": lambda x: np.dstack([x, x]),
    "column_stack": lambda x: np.column_stack([x[:, 0], x]),
    "append": lambda x: np.append(x, [[1.0]]),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d": np.atleast_3d,
    "swapaxes": lambda x: np.swapaxes(x, 0, -1),
    "moveaxis": lambda x: np.moveaxis(x, 1, 0),
    "diff": lambda x: np.diff(x),
    "diff twice": lambda x: np.diff(x, 2, axis=0),
    "trapezoid": lambda x: np.trapezoid(x, dx=0.5),
    "trapezoid of places": lambda x: np.trapezoid(x, [0.0, 1.0, 1.5, 4.0]),
    "average": lambda x: np.average(x, axis=1),
    "average weighted": lambda x: np.average(x, axis=1, weights=[1.0, 2.0, 0.5, 1.0]),
    "median": lambda x: np.median(x),
    "median axis": lambda x: np.median(x, axis=1, keepdims=True),
    "quantile": lambda x: np.quantile(x, [0.1, 0.5, 0.9], axis=0),
    "percentile": lambda x: np.percentile(x, 30),
    "nansum": lambda x: np.nansum(np.where(x > 0, x, np.nan), axis=1),
    "nanmean": lambda x: np.nanmean(np.where(x > -1, x, np.nan)),
    "nanmax": lambda x: np.nanmax(np.where(x > -1, x, np.nan), axis=0),
    "nanmin": lambda x: np.nanmin(np.where(x > -1, x, np.nan)),
    "nanprod": lambda x: np.nanprod(np.where(x > 0, x, np.nan)),
    "nan_to_num": lambda x: np.nan_to_num(np.where(x > 0, x, np.nan), nan=2.0),
    "ptp": lambda x: np.ptp(x, axis=1),
    "amax": lambda x: np.amax(x, axis=1),
    "amin": lambda x: np.amin(x),
    "linspace": lambda x: np.linspace(x[0, 0], x[0, 1], 4, endpoint=False),
    "meshgrid": lambda x: np.meshgrid(x[0], x[1], indexing="ij"),
    "full_like": lambda x: np.full_like(x, 2.5) * x,
    "copy": lambda x: np.copy(x),
    "polyval": lambda x: np.polyval([1.0, -2.0, 0.5], x),
    "compress": lambda x: np.compress([True, False, True], x, axis=0),
    "diagflat": lambda x: np.diagflat(x[0], 1),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x[:, :1])[1],
    "std": lambda x: np.std(x, axis=1, ddof=1),
    "var": lambda x: np.var(x, axis=(0, -1), ddof=2, keepdims=True),
    "clip": lambda x: np.clip(x, -0.2, 0.9),
    "clip below": lambda x: np.clip(x, None, 0.9),
    "clip above": lambda x: np.clip(x, -0.2, None),
    "sinc": np.sinc,
    "tan": lambda x: np.tan(x / 2),
    "arctan": np.arctan,
    "arcsinh": np.arcsinh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "arcsin": lambda x: np.arcsin(x / 4),
    "arccos": lambda x: np.arccos(x / 4),
    "arctanh": lambda x: np.arctanh(x / 4),
    "arccosh": lambda x: np.arccosh(x + 4),
    "arctan2": lambda x: np.arctan2(x, 2.0),
    "hypot": lambda x: np.hypot(x, 2.0),
    "exp2": np.exp2,
    "log2": lambda x: np.log2(x + 4),
    "log10": lambda x: np.log10(x + 4),
    "cbrt": np.cbrt,
    "deg2rad": np.deg2rad,
    "degrees": np.degrees,
    "reciprocal": np.reciprocal,
    "fmax": lambda x: np.fmax(x, 0.1),
    "fmin": lambda x: np.fmin(x, np.array([0.1, np.nan, 0.3, np.nan])),
    "fmod": lambda x: np.fmod(x, 0.9),
    "divmod": lambda x: np.divmod(x, 0.9)[1],
    "copysign": lambda x: np.copysign(x, -1.0),
}


@pytest.mark.parametrize("name", ONE)
def test_values_are_numpys_and_gradients_those_of_differences(name):
    f = ONE[name]
    with tf.GradientTape() as tape:
        x = tf.constant(M)
        tape.watch(x)
        got = tf.nest.flatten(f(x))
    wanted = f(M)
    for g, w in zip(got, wanted if isinstance(wanted, (list, tuple)) else [wanted], strict=True):
        assert isinstance(g, tf.Tensor)
        np.testing.assert_allclose(g.numpy(), w, rtol=1e-14, atol=1e-15)
    check_grads(f, [M], order=1)


@pytest.mark.parametrize("shape", [(3, 4), (4,), (2, 1, 3)])
def test_moving_axes_and_rolling_are_numpys_on_other_shapes(shape):
    a = np.arange(float(np.prod(shape))).reshape(shape)
    t = tf.constant(a)
    for f in (
        lambda x: np.moveaxis(x, 0, -1),
        lambda x: np.moveaxis(x, [0, -1], [-1, 0]) if x.ndim > 1 else x + 0.0,
        lambda x: np.roll(x, -3),
        lambda x: np.flip(x, -1),
        lambda x: np.median(x, axis=-1),
        lambda x: np.atleast_3d(x),
        lambda x: np.append(x, x, axis=0),
    ):
        with tf.GradientTape() as tape:
            tape.watch(t)
            got = f(t)
        assert np.array_equal(got.numpy(), f(a))


def test_hypot_at_0_and_sinc_at_0_have_the_gradients_of_the_functions():
    x = tf.Variable([0.0, 1.0], dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        y, z = np.hypot(x, 0.0), np.sinc(x)
    assert tape.gradient(y, x).numpy().tolist() == [0.0, 1.0]
    np.testing.assert_allclose(tape.gradient(z, x).numpy(), [0.0, -1.0], atol=1e-15)


def test_what_has_no_derivative_gives_arrays():
    x = tf.Variable(V)
    with tf.GradientTape():
        assert np.argsort(x).tolist() == np.argsort(V).tolist()
        assert np.allclose(x, V)
        assert np.array_equal(x, V)
        assert np.isclose(x, 0.7).tolist() == np.isclose(V, 0.7).tolist()
        assert np.searchsorted(np.sort(V), x).tolist() == np.searchsorted(np.sort(V), V).tolist()
        assert np.count_nonzero(x) == 5
        assert np.signbit(x).tolist() == np.signbit(V).tolist()
        assert np.trunc(x).numpy().tolist() == np.trunc(V).tolist()
        assert np.fix(x).numpy().tolist() == np.trunc(V).tolist()


def test_complex_parts():
    z = np.array([1.0 + 2.0j, -0.5 + 0.3j])
    for f in (np.real, np.imag, np.angle, lambda v: np.angle(v, deg=True)):
        with tf.GradientTape() as tape:
            t = tf.constant(z)
            tape.watch(t)
            got = f(t)
        np.testing.assert_allclose(got.numpy(), f(z), rtol=1e-15)
        check_grads(f, [z], order=1)


def test_uneven_splits_and_unknown_options_are_refused_as_numpy_does():
    x = tf.Variable(V)
    with tf.GradientTape():
        with pytest.raises(ValueError, match="equal division"):
            np.split(x, 2)
        with pytest.raises(TypeError, match=r"np\.median on a tensor does not take these options"):
            np.median(x, overwrite_input=True)
        with pytest.raises(TypeError, match=r"np\.unwrap has no tape op"):
            np.unwrap(x)


def test_the_extreme_of_nothing_but_nan_is_nan():
    x = tf.Variable([[np.nan, np.nan], [np.nan, 2.0]])
    with tf.GradientTape() as tape:
        top, low = np.nanmax(x, axis=1), np.nanmin(x, axis=1)
    assert str(top.numpy().tolist()) == str(low.numpy().tolist()) == "[nan, 2.0]"
    assert tape.gradient([top, low], x).numpy().tolist() == [[0.0, 0.0], [0.0, 2.0]]
