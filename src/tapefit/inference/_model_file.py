"""Model files: results as versioned JSON, strictly decoded; nothing in one is ever executed."""

from __future__ import annotations

import os
from typing import Literal

import msgspec
import numpy as np

from tapefit.data import Encoding, Feature, RowCount
from tapefit.errors import DataError
from tapefit.files import replacing
from tapefit.inference._results import RegressionResults
from tapefit.inference._statistics import Statistics
from tapefit.numerics import Basis

SCHEMA: Literal["tapefit.linear/1"] = "tapefit.linear/1"

Number = float | None  # JSON has no NaN or infinity


class ModelFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a model file holds; see `RegressionResults` for the meaning of each."""

    schema: Literal["tapefit.linear/1"]
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
    loss_value: Number
    level: Number
    solver: str
    n_iter: int
    converged: bool
    message: str
    loss_curve: list[Number]
    rows: tuple[int, int, int]
    condition_number: Number
    use_t: bool
    confidence_level: float
    dropped: list[int]
    warnings: list[str]
    cov_root: list[list[Number]] | None = None
    inverse_factor: list[list[Number]] | None = None
    df_test: Number = None


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
        If the file cannot be read or is not a model file of this version.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise DataError(f"cannot read the model '{path}': {error.strerror}; give a file that fit wrote.") from error
    try:
        return _from_file(msgspec.json.decode(content, type=ModelFile))
    except (msgspec.DecodeError, ValueError) as error:
        raise DataError(
            f"'{path}' is not a model file of the form {SCHEMA} ({str(error).rstrip('.')}); give a file that fit wrote."
        ) from error


def _numbers(values: np.ndarray) -> list[Number]:
    return [float(v) if np.isfinite(v) else None for v in values]


def _rows(values: np.ndarray) -> list[list[Number]]:
    return [_numbers(row) for row in values]


def _matrix(rows: list[list[Number]] | None, k: int) -> np.ndarray | None:
    """k rows of one length, if there are any."""
    if rows is None:
        return None
    if len(rows) != k or len({len(row) for row in rows}) != 1:
        raise ValueError(f"its arrays do not have the sizes that {k} terms need")
    return np.array([_array(row) for row in rows])


def _array(values: list[Number]) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _float(value: Number) -> float:
    return float("nan") if value is None else float(value)


def _to_file(r: RegressionResults, version: str) -> ModelFile:
    return ModelFile(
        schema=SCHEMA,
        version=version,
        target=r.encoding.target,
        intercept=r.encoding.intercept,
        features=[(f.name, None if f.levels is None else list(f.levels)) for f in r.encoding.features],
        params=_numbers(r.params),
        theta=_numbers(r.theta),
        centre=_numbers(r.basis.centre),
        scale=_numbers(r.basis.scale),
        cov_theta=_rows(r.cov_theta),
        cov_type=r.cov_type,
        statistics={name: getattr(r.statistics, name) for name in Statistics.__dataclass_fields__},
        loss=r.loss,
        loss_value=r.loss_value,
        level=r.level,
        solver=r.solver,
        n_iter=r.n_iter,
        converged=r.converged,
        message=r.message,
        loss_curve=_numbers(r.loss_curve),
        rows=(r.rows.read, r.rows.used, r.rows.dropped),
        condition_number=r.condition_number,
        use_t=r.use_t,
        confidence_level=r.confidence_level,
        dropped=list(r.dropped),
        warnings=list(r.warnings),
        cov_root=None if r.cov_root is None else _rows(r.cov_root),
        inverse_factor=None if r.inverse_factor is None else _rows(r.inverse_factor),
        df_test=r.df_test,
    )


def _from_file(m: ModelFile) -> RegressionResults:
    features = tuple(Feature(name, None if levels is None else tuple(levels)) for name, levels in m.features)
    encoding = Encoding(m.target, features, m.intercept)
    k = len(encoding.term_names)
    sizes = {len(m.params), len(m.theta), len(m.cov_theta), *map(len, m.cov_theta)}
    if sizes != {k} or {len(m.centre), len(m.scale)} != {k - m.intercept}:
        raise ValueError(f"its arrays do not have the sizes that {k} terms need")
    known = {"nobs", "df_model", "df_resid"}
    if set(m.statistics) != set(Statistics.__dataclass_fields__):
        raise ValueError("its statistics are incomplete")
    whole = {name: int(v or 0) if name in known else _float(v) for name, v in m.statistics.items()}
    return RegressionResults(
        encoding=encoding,
        params=_array(m.params),
        theta=_array(m.theta),
        basis=Basis(_array(m.centre), _array(m.scale), m.intercept),
        cov_theta=np.array([_array(row) for row in m.cov_theta]),
        cov_type=m.cov_type,
        statistics=Statistics(**whole),  # type: ignore[arg-type]
        loss=m.loss,
        loss_value=_float(m.loss_value),
        solver=m.solver,
        n_iter=m.n_iter,
        converged=m.converged,
        message=m.message,
        loss_curve=_array(m.loss_curve),
        rows=RowCount(*m.rows),
        condition_number=_float(m.condition_number),
        use_t=m.use_t,
        level=_float(m.level),
        confidence_level=m.confidence_level,
        dropped=tuple(m.dropped),
        warnings=tuple(m.warnings),
        cov_root=_matrix(m.cov_root, k),
        inverse_factor=_matrix(m.inverse_factor, k),
        df_test=m.df_test,
    )
