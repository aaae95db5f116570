"""Fourier and cosine transforms, frames and windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import _operators as o
from tapefit.tape import primitives as p
from tapefit.tape._convert import like, tensor_of
from tapefit.tape._primitive import Primitive
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._array import concat
from tapefit.tape.ops._axes import ints, one_axis, several_axes
from tapefit.tape.ops._create import fill
from tapefit.tape.primitives import _signal
from tapefit.types import as_dtype, float32

_FFT = """The {what}discrete Fourier transform over the last {axes}.

    Parameters
    ----------
    input
        Complex, of at least {n} dimension{s}.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`.
    """


def _fft(called: str, primitive: Primitive, n: int) -> Callable[..., Tensor]:
    def op(input: Any, name: str | None = None) -> Tensor:
        x = _of_kind(input, "c", called, n)
        return primitive.record((x,), {"axes": tuple(range(-n, 0))})

    axes, s = ("axis", "") if n == 1 else (f"{n} axes", "s")
    op.__name__ = op.__qualname__ = called
    op.__doc__ = _FFT.format(what="inverse " if called[0] == "i" else "", axes=axes, n=n, s=s)
    return op


def _of_kind(value: Any, kind: str, op: str, n: int = 1) -> Tensor:
    x = tensor_of(value)
    if x._array.dtype.kind != kind:
        wanted = "complex64" if kind == "c" else "float32"
        raise InvalidArgumentError(f"{op} cannot take a {x.dtype.name} tensor; cast it, as in tf.cast(x, tf.{wanted}).")
    if x._array.ndim < n:
        raise InvalidArgumentError(f"{op}: Input must have rank of at least {n} but got: {x._array.ndim}.")
    return x


fft, ifft = _fft("fft", _signal.fft, 1), _fft("ifft", _signal.ifft, 1)
fft2d, ifft2d = _fft("fft2d", _signal.fft, 2), _fft("ifft2d", _signal.ifft, 2)
fft3d, ifft3d = _fft("fft3d", _signal.fft, 3), _fft("ifft3d", _signal.ifft, 3)


def _resized(x: Tensor, axis: int, n: int) -> Tensor:
    """`x` cut or padded with zeros to length n along an axis counted from the back."""
    place = x._array.ndim + axis
    have = x._array.shape[place]
    if have > n:
        return p.getitem.record((x,), {"key": (*[slice(None)] * place, slice(n))})
    if have < n:
        shape = [n - have if i == place else d for i, d in enumerate(x._array.shape)]
        return concat([x, Tensor(np.zeros(shape, x._array.dtype))], axis=place)
    return x


def _lengths(fft_length: Any, x: Tensor, n: int, op: str) -> list[int] | None:
    if fft_length is None:
        return None
    lengths = list(ints(fft_length, op))
    if len(lengths) != n:
        raise InvalidArgumentError(f"{op}: fft_length must have shape [{n}], got {lengths}.")
    return lengths


def _rfft(called: str, n: int) -> Callable[..., Tensor]:
    def op(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        x = _of_kind(input_tensor, "f", called, n)
        lengths = _lengths(fft_length, x, n, called)
        for i, length in enumerate(lengths or ()):
            x = _resized(x, i - n, length)
        x = _signal.rfft.record((x,), {})
        return x if n == 1 else _signal.fft.record((x,), {"axes": tuple(range(-n, -1))})

    return _documented(op, called, f"The Fourier transform of real numbers over the last {n} axes: half of it.", "real")


def _irfft(called: str, n: int) -> Callable[..., Tensor]:
    def op(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        x = _of_kind(input_tensor, "c", called, n)
        lengths = _lengths(fft_length, x, n, called)
        length = lengths[-1] if lengths else max(2 * (x._array.shape[-1] - 1), 0)
        for i, m in enumerate(lengths or ()):
            x = _resized(x, i - n, m // 2 + 1 if i == n - 1 else m)
        if n > 1:
            x = _signal.ifft.record((x,), {"axes": tuple(range(-n, -1))})
        return _signal.irfft.record((x,), {"n": length})

    return _documented(op, called, f"The inverse of `rfft` over the last {n} axes: real numbers.", "complex")


def _documented(op: Any, called: str, what: str, kind: str) -> Callable[..., Tensor]:
    op.__name__ = op.__qualname__ = called
    op.__doc__ = f"""{what.replace("last 1 axes", "last axis")}

    Parameters
    ----------
    input_tensor
        Floating {kind} numbers.
    fft_length
        The lengths of the real axes; the input is cut or padded with zeros to fit. By default those of the input.
    """
    return op  # type: ignore[no-any-return]


rfft, rfft2d, rfft3d = _rfft("rfft", 1), _rfft("rfft2d", 2), _rfft("rfft3d", 3)
irfft, irfft2d, irfft3d = _irfft("irfft", 1), _irfft("irfft2d", 2), _irfft("irfft3d", 3)


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The halves of the axes exchanged, so that frequency 0 stands in the middle."""
    return _shifted(x, axes, "fftshift", lambda n: n // 2)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `fftshift`."""
    return _shifted(x, axes, "ifftshift", lambda n: n - n // 2)


def _shifted(value: Any, axes: Any, op: str, by: Callable[[int], int]) -> Tensor:
    x = tensor_of(value)
    chosen = several_axes(axes, x._array.ndim, op)
    for axis in range(x._array.ndim) if chosen is None else chosen:
        n = x._array.shape[axis]
        order = np.roll(np.arange(n), by(n))
        x = p.getitem.record((x,), {"key": (*[slice(None)] * axis, order)})
    return x


def dct(
    input: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The discrete cosine transform over the last axis.

    Parameters
    ----------
    input
        Real, of shape (..., m).
    type
        1, 2, 3 or 4.
    n
        The length to cut the input to, or to pad it with zeros; by default m.
    axis
        -1.
    norm
        None, or ``"ortho"`` for an orthogonal transform (not of type 1).

    Raises
    ------
    ValueError
        If an option is not one of these.
    """
    x = _of_kind(input, "f", "dct")
    _check_dct(type, n, axis, norm)
    return _signal.dct.record((x if n is None else _resized(x, -1, n),), {"kind": type, "norm": norm})


def _check_dct(type: int, n: int | None, axis: int, norm: str | None) -> None:
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}; transpose the input first.")
    if n is not None and n < 1:
        raise ValueError("n should be a positive integer or None")
    if type not in (1, 2, 3, 4):
        raise ValueError(f"Types I, II, III and IV (I)DCT are supported, got {type}; choose 1, 2, 3 or 4.")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT; drop norm.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")


def idct(
    input: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of `dct`; without a norm it is scaled by 2 m, or 2 (m - 1) for type 1.

    Parameters
    ----------
    input, type, axis, norm
        As for `dct`.
    n
        None.
    """
    if n is not None:
        raise ValueError("n must be None for idct; cut or pad the input first.")
    x = _of_kind(input, "f", "idct")
    _check_dct(type, n, axis, norm)
    return _signal.dct.record((x,), {"kind": {1: 1, 2: 3, 3: 2, 4: 4}[type], "norm": norm})


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: int = -1,
    name: str | None = None,
) -> Tensor:
    """Pieces of a signal, overlapping where the step is smaller than their length.

    Parameters
    ----------
    signal
        Of shape (..., samples, ...).
    frame_length, frame_step
        The length of a piece, and how far the next one starts from it.
    pad_end
        Fill the end up with `pad_value`, so that every step gives a piece.
    axis
        The axis of the samples.

    Returns
    -------
    Tensor
        With that axis replaced by two, (pieces, frame_length).
    """
    x = tensor_of(signal)
    place = one_axis(axis, x._array.ndim, "frame")
    length, step = int(np.asarray(frame_length)), int(np.asarray(frame_step))
    n = x._array.shape[place]
    pieces = -(-n // step) if pad_end else max(0, 1 + (n - length) // step)
    missing = (pieces - 1) * step + length - n
    if pad_end and missing > 0:
        shape = [missing if i == place else d for i, d in enumerate(x._array.shape)]
        x = concat([x, fill(shape, like(pad_value, x))], axis=place)
    where = np.arange(pieces)[:, None] * step + np.arange(length)
    return p.take.record((x, Tensor(where)), {"axis": place})


def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """The sum of pieces, each a step after the one before: what `frame` took apart, added up.

    Parameters
    ----------
    signal
        Of shape (..., pieces, length).
    frame_step
        The step.

    Returns
    -------
    Tensor
        Of shape (..., (pieces - 1) * frame_step + length).
    """
    x, step = tensor_of(signal), int(np.asarray(frame_step))
    *batch, pieces, length = x._array.shape
    where = np.arange(pieces)[:, None] * step + np.arange(length)
    total = (pieces - 1) * step + length
    return p.add_at.record((x, Tensor(where)), {"axis": len(batch), "shape": (*batch, total)})


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = None,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The Fourier transform of windowed pieces of a signal.

    Parameters
    ----------
    signals
        Real, of shape (..., samples).
    frame_length, frame_step, pad_end
        As for `frame`.
    fft_length
        The length of the transform; by default the smallest power of 2 that holds a piece.
    window_fn
        ``window_fn(frame_length, dtype=...)`` gives the weights of a piece; by default a Hann window.

    Returns
    -------
    Tensor
        Complex, of shape (..., pieces, fft_length // 2 + 1).
    """
    x = _of_kind(signals, "f", "stft")
    length = int(np.asarray(frame_length))
    pieces = frame(x, length, frame_step, pad_end)
    window = (window_fn or hann_window)(length, dtype=x.dtype)
    size = 2 ** math.ceil(math.log2(length)) if fft_length is None else int(np.asarray(fft_length))
    return rfft(o.multiply(pieces, window), [size])


def hann_window(window_length: Any, periodic: bool = True, dtype: Any = float32, name: str | None = None) -> Tensor:
    """The weights 0.5 - 0.5 cos(2 pi i / n)."""
    return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(window_length: Any, periodic: bool = True, dtype: Any = float32, name: str | None = None) -> Tensor:
    """The weights 0.54 - 0.46 cos(2 pi i / n)."""
    return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46)


def _raised_cosine(length: Any, periodic: bool, dtype: Any, a: float, b: float) -> Tensor:
    n = int(np.asarray(length))
    to = as_dtype(dtype).numpy_dtype
    if n == 1:
        return Tensor(np.ones(1, to))
    round_trip = n + int(bool(periodic) and n % 2 == 0) - 1
    return Tensor((a - b * np.cos(2 * np.pi * np.arange(n) / round_trip)).astype(to))
