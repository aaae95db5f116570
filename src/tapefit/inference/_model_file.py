"""Model files: results as versioned JSON, strictly decoded; nothing in one is ever executed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tapefit.data import LARGEST_DEGREE, Encoding, Feature, RowCount
from tapefit.errors import DataError
from tapefit.files import replacing
from tapefit.inference._constraint_table import ConstraintTable
from tapefit.inference._results import RegressionResults
from tapefit.inference._statistics import Statistics
from tapefit.numerics import Basis, Powers
from tapefit.objective import LINKS
from tapefit.optim import Status

Floats = NDArray[np.float64]

SCHEMA: Literal["tapefit.linear/2"] = "tapefit.linear/2"

Number = float | Literal["inf", "-inf"] | None  # JSON has no NaN, which is null here, and no infinity
Index = Annotated[int, msgspec.Meta(ge=0)]

Degree = Annotated[int, msgspec.Meta(ge=2, le=LARGEST_DEGREE)]
Positive = Annotated[float, msgspec.Meta(gt=0)]

_LARGEST = 1 << 28  # bytes; no model is near it

_COUNTS = ("nobs", "df_model", "df_resid")
_LATER = ("llnull", "null_deviance")  # which files from before have not
_REALS = tuple(name for name in Statistics.__dataclass_fields__ if name not in _COUNTS)


class ModelFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a model file holds; see `RegressionResults` for the meaning of each."""

    schema: Literal["tapefit.linear/2"]
    version: str
    target: str
    intercept: bool
    features: list[tuple[str, list[str] | None]]
    params: list[Number]
    theta: list[Number]
    centre: list[Number]
    scale: list[Number]
    cov_theta: list[list[Number]]
    cov_type: str
    statistics: dict[str, Number | int]
    loss: str
    link: str
    offset: str | None
    exposure: str | None
    loss_value: Number
    level: Number
    solver: str
    n_iter: Index
    converged: bool
    message: str
    loss_curve: list[Number]
    rows: tuple[Index, Index, Index]
    condition_number: Number
    use_t: bool
    confidence_level: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    dropped: list[Index]
    warnings: list[str]
    cov_root: list[list[Number]] | None = None
    inverse_factor: list[list[Number]] | None = None
    df_test: Number = None
    status: Status | None = None
    freq_weights: str | None = None
    var_weights: str | None = None
    powers: dict[str, tuple[Degree, float, Positive]] = {}  # of features: degree, centre, half the width
    loss_options: dict[str, str | float] | None = None
    penalty: str = ""
    alpha: Number = None
    constraints: list[tuple[str, bool, Number]] | None = None  # text, whether it holds with equality, multiplier
    fixed: list[Index] = []


def _from_1(old: dict[str, Any]) -> dict[str, Any]:
    """Version 2 knows links, offsets and the statistics of likelihoods."""
    statistics = {**old["statistics"], "deviance": None, "pearson_chi2": None}
    plain = {"schema": SCHEMA, "link": "identity", "offset": None, "exposure": None}
    return {**old, **plain, "statistics": statistics}


# From each older version to the next one.
_STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"tapefit.linear/1": _from_1}


def _decode(content: bytes) -> ModelFile:
    """The model file of this version, from one of this or an older version."""
    found = msgspec.json.decode(content)
    while isinstance(found, dict) and found.get("schema") in _STEPS:
        try:
            found = _STEPS[found["schema"]](found)
        except (KeyError, TypeError) as error:
            raise ValueError(f"it lacks {error}") from error
    return msgspec.convert(found, ModelFile)


def save(results: RegressionResults, path: str | os.PathLike[str], version: str) -> None:
    """Write the results to a file, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood there before is untouched.
    """
    text = msgspec.json.format(msgspec.json.encode(_to_file(results, version)), indent=1)
    with replacing(path) as file:
        file.write(text + b"\n")


def load(path: str | os.PathLike[str]) -> RegressionResults:
    """Read results that `RegressionResults.save` wrote.

    Raises
    ------
    DataError
        If the file cannot be read or is not a model file of this version or an older one.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # a name with a null character is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"cannot read the model '{path}': {reason}; give a file that fit wrote.") from error
    if len(content) > _LARGEST:
        raise DataError(f"'{path}' is too large for a model file; give a file that fit wrote.")
    try:
        return _from_file(_decode(content))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise DataError(
            f"'{path}' is not a model file of the form {SCHEMA} ({str(error).rstrip('.')}); give a file that fit wrote."
        ) from error


def _number(value: float) -> Number:
    if np.isfinite(value):
        return float(value)
    return None if np.isnan(value) else "inf" if value > 0 else "-inf"


def _numbers(values: Floats) -> list[Number]:
    return [_number(v) for v in values.tolist()]


def _rows(values: Floats) -> list[list[Number]]:
    return [_numbers(row) for row in values]


def _float(value: Number) -> float:
    return float("nan") if value is None else float(value)


def _array(values: list[Number]) -> Floats:
    return np.array([_float(v) for v in values], dtype=np.float64)


def _matrix(rows: list[list[Number]], height: int) -> Floats:
    if len({len(row) for row in rows}) > 1 or len(rows) != height:
        raise ValueError(f"its matrices do not have the sizes that {height} terms need")
    return np.array([_array(row) for row in rows]).reshape(height, -1)


def _to_file(r: RegressionResults, version: str) -> ModelFile:
    return ModelFile(
        schema=SCHEMA,
        version=version,
        target=r.encoding.target,
        intercept=r.encoding.intercept,
        features=[(f.name, None if f.levels is None else list(f.levels)) for f in r.encoding.features],
        powers={f.name: (f.powers.degree, f.powers.centre, f.powers.half) for f in r.encoding.features if f.powers},
        params=_numbers(r.params),
        theta=_numbers(r.theta),
        centre=_numbers(r.basis.centre),
        scale=_numbers(r.basis.scale),
        cov_theta=_rows(r.cov_theta),
        cov_type=r.cov_type,
        statistics={name: _number(getattr(r.statistics, name)) for name in _REALS}
        | {name: getattr(r.statistics, name) for name in _COUNTS},
        loss=r.loss,
        loss_options=None if r.loss_options is None else dict(r.loss_options),
        link=r.link,
        offset=r.offset,
        exposure=r.exposure,
        freq_weights=r.freq_weights,
        var_weights=r.var_weights,
        loss_value=_number(r.loss_value),
        level=_number(r.level),
        solver=r.solver,
        n_iter=r.n_iter,
        converged=r.converged,
        status=r.status,
        message=r.message,
        loss_curve=_numbers(r.loss_curve),
        rows=(r.rows.read, r.rows.used, r.rows.dropped),
        condition_number=_number(r.condition_number),
        use_t=r.use_t,
        confidence_level=r.confidence_level,
        dropped=list(r.dropped),
        warnings=list(r.warnings),
        cov_root=None if r.cov_root is None else _rows(r.cov_root),
        inverse_factor=None if r.inverse_factor is None else _rows(r.inverse_factor),
        df_test=None if r.df_test is None else _number(r.df_test),
        penalty=r.penalty,
        alpha=_number(r.alpha),
        constraints=None if r.constraints is None else _constraint_rows(r.constraints),
        fixed=list(r.fixed),
    )


def _constraint_rows(table: ConstraintTable) -> list[tuple[str, bool, Number]]:
    multipliers = _numbers(table.multipliers)
    return list(zip(table.labels, table.active, multipliers, strict=True))


def _constraint_table(rows: list[tuple[str, bool, Number]]) -> ConstraintTable:
    labels, active = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    return ConstraintTable(labels, active, _array([row[2] for row in rows]))


def _features(m: ModelFile) -> tuple[Feature, ...]:
    powers = {name: Powers(*numbers, through_zero=not m.intercept) for name, numbers in m.powers.items()}
    numeric = {name for name, levels in m.features if levels is None}
    if not powers.keys() <= numeric:
        raise ValueError("it has powers of what is no numeric feature")
    return tuple(
        Feature(name, None if levels is None else tuple(levels), powers.get(name)) for name, levels in m.features
    )


def _from_file(m: ModelFile) -> RegressionResults:
    encoding = Encoding(m.target, _features(m), m.intercept)
    k = len(encoding.term_names)
    sizes = {len(m.params), len(m.theta), *map(len, m.cov_theta)}
    if sizes != {k} or {len(m.centre), len(m.scale)} != {k - m.intercept}:
        raise ValueError(f"its arrays do not have the sizes that {k} terms need")
    if m.link not in LINKS:
        raise ValueError(f"its link {m.link!r} is not one of {', '.join(sorted(LINKS))}")
    if not all(place < k for place in (*m.dropped, *m.fixed)):
        raise ValueError(f"it drops or fixes a term beyond its {k}")
    if not {*_COUNTS, *_REALS} - {*_LATER} <= set(m.statistics) <= {*_COUNTS, *_REALS}:
        raise ValueError("its statistics are not those of this version")
    counts = {name: m.statistics[name] for name in _COUNTS}
    if not all(isinstance(value, int) for value in counts.values()):
        raise ValueError(f"{', '.join(_COUNTS)} are not all whole numbers")
    whole = counts | {name: _float(m.statistics.get(name)) for name in _REALS}
    return RegressionResults(
        encoding=encoding,
        params=_array(m.params),
        theta=_array(m.theta),
        basis=Basis(_array(m.centre), _array(m.scale), m.intercept, encoding.powers),
        cov_theta=_matrix(m.cov_theta, k),
        cov_type=m.cov_type,
        statistics=Statistics(**whole),  # type: ignore[arg-type]
        loss=m.loss,
        loss_options=m.loss_options,
        link=m.link,
        offset=m.offset,
        exposure=m.exposure,
        freq_weights=m.freq_weights,
        var_weights=m.var_weights,
        loss_value=_float(m.loss_value),
        solver=m.solver,
        n_iter=m.n_iter,
        status=m.status or ("converged" if m.converged else "max_iter"),
        message=m.message,
        loss_curve=_array(m.loss_curve),
        rows=RowCount(*m.rows),
        condition_number=_float(m.condition_number),
        use_t=m.use_t,
        level=_float(m.level),
        confidence_level=m.confidence_level,
        dropped=tuple(m.dropped),
        warnings=tuple(m.warnings),
        cov_root=None if m.cov_root is None else _matrix(m.cov_root, k),
        inverse_factor=None if m.inverse_factor is None else _matrix(m.inverse_factor, k),
        df_test=None if m.df_test is None else _float(m.df_test),
        penalty=m.penalty,
        alpha=_float(m.alpha),
        constraints=None if m.constraints is None else _constraint_table(m.constraints),
        fixed=tuple(m.fixed),
    )
