"""The design: columns in blocks of two kinds, dense numbers and indicators of levels that stay codes.

References
----------
Products of categorical columns by tables of their codes: the package tabmat, and Li et al., "glum".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.numerics._pool import workers_for

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

_ELEMENTS = 1 << 17  # of dense numbers in a range of rows, which then fits a cache
_CODES = 1 << 15  # rows in a range of codes, for the same reason
_SAMPLE = 1024
_FAR = 4.0  # standard deviations from 0 beyond which columns are moved before any product


@dataclass(frozen=True, eq=False)
class Dense:
    """Columns of numbers.

    Attributes
    ----------
    X
        (n, p) the numbers.
    origin
        (p,) what is taken off each column, so that products about the mean cancel no digits; None for zeros.
    """

    X: Floats
    origin: Floats | None = None

    @staticmethod
    def of(X: Floats, *, centred: bool) -> Dense:
        """The columns; if they will be centred and one lies far from 0, by a sample of the rows, about its means."""
        if not centred:
            return Dense(X)
        sample = X[:: max(1, len(X) // _SAMPLE)]
        with np.errstate(all="ignore"):
            mean, spread = sample.mean(axis=0), sample.std(axis=0)
            return Dense(X, mean if (np.abs(mean) > _FAR * spread).any() else None)

    @property
    def width(self) -> int:
        """The number of columns."""
        return int(self.X.shape[1])

    def take(self, rows: Any) -> Floats:
        """The numbers of some rows, (m, width)."""
        return np.asarray(self.X[rows])

    def select(self, places: NDArray[np.intp]) -> Dense:
        """Some of the columns."""
        return Dense(np.asfortranarray(self.X[:, places]), None if self.origin is None else self.origin[places])

    def part(self, rows: Any) -> Dense:
        """The columns of some rows."""
        return Dense(self.X[rows], self.origin)

    def ranges(self, size: int = 0) -> Iterator[tuple[slice, Floats]]:
        """The numbers less their origin in ranges of rows, each (m, width) and gone when the next one comes."""
        n, p = self.X.shape
        step = size or max(256, p, _ELEMENTS // max(p, 1))
        room = np.empty((0 if self.origin is None else min(step, n), p))
        for start in range(0, n, step):
            A = self.X[start : start + step]
            rows = slice(start, start + len(A))
            yield rows, A if self.origin is None else np.subtract(A, self.origin, out=room[: len(A)])


@dataclass(frozen=True, eq=False)
class Coded:
    """Indicator columns of the levels of a category, of which a row has one or none.

    Attributes
    ----------
    codes
        (n,) the place of the row's indicator, counted from 1; 0 for none.
    width
        The number of indicators.
    """

    codes: Codes
    width: int

    @property
    def origin(self) -> None:
        """Nothing is taken off."""
        return None

    def take(self, rows: Any) -> Floats:
        """The indicators of some rows, (m, width)."""
        return np.asarray(np.eye(self.width + 1)[self.codes[rows]][..., 1:])

    def part(self, rows: Any) -> Coded:
        """The indicators of some rows."""
        return Coded(self.codes[rows], self.width)

    def select(self, places: NDArray[np.intp]) -> Coded:
        """Some of the indicators."""
        new = np.zeros(self.width + 1, dtype=np.intp)
        new[places + 1] = np.arange(1, len(places) + 1)
        return Coded(new[self.codes], len(places))


Columns = Dense | Coded


def _dense_times(block: Dense, b: Floats, out: Floats) -> None:
    for rows, A in block.ranges():
        out[rows] += A @ b


def _coded_times(block: Coded, b: Floats, out: Floats) -> None:
    table = np.append(0.0, b)
    for rows in _code_ranges(len(out)):
        out[rows] += table[block.codes[rows]]


def _dense_back(block: Dense, vectors: Sequence[Floats | None]) -> Floats:
    sums = np.zeros((len(vectors), block.width))
    for rows, A in block.ranges():
        sums += _stacked(vectors, rows) @ A
    return sums


def _coded_back(block: Coded, vectors: Sequence[Floats | None]) -> Floats:
    sums = np.zeros((len(vectors), block.width + 1))
    for rows in _code_ranges(len(block.codes)):
        codes = block.codes[rows]
        for total, v in zip(sums, vectors, strict=True):
            total += np.bincount(codes, None if v is None else v[rows], len(total))
    return sums[:, 1:]


def _dense_gram_and_back(block: Dense, h: Floats | None, vectors: Sequence[Floats | None]) -> tuple[Floats, Floats]:
    gram, sums = np.zeros((block.width, block.width)), np.zeros((len(vectors), block.width))
    for rows, A in block.ranges():
        if vectors:
            sums += _stacked(vectors, rows) @ A
        if h is not None:
            A = A * np.sqrt(h[rows])[:, None]
        gram += A.T @ A
    return gram, sums


def _dense_dense(left: Dense, right: Dense, h: Floats | None) -> Floats:
    gram = np.zeros((left.width, right.width))
    step = max(256, _ELEMENTS // max(left.width + right.width, 1))
    for (rows, A), (_, B) in zip(left.ranges(step), right.ranges(step), strict=True):
        gram += (A if h is None else A * h[rows, None]).T @ B
    return gram


def _dense_coded(left: Dense, right: Coded, h: Floats | None) -> Floats:
    gram = np.zeros((left.width, right.width + 1))
    for rows, A in left.ranges(_CODES):
        codes = right.codes[rows]
        columns = np.ascontiguousarray((A if h is None else A * h[rows, None]).T)
        for total, column in zip(gram, columns, strict=True):
            total += np.bincount(codes, column, len(total))
    return gram[:, 1:]


def _coded_dense(left: Coded, right: Dense, h: Floats | None) -> Floats:
    return _dense_coded(right, left, h).T


def _coded_coded(left: Coded, right: Coded, h: Floats | None) -> Floats:
    k, m = left.width + 1, right.width + 1
    table = np.zeros(k * m)
    for rows in _code_ranges(len(left.codes), 4 * k * m):
        both = left.codes[rows] * m
        both += right.codes[rows]
        table += np.bincount(both, None if h is None else h[rows], k * m)
    return table.reshape(k, m)[1:, 1:]


def _code_ranges(n: int, least: int = 0) -> Iterator[slice]:
    step = max(_CODES, least)
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def _stacked(vectors: Sequence[Floats | None], rows: slice) -> Floats:
    """Rows of vectors, (k, m); of ones for None."""
    out = np.ones((len(vectors), rows.stop - rows.start))
    for place, v in zip(out, vectors, strict=True):
        if v is not None:
            place[:] = v[rows]
    return out


_TIMES: dict[type, Callable[[Any, Floats, Floats], None]] = {Dense: _dense_times, Coded: _coded_times}
_BACK: dict[type, Callable[[Any, Sequence[Floats | None]], Floats]] = {Dense: _dense_back, Coded: _coded_back}
_CROSS: dict[tuple[type, type], Callable[[Any, Any, Floats | None], Floats]] = {
    (Dense, Dense): _dense_dense,
    (Dense, Coded): _dense_coded,
    (Coded, Dense): _coded_dense,
    (Coded, Coded): _coded_coded,
}


@dataclass(frozen=True, eq=False)
class Design:
    """Columns in blocks; below, A is what they are less their origins. Rows are taken as from an array.

    Attributes
    ----------
    blocks
        The blocks, from left to right.
    """

    blocks: tuple[Columns, ...]
    n: int
    places: tuple[slice, ...] = field(init=False)

    def __post_init__(self) -> None:
        ends = np.cumsum([0, *(block.width for block in self.blocks)]).tolist()
        object.__setattr__(self, "places", tuple(map(slice, ends[:-1], ends[1:])))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.n, self.places[-1].stop if self.places else 0

    @property
    def size(self) -> int:
        """Rows times columns."""
        return self.n * self.shape[1]

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, rows: Any) -> Floats:
        """The columns themselves at some rows, (m, p) dense; (p,) of one row."""
        return np.concatenate([block.take(rows) for block in self.blocks], axis=-1)

    def part(self, rows: Any) -> Design:
        """The same columns of some rows, which are not copied if they are a range."""
        parts = tuple(block.part(rows) for block in self.blocks)
        return Design(parts, len(range(*rows.indices(self.n))) if isinstance(rows, slice) else len(rows))

    @property
    def workers(self) -> int:
        """How many threads go through ranges of the rows: one where codes are counted, as that holds Python's lock."""
        return 1 if any(isinstance(block, Coded) for block in self.blocks) else workers_for(self.shape)

    @property
    def range_rows(self) -> int:
        """Rows below which a range is no cheaper, as the tables of two categories are as large as the range."""
        widths = sorted((block.width + 1 for block in self.blocks if isinstance(block, Coded)), reverse=True)
        return 4 * widths[0] * widths[1] if len(widths) > 1 else 0

    def select(self, columns: NDArray[np.intp]) -> Design:
        """Some of the columns, in their order."""
        chosen = [columns[(columns >= s.start) & (columns < s.stop)] - s.start for s in self.places]
        parts = [block.select(own) for block, own in zip(self.blocks, chosen, strict=True) if len(own)]
        return Design(tuple(parts), self.n)

    def numbers(self) -> Iterator[tuple[int, Floats]]:
        """Places and values of the columns that are numbers."""
        for block, place in zip(self.blocks, self.places, strict=True):
            if isinstance(block, Dense):
                yield from enumerate(block.X.T, place.start)

    @property
    def origin(self) -> Floats:
        """(p,) what is taken off each column."""
        parts = [np.zeros(block.width) if block.origin is None else block.origin for block in self.blocks]
        return np.concatenate([np.zeros(0), *parts])

    @property
    def dense(self) -> NDArray[np.bool_]:
        """(p,) which columns are numbers."""
        return np.repeat([isinstance(block, Dense) for block in self.blocks], [block.width for block in self.blocks])

    def times(self, b: Floats, constant: float = 0.0) -> Floats:
        """A b + constant, (n,)."""
        out = np.full(self.n, constant)
        for block, place in zip(self.blocks, self.places, strict=True):
            _TIMES[type(block)](block, b[place], out)
        return out

    def back(self, *vectors: Floats | None) -> Floats:
        """A'v of k vectors (n,), (k, p); None for a vector of ones."""
        return np.hstack([np.zeros((len(vectors), 0)), *(_BACK[type(block)](block, vectors) for block in self.blocks)])

    def gram(self, h: Floats | None, *vectors: Floats | None) -> tuple[Floats, Floats]:
        """A' diag(h) A, (p, p), and A'v of k vectors, (k, p), with h of None for ones."""
        p = self.shape[1]
        gram, sums = np.empty((p, p)), np.empty((len(vectors), p))
        for i, (left, at) in enumerate(zip(self.blocks, self.places, strict=True)):
            if isinstance(left, Dense):
                gram[at, at], sums[:, at] = _dense_gram_and_back(left, h, vectors)
            else:
                own = _coded_back(left, (h, *vectors))
                gram[at, at], sums[:, at] = np.diag(own[0]), own[1:]
            for right, other in zip(self.blocks[i + 1 :], self.places[i + 1 :], strict=True):
                gram[at, other] = _CROSS[type(left), type(right)](left, right, h)
                gram[other, at] = gram[at, other].T
        return gram, sums

    def residual(self, y: Floats, w: Floats | None, b: Floats, constant: float) -> tuple[Floats, Floats]:
        """r = y - A b - constant, (n,), and A' diag(w) r, (p,); in one pass where all columns are numbers."""
        if len(self.blocks) == 1 and isinstance(self.blocks[0], Dense):
            return _dense_residual(self.blocks[0], y, w, b, constant)
        r = y - self.times(b, constant)
        return r, self.back(r if w is None else r * w)[0]


def _dense_residual(block: Dense, y: Floats, w: Floats | None, b: Floats, constant: float) -> tuple[Floats, Floats]:
    r, g = np.empty(len(y)), np.zeros(block.width)
    for rows, A in block.ranges():
        part = np.matmul(A, b, out=r[rows])
        part += constant
        np.subtract(y[rows], part, out=part)
        g += (part if w is None else part * w[rows]) @ A
    return r, g
