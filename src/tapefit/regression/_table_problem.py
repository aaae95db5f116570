"""From data to the problem that its rows pose, for calls that are no fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from tapefit.data import (
    Encoding,
    check_design,
    encode,
    features_beside,
    from_arrays,
    learn_encoding,
    offset_column,
    read,
    row_weights,
)
from tapefit.errors import UsageError
from tapefit.objective import Loss, Problem, check_domain


def table_problem(
    data: Any,
    y: Any,
    loss: Loss,
    *,
    target: str,
    features: Sequence[str] | None,
    categorical: Sequence[str],
    intercept: bool,
    missing: Literal["error", "drop"],
    offset: Any = None,
    exposure: Any = None,
    sample_weight: Any = None,
    independent: bool = True,
) -> tuple[Problem, Encoding]:
    """The problem, and what its columns mean; arguments as in `tapefit.fit`.

    Parameters
    ----------
    independent
        Whether there have to be as many rows as coefficients, and no constant column.

    Raises
    ------
    DataError
        If the data cannot be used; the message names column and row.
    UsageError
        If an exposure stands beside another link than the logarithm.
    """
    check_exposure(loss, exposure)
    table = read(data, categorical=categorical) if y is None else from_arrays(data, y, target=target)
    weights = row_weights(table, sample_weight=sample_weight)
    beside = (target, offset, exposure, sample_weight)
    used = features_beside(table, beside) if features is None else features
    encoding = learn_encoding(table, target, features=used, intercept=intercept)
    block, _ = encode(table, encoding, missing=missing, offset=offset_column(table, offset, exposure), weights=weights)
    places = np.arange(table.n) if block.kept is None else np.flatnonzero(block.kept)
    check_domain(loss.domain, loss.name, block.y, lambda i: table.row_label(int(places[i])))
    if independent:
        check_design(block, encoding)
    problem = Problem.of(block.X, block.y, loss, intercept=intercept, weight=block.weight, offset=block.offset)
    return problem, encoding


def check_exposure(loss: Loss, exposure: Any) -> None:
    """Raise UsageError for an exposure where it is no factor of the mean."""
    if exposure is not None and loss.link.name != "log":
        raise UsageError(
            f"exposure belongs to the link log, where it is a factor of the mean, got {loss.link.name}; pass "
            "offset=np.log(exposure), or another link."
        )
