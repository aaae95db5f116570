"""Transforms and frames of signals: values, gradients for given cotangents, and refusals."""

import numpy as np

rng = np.random.default_rng(21)
X = rng.normal(size=(2, 6))
Y = rng.normal(size=(2, 3, 4))
Z = X + 1j * rng.normal(size=(2, 6))
ZZ = Y + 1j * rng.normal(size=(2, 3, 4))


def of(f, x, dtype=None):
    """Value and gradient of a function of one tensor."""

    def program(tf):
        t = tf.constant(x if dtype is None else x.astype(dtype))
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = f(tf.signal, t)
        w = np.cos(1.0 + np.arange(int(np.prod(y.shape)))).reshape(tuple(y.shape))
        w = w + 0.5j * np.sin(w) if y.dtype.name.startswith("c") else w
        return y, tape.gradient(y, t, output_gradients=tf.constant(w.astype(y.dtype.name)))

    program.loose = 30.0 if dtype in ("float32", "complex64") else 100.0
    return program


def value(f, x):
    """The value alone: in 2.21 the gradient fails, where the lengths change it or for three axes."""

    def program(tf):
        return f(tf.signal, tf.constant(x))

    program.loose = 100.0
    return program


PROGRAMS = {
    "fft": of(lambda s, x: s.fft(x), Z),
    "fft complex64": of(lambda s, x: s.fft(x), Z, "complex64"),
    "ifft": of(lambda s, x: s.ifft(x), Z),
    "fft2d": of(lambda s, x: s.fft2d(x), ZZ),
    "ifft2d": of(lambda s, x: s.ifft2d(x), ZZ),
    "fft3d": of(lambda s, x: s.fft3d(x), ZZ),
    "ifft3d": of(lambda s, x: s.ifft3d(x), ZZ),
    "rfft": of(lambda s, x: s.rfft(x), X),
    "rfft float32": of(lambda s, x: s.rfft(x), X, "float32"),
    "rfft odd": of(lambda s, x: s.rfft(x), X[:, :5]),
    "rfft cut": value(lambda s, x: s.rfft(x, [4]), X),
    "rfft padded": of(lambda s, x: s.rfft(x, [9]), X),
    "irfft": of(lambda s, x: s.irfft(x), Z),
    "irfft odd": value(lambda s, x: s.irfft(x, [7]), Z),
    "irfft padded": of(lambda s, x: s.irfft(x, [14]), Z),
    "rfft2d": of(lambda s, x: s.rfft2d(x), Y),
    "rfft2d lengths": value(lambda s, x: s.rfft2d(x, [4, 3]), Y),
    "irfft2d": of(lambda s, x: s.irfft2d(x), ZZ),
    "irfft2d lengths": value(lambda s, x: s.irfft2d(x, [4, 5]), ZZ),
    "rfft3d": value(lambda s, x: s.rfft3d(x), Y),
    "irfft3d": value(lambda s, x: s.irfft3d(x), ZZ),
    "fftshift": of(lambda s, x: s.fftshift(x), Y),
    "ifftshift": of(lambda s, x: s.ifftshift(x, axes=[1]), Y),
    "frame": of(lambda s, x: s.frame(x, 3, 2), X),
    "frame padded": of(lambda s, x: s.frame(x, 4, 3, pad_end=True, pad_value=7.0), X),
    "frame first axis": of(lambda s, x: s.frame(x, 2, 1, axis=0), X),
    "frame too long": of(lambda s, x: s.frame(x, 9, 2), X),
    "frame gaps": of(lambda s, x: s.frame(x, 1, 4, pad_end=True), X),
    "overlap_and_add": of(lambda s, x: s.overlap_and_add(x, 2), Y),
    "overlap_and_add gaps": of(lambda s, x: s.overlap_and_add(x, 5), Y),
    "stft": of(lambda s, x: s.stft(x, 3, 2), X),
    "stft padded": of(lambda s, x: s.stft(x, 4, 2, fft_length=8, pad_end=True), X),
    "windows": lambda tf: [
        w(n, periodic=p)
        for w in (tf.signal.hann_window, tf.signal.hamming_window)
        for n in (1, 4, 5)
        for p in (True, False)
    ],
    **{
        f"{name} {kind} {norm}": of(
            lambda s, x, name=name, kind=kind, norm=norm: getattr(s, name)(x, type=kind, norm=norm), X
        )
        for name in ("dct", "idct")
        for kind in (1, 2, 3, 4)
        for norm in (None, "ortho")
        if kind > 1 or norm is None
    },
    "dct cut": of(lambda s, x: s.dct(x, n=4), X),
    "dct padded": of(lambda s, x: s.dct(x, n=8), X),
    "dct float32": of(lambda s, x: s.dct(x), X, "float32"),
    "dct ortho of type 1": lambda tf: tf.signal.dct(X, type=1, norm="ortho"),
    "dct type": lambda tf: tf.signal.dct(X, type=5),
    "dct norm": lambda tf: tf.signal.dct(X, norm="foo"),
    "dct axis": lambda tf: tf.signal.dct(X, axis=0),
    "fft of real numbers": lambda tf: tf.signal.fft(tf.constant(X)),
    "fft2d of a vector": lambda tf: tf.signal.fft2d(Z[0]),
}
