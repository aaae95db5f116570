"""Transforms and frames: values against NumPy and SciPy, gradients against differences, inverses."""

import numpy as np
import pytest
from scipy import fft as scipy_fft

import tapefit as tf
from tapefit.testing import check_grads

rng = np.random.default_rng(5)
X = rng.normal(size=(2, 3, 4))
Z = X + 1j * rng.normal(size=X.shape)
FFTS = {
    "fft": np.fft.fft,
    "ifft": np.fft.ifft,
    "fft2d": np.fft.fft2,
    "ifft2d": np.fft.ifft2,
    "fft3d": np.fft.fftn,
    "ifft3d": np.fft.ifftn,
    "irfft": np.fft.irfft,
    "irfft2d": np.fft.irfft2,
    "irfft3d": np.fft.irfftn,
}
RFFTS = {"rfft": np.fft.rfft, "rfft2d": np.fft.rfft2, "rfft3d": np.fft.rfftn}


@pytest.mark.parametrize("name", [*FFTS, *RFFTS])
def test_transforms_equal_numpys_and_have_gradients(name):
    op, numpys, x = getattr(tf.signal, name), {**FFTS, **RFFTS}[name], Z if name in FFTS else X
    np.testing.assert_allclose(op(x).numpy(), numpys(x), rtol=1e-12, atol=1e-12)
    check_grads(op, [x])


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_lengths_cut_and_pad(n):
    np.testing.assert_allclose(tf.signal.rfft(X, [n]).numpy(), np.fft.rfft(X, n), atol=1e-12)
    np.testing.assert_allclose(tf.signal.irfft(Z, [n]).numpy(), np.fft.irfft(Z, n), atol=1e-12)
    np.testing.assert_allclose(tf.signal.irfft2d(Z, [2, n]).numpy(), np.fft.irfft2(Z, (2, n)), atol=1e-12)
    check_grads(lambda x: tf.signal.rfft(x, [n]), [X[0]])
    check_grads(lambda z: tf.signal.irfft2d(z, [2, n]), [Z[0]])


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("norm", [None, "ortho"])
def test_cosine_transforms_equal_scipys_and_have_gradients(kind, norm):
    if kind == 1 and norm:
        with pytest.raises(ValueError, match="Type-I"):
            tf.signal.dct(X, type=kind, norm=norm)
        return
    got = tf.signal.dct(X, type=kind, norm=norm)
    np.testing.assert_allclose(got.numpy(), scipy_fft.dct(X, kind, norm=norm), atol=1e-12)
    check_grads(lambda x: tf.signal.dct(x, type=kind, norm=norm), [X[0]])
    scale = 1 if norm else 2 * (X.shape[-1] - (kind == 1))
    np.testing.assert_allclose(tf.signal.idct(got, type=kind, norm=norm).numpy(), scale * X, atol=1e-12)


def test_a_real_transform_and_its_inverse_are_one():
    for n in (4, 5):
        x = rng.normal(size=n)
        np.testing.assert_allclose(tf.signal.irfft(tf.signal.rfft(x), [n]).numpy(), x, atol=1e-14)


@pytest.mark.parametrize(
    "options", [{}, {"pad_end": True}, {"axis": 1}, {"axis": 0, "pad_end": True, "pad_value": 2.0}]
)
def test_frames_have_gradients(options):
    check_grads(lambda x: tf.signal.frame(x, 3, 2, **options), [X])


def test_samples_in_several_frames_get_the_sum():
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.signal.frame(x, 2, 1)
    np.testing.assert_array_equal(y.numpy(), [[1, 2], [2, 3], [3, 4]])
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), [1, 2, 2, 1])


def test_overlapping_pieces_add_up():
    check_grads(lambda x: tf.signal.overlap_and_add(x, 2), [X])
    pieces = tf.signal.frame(tf.range(6.0), 2, 2)
    np.testing.assert_array_equal(tf.signal.overlap_and_add(pieces, 2).numpy(), np.arange(6.0))


def test_the_spectrum_of_windowed_pieces_has_a_gradient():
    check_grads(lambda x: tf.signal.stft(x, 3, 2), [rng.normal(size=9)])


def test_shifts_undo_each_other():
    for axes in (None, [0], [1, 2]):
        back = tf.signal.ifftshift(tf.signal.fftshift(X, axes), axes)
        np.testing.assert_array_equal(back.numpy(), X)
        np.testing.assert_array_equal(tf.signal.fftshift(X, axes).numpy(), np.fft.fftshift(X, axes))


def test_single_precision_stays_single():
    assert tf.signal.fft(tf.constant(Z.astype(np.complex64))).dtype is tf.complex64
    assert tf.signal.rfft(tf.constant(X.astype(np.float32))).dtype is tf.complex64
    assert tf.signal.irfft(tf.constant(Z.astype(np.complex64))).dtype is tf.float32
    assert tf.signal.dct(tf.constant(X.astype(np.float32))).dtype is tf.float32


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: tf.signal.fft(tf.constant(X)), "fft cannot take a float64"),
        (lambda: tf.signal.rfft(tf.constant(Z)), "rfft cannot take a complex128"),
        (lambda: tf.signal.fft2d(tf.constant(Z[0, 0])), "rank of at least 2"),
        (lambda: tf.signal.rfft(X, [3, 3]), r"fft_length must have shape \[1\]"),
        (lambda: tf.signal.dct(X, type=5), "Types I, II, III and IV"),
        (lambda: tf.signal.idct(X, n=3), "n must be None"),
        (lambda: tf.signal.dct(X, n=0), "positive"),
    ],
)
def test_refusals_say_what_to_pass(use, message):
    with pytest.raises(ValueError, match=message):
        use()
